"""Real agent processes, and the two ways a person answers them."""

import asyncio
import contextlib
import http.client
import json
import os
import signal
import sys
from urllib.parse import urlsplit

ENVIRONMENT = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "LC_ALL": "C.UTF-8"}
ENVIRONMENT.pop("DISPLAY", None)


async def agent_command(*arguments, language="C.UTF-8"):
    """Run `firstline-agent …` to its end: exit code, output, errors."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "firstline_agent", *map(str, arguments)),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**ENVIRONMENT, "LC_ALL": language},
    )
    out, err = await process.communicate()
    return process.returncode, out.decode(), err.decode()


@contextlib.asynccontextmanager
async def running_agent(state, *arguments):
    """An agent that runs until the block ends; then it must leave cleanly."""
    process = await start_agent(state, *arguments)
    try:
        yield process
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(120):
            out, _ = await process.communicate()
    assert process.returncode in (0, -signal.SIGKILL), out.decode()
    assert b"Traceback" not in out, out.decode()


async def start_agent(state, *arguments):
    return await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "firstline_agent", "run", "--state", str(state), "--prompt", "page", *arguments),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env=ENVIRONMENT,
    )


class Page:
    """Speaks to the consent page as its script does."""

    def __init__(self, state):
        self.url = urlsplit((state / "prompt-url").read_text().strip())
        self.headers = {"Authorization": f"Bearer {self.url.fragment}"}

    async def get(self, path, **headers):
        return await asyncio.to_thread(self._call, "GET", path, None, headers)

    async def post(self, path, body, **headers):
        usual = {"Content-Type": "application/json", "Origin": f"http://{self.url.netloc}"}
        return await asyncio.to_thread(self._call, "POST", path, json.dumps(body), usual | headers)

    async def question(self):
        """Wait until something is asked."""
        seen = -1
        async with asyncio.timeout(120):
            while True:
                _status, _headers, body = await self.get(f"/desk?seen={seen}")
                view = json.loads(body)
                if view["questions"]:
                    return view["questions"][0]
                seen = view["revision"]

    async def answer(self, *, allow):
        question = await self.question()
        status, _headers, _body = await self.post("/answer", {"id": question["id"], "allow": allow})
        return status, question

    def _call(self, method, path, body, headers):
        connection = http.client.HTTPConnection(self.url.hostname, self.url.port, timeout=120)
        try:
            sent = {name.replace("_", "-"): value for name, value in (self.headers | headers).items()}
            connection.request(method, path, body, {name: value for name, value in sent.items() if value})
            response = connection.getresponse()
            return response.status, dict(response.headers), response.read()
        finally:
            connection.close()
