"""What tickets can be filtered by, as people type it in English and Chinese."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy, pgettext_lazy

from firstline.accounts.queries import team_members
from firstline.accounts.queries import visible_to as people_visible_to
from firstline.devices.queries import visible_to as devices_visible_to
from firstline.kit import clock
from firstline.kit.actor import Actor
from firstline.organizations.models import Organization, Service, Team
from firstline.organizations.permissions import can_see
from firstline.search.queries import FieldSpec, Source, register_source
from firstline.tickets.enums import Channel, Kind, Priority, Status
from firstline.tickets.permissions import TICKET_VIEW, TICKET_VIEW_ALL
from firstline.tickets.queries import documents, searching
from firstline.tickets.queries.scope import visible_as_staff

VALUES_MAX = 8
_READ_MAX = 400
_ME = frozenset({"me", "myself", "我", "自己", "本人"})
_NOBODY = frozenset({"none", "nobody", "no", "无", "没有", "未分配", "无人"})
_DAYS = {"today": 0, "今天": 0, "yesterday": 1, "昨天": 1}
_MONTH = frozenset({"month", "this-month", "本月", "这个月"})
_YEAR = frozenset({"year", "this-year", "今年"})

Text = str | Promise


def register() -> None:
    """Make tickets searchable."""
    register_source(
        Source(
            kind=documents.KIND,
            label=pgettext_lazy("found", "Tickets"),
            icon="inbox",
            documents=documents.documents,
            ids_after=documents.ids_after,
            visible=searching.still_visible,
            url=searching.address_of,
            tokens=searching.search_tokens,
            restricted_tokens=searching.staff_search_tokens,
            restricted_visible=searching.still_staff,
            fields=(*_OPEN_FIELDS, *_DESK_FIELDS),
        )
    )


def _works_here(actor: Actor) -> bool:
    """Requesters do not filter by what only technicians are shown: a count would tell."""
    return actor.may(TICKET_VIEW) or actor.may(TICKET_VIEW_ALL)


def _person(actor: Actor, typed: str) -> str:
    word = typed.strip().casefold()
    if word in _ME:
        return actor.label
    return documents.NOBODY if word in _NOBODY else typed


def _nobody(_actor: Actor, typed: str) -> str:
    return documents.NOBODY if typed.strip().casefold() in _NOBODY else typed


def _day(actor: Actor, typed: str) -> str:
    """ "yesterday" as the date that it is where the actor sits."""
    try:
        today = clock.now().astimezone(ZoneInfo(actor.time_zone)).date()
    except (ZoneInfoNotFoundError, ValueError):
        today = clock.now().date()
    word = typed.strip().casefold().replace("/", "-").replace(".", "-")
    if word in _DAYS:
        return (today - timedelta(days=_DAYS[word])).isoformat()
    if word in _MONTH:
        return today.isoformat()[:7]
    return today.isoformat()[:4] if word in _YEAR else word


def _priority(_actor: Actor, typed: str) -> str:
    word = typed.strip().casefold()
    return f"p{word}" if word in {"1", "2", "3", "4"} else word


def _service(_actor: Actor, typed: str) -> str:
    """Services are kept under one name, whichever language they were asked for in."""
    found = Service.objects.filter(name_zh__iexact=typed.strip()).values_list("name", flat=True).first()
    return found or typed


def _service_label(value: str) -> str:
    service = Service.objects.filter(name=value).first()
    return service.label_in(get_language() or "") if service else value


def _who(value: str) -> Text:
    return pgettext_lazy("filter value", "Nobody") if value == documents.NOBODY else value


def _starting(candidates: Iterable[str], start: str) -> list[str]:
    """Those that begin with what was typed, then those that hold it; each once."""
    typed = start.strip().casefold()
    found = [value for value in dict.fromkeys(candidates) if typed in value.casefold()]
    found.sort(key=lambda value: (not value.casefold().startswith(typed), value.casefold()))
    return found[:VALUES_MAX]


def _teams(_actor: Actor, start: str) -> Sequence[str]:
    return _starting(Team.objects.filter(is_active=True).values_list("name", flat=True), start)


def _services(_actor: Actor, start: str) -> Sequence[str]:
    names = Service.objects.filter(is_active=True).values_list("name", "name_zh")
    typed = start.strip().casefold()
    return [name for name, name_zh in names if typed in f"{name}\n{name_zh}".casefold()][:VALUES_MAX]


def _organizations(actor: Actor, start: str) -> Sequence[str]:
    rows = Organization.objects.filter(name__icontains=start.strip()).order_by("name")[:_READ_MAX]
    return _starting((row.name for row in rows if can_see(actor, row.pk)), start)


def _requesters(actor: Actor, start: str) -> Sequence[str]:
    people = people_visible_to(actor).filter(is_active=True, name__icontains=start.strip())
    return _starting(people.order_by("name").values_list("name", flat=True)[:_READ_MAX], start)


def _assignees(actor: Actor, start: str) -> Sequence[str]:
    """Technicians whom the actor may know of; colleagues in their teams in any case."""
    people = people_visible_to(actor).filter(
        is_active=True, name__icontains=start.strip(), role_grants__role__code__in=_technician_roles()
    )
    names = list(people.order_by("name").values_list("name", flat=True).distinct()[:_READ_MAX])
    for team_id in sorted(actor.team_ids):
        names += team_members(team_id).values_list("name", flat=True)
    return _starting(names, start)


def _technician_roles() -> Sequence[str]:
    return ("technician", "network_administrator", "system_administrator", "security_specialist", "manager",
            "administrator")  # fmt: skip


def _devices(actor: Actor, start: str) -> Sequence[str]:
    rows = devices_visible_to(actor).filter(hostname__icontains=start.strip()).order_by("hostname")
    return _starting((row.label for row in rows[:VALUES_MAX]), "")


def _recent(field: str) -> Callable[[Actor, str], Sequence[str]]:
    """Values that the newest tickets on which the actor works have in a field."""

    def values(actor: Actor, start: str) -> Sequence[str]:
        rows = visible_as_staff(actor).order_by("-id").values_list(field, flat=True)[:_READ_MAX]
        return _starting(
            (each for row in rows for each in (row if isinstance(row, list) else [row]) if each), start
        )

    return values


def _codes(choices: Iterable[tuple[str, Text]]) -> Callable[[], Mapping[str, Text]]:
    kept = dict(choices)
    return lambda: kept


_IS: Mapping[str, Text] = {
    "open": pgettext_lazy("is", "Not done yet"),
    "done": pgettext_lazy("is", "Done"),
    "unassigned": pgettext_lazy("is", "Nobody works on it"),
}
_OPEN_FIELDS = (
    FieldSpec(
        "status", pgettext_lazy("field", "Status"), aliases=("state", "状态"),
        choices=_codes((each.value, each.label) for each in Status),
    ),
    FieldSpec("is", pgettext_lazy("field", "Is"), aliases=("是",), choices=lambda: _IS, is_facet=False),
    FieldSpec(
        "type", pgettext_lazy("field", "Type"), aliases=("类型", "性质"),
        choices=_codes((each.value, each.label) for each in Kind),
    ),
    FieldSpec(
        "number", pgettext_lazy("field", "Number"), aliases=("id", "编号", "单号", "工单号"), is_facet=False
    ),
    FieldSpec(
        "created", pgettext_lazy("field", "Created"), aliases=("date", "创建", "日期", "创建时间"),
        resolve=_day, is_facet=False,
    ),
    FieldSpec(
        "requester", pgettext_lazy("field", "Requester"),
        aliases=("from", "by", "报修人", "请求人", "提交人"), resolve=_person, values=_requesters,
    ),
)  # fmt: skip
_DESK_FIELDS = (
    FieldSpec(
        "priority", pgettext_lazy("field", "Priority"), aliases=("prio", "优先级"), resolve=_priority,
        choices=_codes((f"p{each.value}", each.label) for each in Priority), is_open_to=_works_here,
    ),
    FieldSpec(
        "team", pgettext_lazy("field", "Team"), aliases=("queue", "group", "团队", "小组", "组"),
        resolve=_nobody, value_label=_who, values=_teams, is_open_to=_works_here,
    ),
    FieldSpec(
        "assignee", pgettext_lazy("field", "Assignee"), aliases=("owner", "to", "处理人", "负责人", "受理人"),
        resolve=_person, value_label=_who, values=_assignees, is_open_to=_works_here,
    ),
    FieldSpec(
        "service", pgettext_lazy("field", "Service"), aliases=("服务", "系统"), resolve=_service,
        value_label=_service_label, values=_services, is_open_to=_works_here,
    ),
    FieldSpec(
        "category", pgettext_lazy("field", "Category"), aliases=("cat", "分类", "类别"),
        values=_recent("category"), is_open_to=_works_here,
    ),
    FieldSpec(
        "device", pgettext_lazy("field", "Device"), aliases=("host", "machine", "设备", "电脑", "主机"),
        values=_devices, is_open_to=_works_here,
    ),
    FieldSpec(
        "organisation", pgettext_lazy("field", "Organisation"),
        aliases=("organization", "org", "customer", "company", "组织", "客户", "公司"),
        values=_organizations, is_open_to=_works_here,
    ),
    FieldSpec(
        "tag", pgettext_lazy("field", "Tag"), aliases=("tags", "label", "标签"), values=_recent("tags"),
        is_open_to=_works_here,
    ),
    FieldSpec(
        "channel", gettext_lazy("Channel"), aliases=("via", "渠道", "来源"),
        choices=_codes((each.value, each.label) for each in Channel), is_open_to=_works_here,
    ),
)  # fmt: skip
