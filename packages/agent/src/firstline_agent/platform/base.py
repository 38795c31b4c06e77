"""What the agent needs from an operating system; every call into one is behind this interface."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


class NotSupportedYet(Exception):
    """The agent has no tried code for this system."""

    def __init__(self, system: str) -> None:
        super().__init__(system)
        self.system = system


@dataclass(frozen=True)
class Chassis:
    """Empty text means: could not be read with the rights at hand."""

    manufacturer: str = ""
    model: str = ""
    serial: str = ""


class Platform(Protocol):
    """Reads return None or empty text where the system has no answer or refuses it; they never raise."""

    name: str

    def os_release(self) -> tuple[str, str]: ...
    def machine_id(self) -> str: ...
    def cpu_model(self) -> str: ...
    def chassis(self) -> Chassis: ...
    def package_count(self) -> int | None: ...
    def user_name(self) -> str: ...
    def failed_services(self) -> list[str] | None: ...
    def recent_errors(self) -> list[str] | None: ...
    def pending_updates(self) -> int | None: ...
    def needs_restart(self) -> bool | None: ...

    def shell(self, text: str) -> list[str]:
        """The argument list that runs `text` as a command of this system's shell."""
        ...

    def end_group(self, group: int, *, at_once: bool) -> None:
        """Ask every process of a group to end, or end them at once; no error if none is left."""
        ...

    def group_mark(self, group: int) -> str:
        """What tells this group from a later one with the same number; empty if its first process is gone."""
        ...

    def has_desktop(self) -> bool:
        """Whether somebody sits in front of a graphical session that we may open a page in."""
        ...

    def open_page(self, page: Path) -> None:
        """Open a local HTML file in the user's browser, without waiting."""
        ...
