"""What the accounts slice announces; events carry ids, never names."""

from dataclasses import dataclass

from firstline.outbox.events import event


@event("accounts.person_created")
@dataclass(frozen=True, slots=True)
class PersonCreated:
    person_id: int


@event("accounts.person_changed")
@dataclass(frozen=True, slots=True)
class PersonChanged:
    """Name, address, place or another detail changed."""

    person_id: int
    is_renamed: bool = False


@event("accounts.person_access_changed")
@dataclass(frozen=True, slots=True)
class PersonAccessChanged:
    """Roles, teams or skills changed."""

    person_id: int


@event("accounts.person_deactivated")
@dataclass(frozen=True, slots=True)
class PersonDeactivated:
    person_id: int


@event("accounts.person_reactivated")
@dataclass(frozen=True, slots=True)
class PersonReactivated:
    person_id: int


@event("accounts.person_anonymised")
@dataclass(frozen=True, slots=True)
class PersonAnonymised:
    """The person's data was erased here; every other slice erases what it holds of them."""

    person_id: int


@event("accounts.role_changed")
@dataclass(frozen=True, slots=True)
class RoleChanged:
    role_id: int
