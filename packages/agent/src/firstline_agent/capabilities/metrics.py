"""How this machine does right now, cheaply enough for every few seconds."""

import os
import time

import psutil

from firstline_protocol.messages import Heartbeat


def read_heartbeat(running_commands: int) -> Heartbeat:
    """CPU load is measured since the call before."""
    memory = psutil.virtual_memory()
    disk = psutil.disk_usage("/")
    return Heartbeat(
        at_ms=time.time_ns() // 1_000_000,
        cpu_percent=min(100, max(0, round(psutil.cpu_percent(interval=None)))),
        memory_total_bytes=memory.total,
        memory_used_bytes=memory.total - memory.available,
        disk_total_bytes=disk.total,
        disk_used_bytes=disk.used,
        uptime_seconds=max(0, int(time.time() - psutil.boot_time())),
        load_percent=round(100 * os.getloadavg()[0] / (os.cpu_count() or 1)),
        swap_used_bytes=psutil.swap_memory().used,
        process_count=len(psutil.pids()),
        running_commands=running_commands,
    )
