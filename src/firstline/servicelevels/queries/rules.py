"""The calendars and policies in force, as values to compute with."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from firstline.kit.prepared import Prepared
from firstline.servicelevels import arithmetic
from firstline.servicelevels.enums import DayKind
from firstline.servicelevels.models import Calendar, Policy, Rulebook, Target, TeamCalendar
from firstline.servicelevels.notation import calendar_from_json


@dataclass(frozen=True, slots=True)
class PolicyRules:
    """One policy as the clocks see it."""

    id: int
    organization_id: int | None
    calendar_id: int | None
    targets: Mapping[tuple[int, str], int]


@dataclass(frozen=True, slots=True)
class Rules:
    """All calendars and policies in force at one moment."""

    calendars: Mapping[int, arithmetic.Calendar]
    names: Mapping[int, str]
    default_calendar_id: int
    team_calendars: Mapping[int, int]
    policies: tuple[PolicyRules, ...]

    def policy_for(self, organization_id: int) -> PolicyRules:
        """The first policy, in their order, that is for this organisation or for everybody."""
        return next(p for p in self.policies if p.organization_id in (None, organization_id))

    def calendar_id_for(self, policy: PolicyRules, team_id: int | None) -> int:
        """The team's calendar, otherwise the policy's, otherwise the default one."""
        own = self.team_calendars.get(team_id) if team_id is not None else None
        return own or policy.calendar_id or self.default_calendar_id


# Rules of the few newest tokens; a token never returns with other content.
_rules_by_token: OrderedDict[str, Rules] = OrderedDict()


def rules() -> Rules:
    """The rules in force; one query as long as nobody edits them."""
    token = rules_token()
    found = _rules_by_token.get(token)
    if found is None:
        found = _rules_by_token[token] = _load_rules()
        while len(_rules_by_token) > 4:
            _rules_by_token.popitem(last=False)
    return found


def team_works_at(team_id: int, at: datetime) -> bool:
    """Whether a team is on shift; one without a calendar of its own always is."""
    book = rules()
    calendar_id = book.team_calendars.get(team_id)
    if calendar_id is None:
        return True
    return arithmetic.working_seconds_between(book.calendars[calendar_id], at, at + timedelta(seconds=1)) > 0


def rules_token() -> str:
    """Changes with every edit of calendars and policies."""
    return str(_tokens()[0])


_tokens = Prepared(lambda: Rulebook.objects.values_list("token", flat=True)[:1])


def _load_rules() -> Rules:
    calendars = list(Calendar.objects.prefetch_related("days"))
    targets: dict[int, dict[tuple[int, str], int]] = {}
    for target in Target.objects.all():
        targets.setdefault(target.policy_id, {})[target.priority, target.metric] = target.seconds
    return Rules(
        calendars={calendar.pk: calendar_value(calendar) for calendar in calendars},
        names={calendar.pk: calendar.name for calendar in calendars},
        default_calendar_id=next(calendar.pk for calendar in calendars if calendar.is_default),
        team_calendars=dict(TeamCalendar.objects.values_list("team_id", "calendar_id")),
        policies=tuple(
            PolicyRules(policy.pk, policy.organization_id, policy.calendar_id, targets.get(policy.pk, {}))
            for policy in Policy.objects.all()
        ),
    )


def calendar_value(calendar: Calendar) -> arithmetic.Calendar:
    """The calendar with its days as a value to compute with."""
    days = list(calendar.days.all())
    return calendar_from_json(
        {
            "zone": calendar.zone,
            "week": calendar.week,
            "holidays": [day.date.isoformat() for day in days if day.kind == DayKind.HOLIDAY],
            "yearly_holidays": calendar.yearly_holidays,
            "extra_days": {day.date.isoformat(): day.windows for day in days if day.kind == DayKind.EXTRA},
        }
    )
