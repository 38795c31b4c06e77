"""The bridge between ASGI and WSGI: bodies, limits, headers, streams."""

import asyncio
import socket
from collections.abc import Iterator
from typing import Any

from firstline.config.bridge import WsgiBridge
from firstline.config.service import _listen


class Response(list[bytes]):
    streaming = False
    closed = False

    def close(self) -> None:
        self.closed = True


class Stream:
    """A streamed answer that notices being closed."""

    streaming = True

    def __init__(self) -> None:
        self.closed = False

    def __iter__(self) -> Iterator[bytes]:
        yield b"one "
        yield b"two"

    def close(self) -> None:
        self.closed = True


def ask(
    application: Any, chunks: list[bytes], headers: list[tuple[bytes, bytes]] = (), limit: int = 10_000_000
) -> Any:
    bridge = WsgiBridge(application, threads=2, body_bytes_max=limit)
    sent: list[dict[str, Any]] = []
    waiting = [
        {"type": "http.request", "body": chunk, "more_body": number < len(chunks) - 1}
        for number, chunk in enumerate(chunks)
    ]

    async def receive() -> dict[str, Any]:
        return waiting.pop(0) if waiting else {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http", "method": "POST", "path": "/工单", "query_string": b"a=1", "http_version": "1.1",
        "scheme": "http", "headers": list(headers), "client": ("192.0.2.1", 1), "server": ("localhost", 80),
    }  # fmt: skip
    asyncio.run(bridge(scope, receive, send))
    return sent


def echo(environ: dict[str, Any], start_response: Any) -> Response:
    start_response("200 OK", [("X-Path", environ["PATH_INFO"]), ("X-Names", ",".join(sorted(environ)))])
    length = int(environ.get("CONTENT_LENGTH") or 0)
    return Response([environ["wsgi.input"].read(length)])


def test_body_arrives_whole_however_it_was_cut() -> None:
    big = b"x" * 3_000_000

    start, body = ask(echo, [big[:1000], big[1000:2_000_000], big[2_000_000:]])

    assert start["status"] == 200
    assert body["body"] == big
    assert dict(start["headers"])[b"x-path"].decode("latin-1").encode("latin-1").decode() == "/工单"


def test_body_over_the_limit_is_refused() -> None:
    start, _body = ask(echo, [b"x" * 600, b"x" * 600], limit=1000)

    assert start["status"] == 413


def test_client_that_leaves_gets_nothing() -> None:
    def gone(environ: dict[str, Any], start_response: Any) -> Response:
        raise AssertionError("must not be called")

    bridge = WsgiBridge(gone, threads=1, body_bytes_max=10)
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(bridge({"headers": []}, receive, send))
    assert sent == []


def test_header_that_could_pose_as_another_is_dropped() -> None:
    start, _body = ask(
        echo,
        [b""],
        [(b"x_forwarded_for", b"evil"), (b"x-real", b"ok"), (b"cookie", b"a=1"), (b"cookie", b"b=2")],
    )

    names = dict(start["headers"])[b"x-names"].decode()
    assert "HTTP_X_REAL" in names
    assert "FORWARDED" not in names


def test_stream_is_sent_in_pieces_and_closed() -> None:
    stream = Stream()

    def streaming(environ: dict[str, Any], start_response: Any) -> Stream:
        start_response("200 OK", [])
        return stream

    sent = ask(streaming, [b""])

    assert [message.get("body") for message in sent[1:]] == [b"one ", b"two", b""]
    assert stream.closed


def test_answer_in_two_parts_is_not_held_back() -> None:
    async def nagle_is_off() -> bool:
        found: asyncio.Future[bool] = asyncio.get_running_loop().create_future()

        async def greet(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            accepted = writer.get_extra_info("socket")
            found.set_result(bool(accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)))
            writer.close()

        listener = _listen("127.0.0.1", 0)
        async with await asyncio.start_server(greet, sock=listener):
            _reader, writer = await asyncio.open_connection(*listener.getsockname())
            answer = await found
            writer.close()
            await writer.wait_closed()
        return answer

    assert asyncio.run(nagle_is_off())
