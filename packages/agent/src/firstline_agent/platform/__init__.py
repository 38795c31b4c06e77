"""The operating system this agent runs on."""

import sys

from firstline_agent.platform.base import NotSupportedYet, Platform


def current() -> Platform:
    """Return the platform; raise NotSupportedYet where none was tried."""
    system: str = sys.platform
    if system == "linux":
        from firstline_agent.platform.linux import Linux

        return Linux()
    names = {"win32": "Windows", "darwin": "macOS"}
    raise NotSupportedYet(names.get(system, system))
