"""One click: is this machine well? A list of checks that reads the same in every language."""

import asyncio
import os
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass

import psutil

from firstline_agent.platform.base import Platform
from firstline_protocol.enums import CheckStatus
from firstline_protocol.messages import Check
from firstline_protocol.text import clean_block, clean_line

OK, WARN, BAD, UNKNOWN = CheckStatus.OK, CheckStatus.WARN, CheckStatus.BAD, CheckStatus.UNKNOWN
_NETWORK_SECONDS_MAX = 5.0
_DISKS_MAX = 12


@dataclass(frozen=True)
class GatewayPath:
    """What the link knows: where the gateway is, and how far its clock is from ours (None: unknown)."""

    host: str
    port: int
    clock_offset_ms: int | None


async def read_report(system: Platform, path: GatewayPath) -> tuple[Check, ...]:
    """Run every check; one that fails is reported as unknown and never hides the others."""
    dns, gateway = await asyncio.gather(_dns(path.host), _gateway(path))
    groups: list[Callable[[], list[Check]]] = [
        lambda: [_uptime(), _load(), _memory(), _swap()],
        _disks,
        lambda: [_addresses()],
        lambda: [dns, gateway, _clock(path.clock_offset_ms)],
        lambda: [_services(system)],
        lambda: [_errors(system)],
        lambda: [_updates(system), _restart(system)],
    ]
    checks: list[Check] = []
    for group in groups:
        checks += await asyncio.to_thread(_guarded, group)
    return tuple(checks)


def _guarded(group: Callable[[], list[Check]]) -> list[Check]:
    try:
        return group()
    except (OSError, psutil.Error, ValueError, RuntimeError) as error:
        return [Check("check.failed", UNKNOWN, clean_line(str(error), 200) or type(error).__name__)]


def _uptime() -> Check:
    seconds = max(0, int(time.time() - psutil.boot_time()))
    days, rest = divmod(seconds, 86400)
    text = f"{days} d {rest // 3600:02}:{rest % 3600 // 60:02}"
    return Check("system.uptime", WARN if days > 60 else OK, text, (str(seconds),))


def _load() -> Check:
    one, five, fifteen = os.getloadavg()
    cores = os.cpu_count() or 1
    status = BAD if five > 4 * cores else WARN if five > 1.5 * cores else OK
    return Check("system.load", status, f"{one:.2f} {five:.2f} {fifteen:.2f}", (str(cores),))


def _memory() -> Check:
    memory = psutil.virtual_memory()
    free_percent = 100 * memory.available / memory.total
    status = BAD if free_percent < 5 else WARN if free_percent < 12 else OK
    text = f"{_size(memory.available)} / {_size(memory.total)} ({free_percent:.0f} %)"
    return Check("system.memory", status, text)


def _swap() -> Check:
    swap = psutil.swap_memory()
    status = WARN if swap.total and swap.percent > 60 else OK
    return Check("system.swap", status, f"{_size(swap.used)} / {_size(swap.total)}")


def _disks() -> list[Check]:
    mounts = [part.mountpoint for part in psutil.disk_partitions(all=False) if part.fstype != "squashfs"]
    checks = []
    for mount in sorted({"/", *mounts})[:_DISKS_MAX]:
        try:
            usage = psutil.disk_usage(mount)
        except OSError:
            checks.append(Check("disk.space", UNKNOWN, "", (clean_line(mount, 200),)))
            continue
        free_percent = 100 * usage.free / usage.total if usage.total else 0
        status = BAD if free_percent < 3 else WARN if free_percent < 10 else OK
        text = f"{_size(usage.free)} / {_size(usage.total)} ({free_percent:.0f} %)"
        checks.append(Check("disk.space", status, text, (clean_line(mount, 200),)))
    return checks


def _addresses() -> Check:
    states = psutil.net_if_stats()
    found = [
        f"{name} {address.address}"
        for name, addresses in psutil.net_if_addrs().items()
        for address in addresses
        if address.family == socket.AF_INET and name != "lo" and name in states and states[name].isup
    ]
    return Check("network.addresses", OK if found else WARN, clean_block("\n".join(found[:16]), 1000))


async def _dns(host: str) -> Check:
    started = time.monotonic()
    try:
        async with asyncio.timeout(_NETWORK_SECONDS_MAX):
            answers = await asyncio.get_running_loop().getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, TimeoutError):
        return Check("network.dns", BAD, "", (clean_line(host, 200),))
    took_ms = 1000 * (time.monotonic() - started)
    addresses = ", ".join(sorted({str(answer[4][0]) for answer in answers})[:4])
    status = WARN if took_ms > 500 else OK
    return Check("network.dns", status, f"{addresses} · {took_ms:.0f} ms", (clean_line(host, 200),))


async def _gateway(path: GatewayPath) -> Check:
    params = (clean_line(path.host, 200), str(path.port))
    started = time.monotonic()
    try:
        async with asyncio.timeout(_NETWORK_SECONDS_MAX):
            _reader, writer = await asyncio.open_connection(path.host, path.port)
    except (OSError, TimeoutError) as error:
        return Check("network.gateway", BAD, clean_line(str(error), 200), params)
    took_ms = 1000 * (time.monotonic() - started)
    writer.close()
    return Check("network.gateway", WARN if took_ms > 400 else OK, f"{took_ms:.0f} ms", params)


def _clock(offset_ms: int | None) -> Check:
    if offset_ms is None:
        return Check("clock.offset", UNKNOWN, "")
    distance = abs(offset_ms)
    status = BAD if distance > 120_000 else WARN if distance > 5_000 else OK
    return Check("clock.offset", status, f"{offset_ms / 1000:+.1f} s")


def _services(system: Platform) -> Check:
    failed = system.failed_services()
    if failed is None:
        return Check("services.failed", UNKNOWN, "")
    text = clean_block("\n".join(failed[:30]), 1000)
    return Check("services.failed", BAD if failed else OK, text, (str(len(failed)),))


def _errors(system: Platform) -> Check:
    lines = system.recent_errors()
    if lines is None:
        return Check("logs.errors", UNKNOWN, "")
    text = "\n".join(clean_line(line, 180) for line in lines)
    return Check("logs.errors", WARN if lines else OK, text, (str(len(lines)),))


def _updates(system: Platform) -> Check:
    count = system.pending_updates()
    if count is None:
        return Check("updates.pending", UNKNOWN, "")
    return Check("updates.pending", WARN if count else OK, str(count), (str(count),))


def _restart(system: Platform) -> Check:
    needed = system.needs_restart()
    if needed is None:
        return Check("system.restart_needed", UNKNOWN, "")
    return Check("system.restart_needed", WARN if needed else OK, "")


def _size(count: float) -> str:
    for unit in ("B", "KiB", "MiB", "GiB"):
        if count < 1024:
            return f"{count:.0f} {unit}" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1024
    return f"{count:.1f} TiB"
