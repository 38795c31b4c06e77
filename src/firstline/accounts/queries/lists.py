"""Administration's lists: people by filter and page, one person's page, teams, roles."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urlencode

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from firstline.accounts.models import Person, Role, TeamMembership
from firstline.accounts.permissions import PERMISSIONS, Permission
from firstline.accounts.queries.people import visible_to
from firstline.accounts.queries.roles import expand, role_label
from firstline.kit import clock
from firstline.kit.actor import Actor
from firstline.kit.tables import Cell
from firstline.kit.text import clean_line
from firstline.organizations.models import Team

PAGE_SIZE = 50
_SORTS = {"name": "name", "email": "email", "organization": "organization__name", "last_login": "last_login"}
_STATES = {
    "active": Q(is_active=True),
    "inactive": Q(is_active=False, erased_at=None),
    "erased": Q(erased_at__isnull=False),
    "all": Q(),
}


@dataclass(frozen=True, slots=True)
class PeopleFilter:
    """What the list of people is narrowed to; unknown values narrow nothing."""

    q: str = ""
    role: str = ""
    team: int = 0
    organization: int = 0
    state: str = "active"
    sort: str = "name"

    @classmethod
    def read(cls, given: Mapping[str, str]) -> "PeopleFilter":
        """From an address's query, whatever it holds."""
        state, sort = given.get("state", "active"), given.get("sort", "name")
        return cls(
            q=clean_line(given.get("q", ""), 200),
            role=clean_line(given.get("role", ""), 60),
            team=_number(given.get("team", "")),
            organization=_number(given.get("organization", "")),
            state=state if state in _STATES else "active",
            sort=sort if sort.removeprefix("-") in _SORTS else "name",
        )

    def query(self, **other: object) -> str:
        """The query of an address that leads here, some values replaced."""
        chosen = replace(self, **{key: value for key, value in other.items() if key != "page"})  # type: ignore[arg-type]
        start = PeopleFilter()
        pairs = {
            name: getattr(chosen, name)
            for name in self.__dataclass_fields__
            if getattr(chosen, name) != getattr(start, name)
        }
        return urlencode(pairs | {key: value for key, value in other.items() if key == "page"})


@dataclass(frozen=True, slots=True)
class PersonRow:
    """One line of the list."""

    id: int
    name: str
    email: str
    organization: str
    job_title: str
    roles: list[str]
    teams: list[str]
    last_login: datetime | None
    is_active: bool
    is_vip: bool


@dataclass(frozen=True, slots=True)
class PeoplePage:
    """One page of the list."""

    rows: list[PersonRow]
    total: int
    number: int

    @property
    def first(self) -> int:
        return (self.number - 1) * PAGE_SIZE + 1

    @property
    def last(self) -> int:
        return self.first + len(self.rows) - 1

    @property
    def has_next(self) -> bool:
        return self.last < self.total


def people_matching(actor: Actor, wanted: PeopleFilter) -> QuerySet[Person]:
    """The people that the actor may see and the filter lets through, sorted."""
    found = visible_to(actor).filter(_STATES[wanted.state])
    if wanted.q:
        found = found.filter(Q(name__icontains=wanted.q) | Q(email__icontains=wanted.q))
    if wanted.role:
        found = found.filter(roles__code=wanted.role)
    if wanted.team:
        found = found.filter(teams=wanted.team)
    if wanted.organization:
        found = found.filter(organization_id=wanted.organization)
    descending = "-" if wanted.sort.startswith("-") else ""
    return found.order_by(f"{descending}{_SORTS[wanted.sort.removeprefix('-')]}", "id")


