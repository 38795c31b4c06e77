"""Who acts: a person, a device, an automation or the system itself, with what they may do."""

from dataclasses import dataclass, field, replace
from typing import Literal

from firstline.kit.errors import NotAllowed

ActorKind = Literal["person", "device", "automation", "system", "anonymous"]


@dataclass(frozen=True, slots=True)
class Actor:
    """The author of an action, frozen at the edge where the request came in.

    `organization_id` is the organisation the actor belongs to; `is_provider` says that
    this organisation supports the others. `causal_id` runs through event, job and audit;
    `depth` counts the links of an event chain.
    """

    kind: ActorKind
    id: int | None = None
    label: str = ""
    organization_id: int | None = None
    team_ids: frozenset[int] = field(default_factory=frozenset)
    permissions: frozenset[str] = field(default_factory=frozenset)
    language: str = "en"
    time_zone: str = "UTC"
    is_provider: bool = False
    request_id: str = ""
    causal_id: str = ""
    depth: int = 0

    @property
    def is_trusted(self) -> bool:
        """The system and its automations act with every permission."""
        return self.kind in {"system", "automation"}

    @property
    def is_signed_in(self) -> bool:
        return self.kind == "person"

    def may(self, permission: str) -> bool:
        """Whether the actor holds `permission` (`slice:noun:verb`)."""
        return self.is_trusted or permission in self.permissions

    def check(self, permission: str) -> None:
        """Raise `NotAllowed` unless the actor holds `permission`."""
        if not self.may(permission):
            raise NotAllowed("permission_missing", permission=permission)

    def caused_by(self, causal_id: str, depth: int) -> "Actor":
        """The same actor inside an event chain."""
        return replace(self, causal_id=causal_id, depth=depth)


SYSTEM = Actor(kind="system", label="Firstline", is_provider=True)
ANONYMOUS = Actor(kind="anonymous")


def automation(label: str, causal_id: str = "", depth: int = 0) -> Actor:
    """An actor for work that a rule or handler does by itself."""
    return Actor(kind="automation", label=label, is_provider=True, causal_id=causal_id, depth=depth)
