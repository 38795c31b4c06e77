"""Open lists as browsers keep them: a push socket each, and a fetch when something changed."""

import asyncio
import json
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from websockets.asyncio.client import connect

APART_SECONDS = 1.0
JITTER_SECONDS = 1.0


@dataclass
class OpenList:
    """One page that shows a list; behaves as `frontend/src/lib/push/refresh.ts` says."""

    port: int
    cookie: str
    path: str
    topics: list[str]
    fetches: bool = True
    seconds: list[float] = field(default_factory=list)
    news: int = 0

    async def stay(self, stopping: asyncio.Event, ready: asyncio.Semaphore) -> None:
        """Open the socket, subscribe, and fetch the list after each change until told to stop."""
        headers = {"Cookie": self.cookie, "Origin": f"http://localhost:{self.port}"}
        address = f"ws://localhost:{self.port}/ws/push"
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self.port)
        async with connect(address, additional_headers=headers, compression=None, proxy=None) as socket:
            await socket.send(json.dumps({"subscribe": self.topics}))
            ready.release()
            dirty = asyncio.Event()
            tasks = [
                asyncio.create_task(self._hear(socket, dirty)),
                asyncio.create_task(self._refresh(dirty)),
            ]
            await stopping.wait()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        self._writer.close()

    async def _hear(self, socket: object, dirty: asyncio.Event) -> None:
        async for message in socket:  # type: ignore[attr-defined]
            if "topic" in json.loads(message):
                self.news += 1
                dirty.set()

    async def _refresh(self, dirty: asyncio.Event) -> None:
        last = 0.0
        while True:
            await dirty.wait()
            if not self.fetches:
                dirty.clear()
                continue
            now = time.monotonic()
            await asyncio.sleep(max(random.random() * JITTER_SECONDS, last + APART_SECONDS - now))
            dirty.clear()
            last = time.monotonic()
            await self._fetch()
            self.seconds.append(time.monotonic() - last)

    async def _fetch(self) -> None:
        request = (
            f"GET {self.path} HTTP/1.1\r\nHost: localhost:{self.port}\r\nCookie: {self.cookie}\r\n"
            "Accept-Language: en\r\nHX-Request: true\r\n\r\n"
        )
        self._writer.write(request.encode())
        head = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        assert head.startswith("HTTP/1.1 200"), head[:200]
        lengths = [line for line in head.split("\r\n") if line.lower().startswith("content-length:")]
        await self._reader.readexactly(int(lengths[0].partition(":")[2]))


class OpenLists:
    """Many open lists in one event loop."""

    def __init__(self, lists: list[OpenList]) -> None:
        self.lists = lists

    async def during(self, work: Callable[[], Awaitable[object]]) -> None:
        """Keep all of them open while `work` is done."""
        stopping, ready = asyncio.Event(), asyncio.Semaphore(0)
        tasks = [asyncio.create_task(each.stay(stopping, ready)) for each in self.lists]
        for _ in tasks:
            await asyncio.wait_for(ready.acquire(), 30)
        await work()
        stopping.set()
        await asyncio.gather(*tasks)

    @property
    def milliseconds(self) -> list[float]:
        """How long each fetch took."""
        return [second * 1000 for each in self.lists for second in each.seconds]
