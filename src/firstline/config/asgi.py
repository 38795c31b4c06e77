"""One ASGI application: pages through the WSGI bridge, sockets natively."""

from django.conf import settings

from firstline.config.bridge import Receive, Scope, Send, WsgiBridge
from firstline.config.wsgi import application as wsgi_application
from firstline.devices.consumers import gateway_application
from firstline.outbox.hub import push_application

FORM_OVERHEAD_BYTES = 2**20

bridge = WsgiBridge(
    wsgi_application,
    threads=settings.FIRSTLINE_THREADS,
    body_bytes_max=settings.FIRSTLINE_UPLOAD_BYTES_MAX * 2 + FORM_OVERHEAD_BYTES,
)


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Route by protocol and path; 127.0.0.1 becomes localhost, where passkeys will work."""
    if scope["type"] == "lifespan":
        await _lifespan(receive, send)
    elif scope["type"] == "websocket":
        await _socket(scope, receive, send)
    elif _is_numeric_loopback(scope):
        await _redirect_to_localhost(scope, send)
    else:
        await bridge(scope, receive, send)


async def _socket(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["path"] == "/ws/push":
        await push_application(scope, receive, send)
    elif scope["path"] == "/agent/v1":
        await gateway_application(scope, receive, send)
    else:
        await receive()
        await send({"type": "websocket.close", "code": 4404})


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return


def _host(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if name == b"host":
            return str(value.decode("latin-1"))
    return ""


def _is_numeric_loopback(scope: Scope) -> bool:
    """A page asked for at 127.0.0.1; health checks and the API answer there as they are."""
    if not settings.FIRSTLINE_PUBLIC_URL.startswith("http://localhost"):
        return False
    path = scope["path"]
    is_page = scope["method"] in {"GET", "HEAD"} and not path.startswith(("/api/", "/healthz", "/metrics"))
    host, _, port = _host(scope).partition(":")
    return is_page and host == "127.0.0.1" and (not port or port.isdecimal())


async def _redirect_to_localhost(scope: Scope, send: Send) -> None:
    query = b"?" + scope["query_string"] if scope["query_string"] else b""
    path = scope.get("raw_path") or scope["path"].encode()
    port = _host(scope).partition(":")[2]
    target = f"http://localhost{':' + port if port else ''}".encode() + path + query
    headers = [(b"location", target), (b"content-length", b"0")]
    await send({"type": "http.response.start", "status": 307, "headers": headers})
    await send({"type": "http.response.body", "body": b""})
