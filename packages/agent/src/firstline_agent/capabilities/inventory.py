"""What this machine is: hardware, system, disks, network, people."""

import os
import platform as python_platform
import socket
import time

import psutil

from firstline_agent import VERSION
from firstline_agent.platform.base import Platform
from firstline_protocol.limits import LIST_ITEMS_MAX
from firstline_protocol.messages import Disk, Inventory, MachineFacts, NetworkInterface
from firstline_protocol.text import clean_line

_PSEUDO = {"squashfs", "overlay", "tmpfs", "devtmpfs", "iso9660"}


def machine_facts(system: Platform) -> MachineFacts:
    """The few facts that go with every hello."""
    name, version = system.os_release()
    return MachineFacts(
        hostname=_hostname(),
        os_name=clean_line(name, 200),
        os_version=clean_line(version, 200),
        architecture=clean_line(python_platform.machine(), 64),
        machine_id=system.machine_id(),
    )


def read_inventory(system: Platform) -> Inventory:
    """Everything, slowly: call it in a thread."""
    facts = machine_facts(system)
    chassis = system.chassis()
    return Inventory(
        at_ms=time.time_ns() // 1_000_000,
        hostname=facts.hostname,
        os_name=facts.os_name,
        os_version=facts.os_version,
        kernel=clean_line(python_platform.release(), 200),
        architecture=facts.architecture,
        cpu_model=clean_line(system.cpu_model(), 200),
        cpu_cores=os.cpu_count() or 0,
        memory_bytes=psutil.virtual_memory().total,
        disks=_disks(),
        interfaces=_interfaces(),
        users=_users(),
        manufacturer=clean_line(chassis.manufacturer, 200),
        model=clean_line(chassis.model, 200),
        serial=clean_line(chassis.serial, 200),
        package_count=system.package_count(),
        booted_at_ms=int(psutil.boot_time() * 1000),
        agent_version=VERSION,
        agent_user=clean_line(system.user_name(), 64),
    )


def _hostname() -> str:
    return clean_line(socket.gethostname(), 200) or "unnamed"


def _disks() -> tuple[Disk, ...]:
    found: list[Disk] = []
    seen: set[str] = set()
    for part in psutil.disk_partitions(all=False):
        if part.fstype in _PSEUDO or part.device in seen:
            continue
        try:
            usage = psutil.disk_usage(part.mountpoint)
        except OSError:
            continue
        seen.add(part.device)
        found.append(
            Disk(
                mount=clean_line(part.mountpoint, 200),
                device=clean_line(part.device, 200),
                file_system=clean_line(part.fstype, 64),
                size_bytes=usage.total,
                used_bytes=usage.used,
            )
        )
    if not found:
        usage = psutil.disk_usage("/")
        found.append(Disk("/", "", "", usage.total, usage.used))
    return tuple(found[:LIST_ITEMS_MAX])


def _interfaces() -> tuple[NetworkInterface, ...]:
    states = psutil.net_if_stats()
    found = []
    for name, addresses in psutil.net_if_addrs().items():
        hardware = [address.address for address in addresses if address.family == psutil.AF_LINK]
        network = [
            clean_line(address.address, 64)
            for address in addresses
            if address.family in (socket.AF_INET, socket.AF_INET6)
        ]
        found.append(
            NetworkInterface(
                name=clean_line(name, 200),
                mac=clean_line(hardware[0] if hardware else "", 64),
                addresses=tuple(network[:16]),
                is_up=name in states and states[name].isup,
            )
        )
    return tuple(found[:LIST_ITEMS_MAX])


def _users() -> tuple[str, ...]:
    names = sorted({clean_line(user.name, 64) for user in psutil.users()})
    return tuple(names[:LIST_ITEMS_MAX])
