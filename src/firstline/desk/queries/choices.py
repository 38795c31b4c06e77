"""What conditions can be chosen from: teams, technicians, services; people and devices by name."""

from dataclasses import dataclass

from django.db.models import Q, QuerySet

from firstline.accounts.models import Person, TeamMembership
from firstline.desk.specs import Spec, code_of
from firstline.desk.wording import FIELD_LABELS, choices_of
from firstline.devices.models import Device
from firstline.kit.actor import Actor
from firstline.kit.errors import InvalidInput
from firstline.kit.text import clean_line
from firstline.organizations.models import Organization, Service, Team
from firstline.tickets.enums import OPEN_STATUSES, Status

CHOICES_MAX = 120
MENU_MAX = 12
TYPED = frozenset({"requester", "device"})
"""Fields whose rows are too many to choose from: one types a name."""

_MENU = ("status", "priority", "assignee", "team", "kind", "service", "waiting", "sla", "vip", "channel")


@dataclass(frozen=True, slots=True)
class MenuChoice:
    """A value in the filter menu; the link turns it on or off."""

    label: str
    code: str
    is_on: bool


@dataclass(frozen=True, slots=True)
class MenuGroup:
    """A field in the filter menu."""

    field: str
    label: str
    choices: list[MenuChoice]
    has_more: bool

    @property
    def is_used(self) -> bool:
        return any(choice.is_on for choice in self.choices)


def options_of(field: str, actor: Actor) -> list[tuple[str, str]]:
    """The values that a field can be chosen to have, words before rows; at most one query."""
    return [*choices_of(field), *((str(pk), name) for pk, name in _rows(field, actor))]


def filter_menu(actor: Actor, spec: Spec) -> list[MenuGroup]:
    """The usual fields with their values, each as the list that it leads to; three queries."""
    groups = []
    for field in _MENU:
        options = options_of(field, actor)
        if field == "status" and spec.scope == "open":
            options = [(value, label) for value, label in options if value in OPEN_STATUSES]
        elif field == "status" and spec.scope == "done":
            options = [(value, label) for value, label in options if Status(value) not in OPEN_STATUSES]
        shown = [
            MenuChoice(label, code_of(spec.toggled(field, value)), spec.holds(field, value))
            for value, label in options[:MENU_MAX]
        ]
        groups.append(MenuGroup(field, str(FIELD_LABELS[field]), shown, len(options) > MENU_MAX))
    return groups


def typed_rows(field: str, text: str, actor: Actor) -> list[str]:
    """Ids of the people or devices that are named, separated by commas.

    Raises `view_person_unknown` and `view_device_unknown`.
    """
    found: list[str] = []
    for part in text.replace("，", ",").replace("、", ",").replace(";", ",").split(","):
        name = clean_line(part, 200)
        if name:
            found.append(str(_device(name, actor) if field == "device" else _person(name, actor)))
    return found


def typed_text(field: str, ids: list[str], actor: Actor) -> str:
    """The way back: what one would type for these rows."""
    wanted = [int(value) for value in ids if value.isdecimal()]
    if field == "device":
        rows = Device.objects.filter(pk__in=wanted)
        rows = rows if actor.is_provider else rows.filter(organization_id=actor.organization_id or 0)
        return ", ".join(rows.values_list("hostname", flat=True))
    people = _own(actor).filter(pk__in=wanted)
    return ", ".join(email or name for email, name in people.values_list("email", "name"))


def _rows(field: str, actor: Actor) -> list[tuple[int, str]]:
    if field == "team":
        return list(Team.objects.filter(is_active=True).order_by("tier", "name").values_list("pk", "name"))
    if field == "assignee":
        members = TeamMembership.objects.values("person_id")
        people = _own(actor).filter(pk__in=members, is_active=True)
        # The people one works with first.
        near = set(
            TeamMembership.objects.filter(team_id__in=actor.team_ids).values_list("person_id", flat=True)
        )
        found = list(people.order_by("name").values_list("pk", "name")[:CHOICES_MAX])
        return sorted(found, key=lambda row: row[0] not in near)
    if field == "organization":
        rows = Organization.objects.order_by("name")
        rows = rows if actor.is_provider else rows.filter(pk=actor.organization_id or 0)
        return list(rows.values_list("pk", "name")[:CHOICES_MAX])
    if field == "service":
        services = Service.objects.filter(is_active=True).order_by("name")[:CHOICES_MAX]
        return [(each.pk, each.label_in(actor.language)) for each in services]
    return []


def _own(actor: Actor) -> QuerySet[Person]:
    people = Person.objects.all()
    return people if actor.is_provider else people.filter(organization_id=actor.organization_id or 0)


def _person(name: str, actor: Actor) -> int:
    found = _own(actor).filter(Q(email=name.lower()) | Q(name=name)).order_by("-is_active", "pk").first()
    if found is None:
        raise InvalidInput("view_person_unknown", field="requester", value=name)
    return found.pk


def _device(name: str, actor: Actor) -> int:
    rows = Device.objects.filter(Q(hostname__iexact=name) | Q(display_name=name))
    rows = rows if actor.is_provider else rows.filter(organization_id=actor.organization_id or 0)
    found = rows.order_by("-pk").first()
    if found is None:
        raise InvalidInput("view_device_unknown", field="device", value=name)
    return found.pk
