"""What the organisations slice announces."""

from dataclasses import dataclass

from firstline.outbox.events import event


@event("organizations.organization_created")
@dataclass(frozen=True, slots=True)
class OrganizationCreated:
    organization_id: int


@event("organizations.organization_changed")
@dataclass(frozen=True, slots=True)
class OrganizationChanged:
    """Its details, sites or departments changed, or it was archived or restored."""

    organization_id: int
    is_renamed: bool = False


@event("organizations.team_changed")
@dataclass(frozen=True, slots=True)
class TeamChanged:
    """A team was created, changed, archived or restored."""

    team_id: int
    is_renamed: bool = False


@event("organizations.service_changed")
@dataclass(frozen=True, slots=True)
class ServiceChanged:
    """A service was created, changed, archived or restored."""

    service_id: int
    is_renamed: bool = False


@event("organizations.installation_changed")
@dataclass(frozen=True, slots=True)
class InstallationChanged:
    """The installation's settings changed."""

    is_set_up: bool