def people_page(actor: Actor, wanted: PeopleFilter, number: int = 1) -> PeoplePage:
    """A page of the list, in four queries however long it is."""
    found = people_matching(actor, wanted)
    total = found.count()
    number = max(1, min(number, -(-total // PAGE_SIZE) or 1))
    start = (number - 1) * PAGE_SIZE
    people = found.prefetch_related("roles", "teams")[start : start + PAGE_SIZE]
    return PeoplePage(rows=[_row(person) for person in people], total=total, number=number)


PEOPLE_COLUMNS = (
    "name", "email", "organization", "site", "department", "job_title", "phone", "language",
    "time_zone", "vip", "roles", "teams", "active", "last_login",
)  # fmt: skip


def people_table(actor: Actor, wanted: PeopleFilter) -> Iterator[list[Cell]]:
    """The list's people as lines under `PEOPLE_COLUMNS`, in the shape that the import reads."""
    found = people_matching(actor, wanted).select_related("organization", "site", "department")
    for person in found.prefetch_related("roles", "teams").iterator(chunk_size=500):
        yield [
            person.name,
            person.email,
            person.organization.name,
            person.site.name if person.site else "",
            person.department.name if person.department else "",
            person.job_title,
            person.phone,
            person.language,
            person.time_zone,
            "yes" if person.is_vip else "no",
            "; ".join(role.code for role in person.roles.all()),
            "; ".join(team.name for team in person.teams.all()),
            "yes" if person.is_active else "no",
            person.last_login,
        ]


@dataclass(frozen=True, slots=True)
class TeamRow:
    """A team with its people."""

    team: Team
    members: list[tuple[int, str, bool]]


def team_rows(*, archived: bool = False) -> list[TeamRow]:
    """Teams with id, name and lead mark of their active people, in two queries."""
    teams = list(Team.objects.filter(is_active=not archived))
    members: dict[int, list[tuple[int, str, bool]]] = {team.pk: [] for team in teams}
    rows = (
        TeamMembership.objects.filter(team__in=teams, person__is_active=True)
        .order_by("-is_lead", "person__name", "person_id")
        .values_list("team_id", "person_id", "person__name", "is_lead")
    )
    for team_id, person_id, name, is_lead in rows:
        members[team_id].append((person_id, name, is_lead))
    return [TeamRow(team, members[team.pk]) for team in teams]


@dataclass(frozen=True, slots=True)
class RoleRow:
    """A role, how many active people hold it, and what it allows."""

    role: Role
    label: str
    people: int
    permissions: int


def role_rows() -> list[RoleRow]:
    """Every role, in one query."""
    counted = Role.objects.annotate(holders=Count("grants", filter=Q(grants__person__is_active=True)))
    return [RoleRow(role, role_label(role), role.holders, len(expand(role.permissions))) for role in counted]


def permissions_by_slice() -> list[tuple[str, list[Permission]]]:
    """The catalogue in groups, for people who choose from it."""
    titles = {
        "portal": _("Portal"),
        "tickets": _("Tickets"),
        "knowledge": _("Knowledge"),
        "devices": _("Devices"),
        "remote": _("Remote work"),
        "monitoring": _("Monitoring"),
        "reports": _("Reports"),
        "accounts": _("Own account"),
        "admin": _("Administration"),
    }
    groups: dict[str, list[Permission]] = {name: [] for name in titles}
    for permission in PERMISSIONS.values():
        groups.setdefault(permission.name.partition(":")[0], []).append(permission)
    return [(titles.get(name, name), held) for name, held in groups.items() if held]


def invitation_until(person: Person) -> datetime | None:
    """Until when the person's open invitation counts; None when they have none."""
    found = person.invitations.filter(accepted_at=None, expires_at__gt=clock.now()).first()
    return found.expires_at if found else None


def _row(person: Person) -> PersonRow:
    return PersonRow(
        id=person.pk,
        name=person.name,
        email=person.email or "",
        organization=person.organization.name,
        job_title=person.job_title,
        roles=[role_label(role) for role in person.roles.all()],
        teams=[team.name for team in person.teams.all()],
        last_login=person.last_login,
        is_active=person.is_active,
        is_vip=person.is_vip,
    )


def _number(value: str) -> int:
    return int(value) if value.isascii() and value.isdecimal() and len(value) < 18 else 0
