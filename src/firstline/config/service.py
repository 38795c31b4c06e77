"""The service: web, mail and gateway in one process, jobs in one beside it; FIRSTLINE_ROLES names fewer."""

import argparse
import asyncio
import ipaddress
import json
import logging
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable

import structlog

from firstline.config import environment

log = structlog.get_logger(__name__)

ROLES = ("web", "worker", "gateway", "mail")
STOP_SECONDS = 8


def main(arguments: list[str] | None = None) -> int:
    """Serve until SIGTERM; prints one JSON line once everything listens."""
    parser = argparse.ArgumentParser(prog="service")
    parser.add_argument("--bind", nargs="+", default=["127.0.0.1"])
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--tls-cert")
    parser.add_argument("--tls-key")
    options = parser.parse_args(arguments)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "firstline.config.settings")

    import django

    from firstline.config.children import follow_parent
    from firstline.config.threads import calm

    follow_parent()
    django.setup()
    calm()
    asyncio.run(_serve(options, _roles()))
    return 0


def _roles() -> frozenset[str]:
    asked = frozenset(filter(None, os.environ.get("FIRSTLINE_ROLES", ",".join(ROLES)).split(",")))
    unknown = asked - set(ROLES)
    if unknown:
        raise SystemExit(f"FIRSTLINE_ROLES knows {', '.join(ROLES)}; not {', '.join(sorted(unknown))}")
    return asked


def trusted_proxies() -> list[str]:
    """The addresses and networks whose X-Forwarded-For counts; none unless the operator names them."""
    names = [name.strip() for name in environment.text("FIRSTLINE_TRUSTED_PROXIES").split(",")]
    for name in filter(None, names):
        try:
            ipaddress.ip_network(name)
        except ValueError:
            raise environment.EnvironmentFault(
                f"FIRSTLINE_TRUSTED_PROXIES lists addresses like 10.0.0.7 or 10.0.0.0/24, not {name!r}"
            ) from None
    return [name for name in names if name]


async def _serve(options: argparse.Namespace, roles: frozenset[str]) -> None:
    import uvicorn

    from firstline.config import warm, wiring

    proxies = trusted_proxies()
    sockets = [_listen(host, options.port) for host in options.bind]
    server = uvicorn.Server(
        uvicorn.Config(
            "firstline.config.asgi:application",
            http="httptools",
            ws="websockets-sansio",
            loop="asyncio",
            lifespan="off",
            access_log=False,
            log_config=None,
            log_level=logging.WARNING,
            server_header=False,
            # Anybody can write X-Forwarded-For; only what our own proxies write is believed.
            proxy_headers=bool(proxies),
            forwarded_allow_ips=proxies,
            ws_per_message_deflate=False,
            ws_max_size=2**20,
            ws_ping_interval=20,
            ws_ping_timeout=30,
            timeout_graceful_shutdown=3,
            ssl_certfile=options.tls_cert,
            ssl_keyfile=options.tls_key,
        )
    )
    stops: list[Callable[[], object]] = []
    loop = asyncio.get_running_loop()
    ready = await loop.run_in_executor(None, wiring.start, loop, roles, stops)
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, _ask_to_exit, server)
    # Uvicorn would install handlers of its own that raise the signal again at the end.
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
    serving = asyncio.create_task(server._serve(sockets))  # noqa: SLF001 - `serve` captures signals
    while not server.started and not serving.done():  # noqa: ASYNC110 - uvicorn has no event for it
        await asyncio.sleep(0.01)
    if server.started:
        print(json.dumps({"ready": True, **ready}), flush=True)
        log.info("service_started", port=options.port, roles=sorted(roles))
        if "web" in roles:
            threading.Thread(target=warm.up, name="warm", daemon=True).start()
    try:
        await serving
    finally:
        await loop.run_in_executor(None, _stop_all, stops)
        log.info("service_stopped")


def _ask_to_exit(server: object) -> None:
    server.should_exit = True  # type: ignore[attr-defined]


def _stop_all(stops: list[Callable[[], object]]) -> None:
    """Stop parts side by side, each within its time, so that an exit takes as long as the slowest."""
    threads = [threading.Thread(target=stop, daemon=True) for stop in reversed(stops)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(STOP_SECONDS)


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # With the protocol named, asyncio turns Nagle's algorithm off on what is accepted: an answer is written
    # in two parts, and the second would wait 40 ms for the browser's delayed acknowledgement of the first.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if family == socket.AF_INET6:
        listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    listener.bind((host, port))
    listener.listen(1024)
    listener.setblocking(False)
    return listener


if __name__ == "__main__":
    sys.exit(main())
