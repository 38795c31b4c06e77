"""Starts and connects the parts of the service: jobs, push hub, gateway, mail."""

import asyncio
from collections.abc import Callable, Mapping
from http.cookies import CookieError, SimpleCookie
from typing import Any

import structlog
from django.conf import settings
from django.db import connections

from firstline.accounts.actions import create_setup_link
from firstline.accounts.queries import actor_for_session
from firstline.config import subscriptions, worker
from firstline.devices import consumers as gateway
from firstline.devices.actions import forget_links
from firstline.kit.actor import Actor
from firstline.mail import listener
from firstline.organizations.queries import installation
from firstline.outbox import bus, hub

log = structlog.get_logger(__name__)

Stops = list[Callable[[], object]]


def start(loop: asyncio.AbstractEventLoop, roles: frozenset[str], stops: Stops) -> dict[str, object]:
    """Start every part of `roles`; what must be stopped is added to `stops`.

    Returns what `up` tells the person: the SMTP port, and a one-time set-up address on a new installation.
    """
    ready: dict[str, object] = {"smtp_port": 0}
    is_beside = settings.FIRSTLINE_WORKER_PROCESS and "worker" in roles and len(roles) > 1
    beside = worker.Beside() if is_beside else None
    if "web" in roles:
        hub.configure(
            hub.Gates(
                resolve_actor=resolve_actor,
                may_subscribe=subscriptions.may_subscribe,
                may_be_present=subscriptions.may_be_present,
                allowed_origins=frozenset({settings.FIRSTLINE_PUBLIC_URL}),
            )
        )
    if "gateway" in roles:
        forget_links()
        stops.append(bus.current().listen(_gateway_listener(loop)))
    if "mail" in roles:
        ready["smtp_port"] = listener.start(port=settings.FIRSTLINE_SMTP_PORT, host="127.0.0.1")
        stops.append(listener.stop)
    if beside is not None:
        beside.start()
        stops.append(beside.stop)
    elif "worker" in roles:
        stops.append(worker.start())
    if not installation().is_set_up:
        ready["setup_url"] = f"{settings.FIRSTLINE_PUBLIC_URL}/setup/?key={create_setup_link()}"
    connections.close_all()
    return ready


def resolve_actor(scope: Mapping[str, Any]) -> Actor | None:
    """Who a socket belongs to, by the session cookie of its handshake."""
    for name, value in scope["headers"]:
        if name != b"cookie":
            continue
        try:
            cookies = SimpleCookie(value.decode("latin-1"))
        except CookieError:
            return None
        morsel = cookies.get(settings.SESSION_COOKIE_NAME)
        return actor_for_session(morsel.value) if morsel else None
    return None


def _gateway_listener(loop: asyncio.AbstractEventLoop) -> Callable[[dict[str, Any]], None]:
    """Passes "gateway:<device>" messages of the bus on to the gateway's own thread."""

    def hear(message: dict[str, Any]) -> None:
        topic = str(message.get("topic", ""))
        if message["kind"] == "changed" and topic.startswith("gateway:"):
            loop.call_soon_threadsafe(gateway.nudge, int(topic.partition(":")[2]))

    return hear
