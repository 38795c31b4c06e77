"""WebSockets with the limits we want: verified TLS, or plain to this very machine only."""

import ipaddress
import ssl
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from websockets.asyncio.client import ClientConnection
from websockets.asyncio.client import connect as open_websocket
from websockets.exceptions import WebSocketException

from firstline_protocol.limits import FRAME_BYTES_MAX

LOST = (OSError, TimeoutError, WebSocketException)
_OPEN_SECONDS_MAX = 15
_CLOSE_SECONDS_MAX = 1
_SILENCE_SECONDS_MAX = 20


class TransportError(Exception):
    """The connection cannot be made as configured; `code` is stable."""

    def __init__(self, code: str, **params: str) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


@dataclass(frozen=True)
class Address:
    """A gateway's URL, checked: wss:// anywhere, ws:// on this machine only."""

    url: str
    host: str
    port: int
    is_secure: bool


def parse_address(url: str) -> Address:
    """Raise TransportError: `bad_gateway_url`, or `plain_not_local` for ws:// to another machine."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise TransportError("bad_gateway_url", url=url) from None
    if parts.scheme not in {"ws", "wss"} or not parts.hostname or parts.username or parts.fragment:
        raise TransportError("bad_gateway_url", url=url)
    is_secure = parts.scheme == "wss"
    if not is_secure and not _is_this_machine(parts.hostname):
        raise TransportError("plain_not_local", host=parts.hostname)
    return Address(url, parts.hostname, port or (443 if is_secure else 80), is_secure)


async def connect(address: Address, ca_file: Path | None = None) -> ClientConnection:
    """Open the connection; raises TransportError for a wrong CA file, one of LOST otherwise."""
    is_local = _is_this_machine(address.host)
    return await open_websocket(
        address.url,
        ssl=_tls(ca_file) if address.is_secure else None,
        max_size=FRAME_BYTES_MAX,
        open_timeout=_OPEN_SECONDS_MAX,
        close_timeout=_CLOSE_SECONDS_MAX,
        ping_interval=_SILENCE_SECONDS_MAX,
        ping_timeout=_SILENCE_SECONDS_MAX,
        compression=None,
        proxy=None if is_local else True,
    )


def _tls(ca_file: Path | None) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=str(ca_file) if ca_file else None)
    except (OSError, ssl.SSLError):
        raise TransportError("bad_ca_file", path=str(ca_file)) from None
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _is_this_machine(host: str) -> bool:
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
