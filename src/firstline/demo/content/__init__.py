"""Demo content as data: organisation, stories and articles, read from JSON and checked before use."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")

FOLDER = Path(__file__).parent

ROLES = frozenset(
    {
        "requester",
        "technician",
        "network_administrator",
        "system_administrator",
        "security_specialist",
        "manager",
        "administrator",
    }
)
STATUSES = ("new", "open", "waiting_requester", "waiting_supplier", "scheduled", "resolved", "closed")
SOLVED = frozenset({"resolved", "closed"})
CHANNELS = frozenset({"portal", "mail", "phone", "desk", "alert"})


class ContentError(ValueError):
    """A content file contradicts itself; the text names the file's entry and what is wrong."""


@dataclass(frozen=True, slots=True)
class Organization:
    """A tenant; the provider runs the desk, others are its customers."""

    code: str
    name: str
    is_provider: bool
    domains: tuple[str, ...]
    default_language: str
    time_zone: str


@dataclass(frozen=True, slots=True)
class Site:
    """A place where people of one organisation work."""

    code: str
    organization: str
    name: str
    name_zh: str
    address: str
    time_zone: str


@dataclass(frozen=True, slots=True)
class Department:
    """A department of one organisation."""

    code: str
    organization: str
    name: str
    name_zh: str


@dataclass(frozen=True, slots=True)
class Team:
    """A support team of the provider with its tier."""

    code: str
    name: str
    name_zh: str
    tier: str
    email: str | None
    is_default: bool


@dataclass(frozen=True, slots=True)
class Service:
    """What people use and report problems with; criticality 1 is the highest."""

    code: str
    name: str
    name_zh: str
    criticality: int
    owner_team: str
    keywords: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with an account; staff have support roles, teams and skills."""

    email: str
    name: str
    organization: str
    site: str | None
    department: str | None
    job_title: str
    phone: str
    language: str
    time_zone: str
    is_vip: bool = False
    roles: tuple[str, ...] = ("requester",)
    teams: tuple[str, ...] = ()
    leads: tuple[str, ...] = ()
    skills: tuple[tuple[str, int], ...] = ()

    @property
    def is_staff(self) -> bool:
        """True for people who work tickets; they answer and write notes."""
        return bool(self.teams)


@dataclass(frozen=True, slots=True)
class Device:
    """One row of the agentless inventory."""

    hostname: str
    organization: str
    kind: str
    model: str
    os: str
    os_version: str
    owner: str | None
    site: str | None
    serial: str


@dataclass(frozen=True, slots=True)
class SignIn:
    """A demo account offered on the sign-in page."""

    email: str
    purpose: str
    purpose_zh: str


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a story; `request` is the first, notes are internal."""

    author: str
    kind: str
    after_minutes: int
    body: str


@dataclass(frozen=True, slots=True)
class Story:
    """One ticket from its first message to where it stands now."""

    id: str
    language: str
    subject: str
    kind: str
    requester: str
    device: str | None
    service: str | None
    team: str
    assignee: str | None
    category: str
    can_work: str
    channel: str
    impact: int
    urgency: int
    status: str
    age_hours: float
    tags: tuple[str, ...]
    messages: tuple[Message, ...]
    solution: str | None = None
    rating: int | None = None
    rating_comment: str | None = None

    @property
    def solved_after_minutes(self) -> int | None:
        """When the last answer of the desk was sent, for solved stories."""
        if self.status not in SOLVED:
            return None
        answers = [m.after_minutes for m in self.messages if m.kind == "reply" and m.author != self.requester]
        return max(answers, default=self.messages[-1].after_minutes)


@dataclass(frozen=True, slots=True)
class Article:
    """A knowledge article; language variants share `group`."""

    id: str
    group: str
    language: str
    title: str
    body: str
    audience: str
    service: str | None
    team: str | None
    owner: str
    age_days: int
    solved: int
    not_solved: int


@dataclass(frozen=True, slots=True)
class Content:
    """Everything the demo shows, already checked."""

    organizations: tuple[Organization, ...]
    sites: tuple[Site, ...]
    departments: tuple[Department, ...]
    teams: tuple[Team, ...]
    services: tuple[Service, ...]
    people: tuple[Person, ...]
    devices: tuple[Device, ...]
    sign_ins: tuple[SignIn, ...]
    stories: tuple[Story, ...]
    articles: tuple[Article, ...]


@cache
def load() -> Content:
    """All demo content, read once per process. Raises ContentError naming the entry that is wrong."""
    base = json.loads((FOLDER / "organization.json").read_text("utf-8"))
    content = Content(
        organizations=_rows(Organization, base["organizations"]),
        sites=_rows(Site, base["sites"]),
        departments=_rows(Department, base["departments"]),
        teams=_rows(Team, base["teams"]),
        services=_rows(Service, base["services"]),
        people=_rows(Person, base["people"]),
        devices=_rows(Device, base["devices"]),
        sign_ins=_rows(SignIn, base["sign_ins"]),
        stories=tuple(_stories()),
        articles=_rows(Article, _listed("articles*.json")),
    )
    _check_organization(content)
    people = {person.email: person for person in content.people}
    for story in content.stories:
        _check_story(story, content, people)
    _check_articles(content, people)
    return content


def _listed(pattern: str) -> list[dict[str, Any]]:
    return [row for path in sorted(FOLDER.glob(pattern)) for row in json.loads(path.read_text("utf-8"))]


def _stories() -> Iterable[Story]:
    for suffix, language in (("en", "en"), ("zh", "zh-hans")):
        for row in _listed(f"stories.{suffix}*.json"):
            messages = _rows(Message, row["messages"])
            yield _row(Story, {**row, "language": language, "messages": messages})


def _rows(cls: type[T], rows: Iterable[Mapping[str, Any]]) -> tuple[T, ...]:
    return tuple(_row(cls, row) for row in rows)


def _row(cls: type[T], row: Mapping[str, Any]) -> T:
    try:
        return cls(**{name: _frozen(value) for name, value in row.items()})
    except TypeError as error:
        raise ContentError(f"{cls.__name__} {next(iter(row.values()), '')!r}: {error}") from error


def _frozen(value: object) -> object:
    if isinstance(value, dict):
        return tuple(value.items())
    return tuple(value) if isinstance(value, list) else value


def _require(where: str, what: str, value: object, known: Iterable[object]) -> None:
    if value is not None and value not in known:
        raise ContentError(f"{where}: unknown {what} {value!r}")


def _unique(what: str, values: Iterable[str]) -> frozenset[str]:
    seen: set[str] = set()
    for value in values:
        if value in seen:
            raise ContentError(f"{what} {value!r} appears twice")
        seen.add(value)
    return frozenset(seen)


def _check_organization(content: Content) -> None:
    organizations = _unique("organization", (o.code for o in content.organizations))
    sites = _unique("site", (s.code for s in content.sites))
    departments = _unique("department", (d.code for d in content.departments))
    teams = _unique("team", (t.code for t in content.teams))
    people = _unique("person", (p.email for p in content.people))
    _unique("service", (s.code for s in content.services))
    _unique("device", (d.hostname for d in content.devices))
    _unique("serial", (d.serial for d in content.devices))
    homes = [(site.code, site.organization) for site in content.sites]
    homes += [(department.code, department.organization) for department in content.departments]
    for code, organization in homes:
        _require(code, "organization", organization, organizations)
    for service in content.services:
        _require(service.code, "team", service.owner_team, teams)
    for person in content.people:
        _require(person.email, "organization", person.organization, organizations)
        _require(person.email, "site", person.site, sites)
        _require(person.email, "department", person.department, departments)
        for role in person.roles:
            _require(person.email, "role", role, ROLES)
        for team in (*person.teams, *person.leads):
            _require(person.email, "team", team, teams)
        for name, level in person.skills:
            _require(person.email, f"level of {name}", level, range(1, 6))
    for device in content.devices:
        _require(device.hostname, "organization", device.organization, organizations)
        _require(device.hostname, "site", device.site, sites)
        _require(device.hostname, "owner", device.owner, people)
    for sign_in in content.sign_ins:
        _require("sign-in", "person", sign_in.email, people)


def _check_story(story: Story, content: Content, people: Mapping[str, Person]) -> None:
    where = story.id
    _require(where, "kind", story.kind, ("incident", "service_request"))
    _require(where, "status", story.status, STATUSES)
    _require(where, "channel", story.channel, CHANNELS)
    _require(where, "can_work", story.can_work, ("yes", "partly", "no"))
    _require(where, "impact", story.impact, range(1, 5))
    _require(where, "urgency", story.urgency, range(1, 5))
    _require(where, "rating", story.rating, range(1, 6))
    _require(where, "requester", story.requester, people)
    _require(where, "device", story.device, {d.hostname for d in content.devices})
    _require(where, "service", story.service, {s.code for s in content.services})
    _require(where, "team", story.team, {t.code for t in content.teams})
    _require(where, "assignee", story.assignee, people)
    if story.assignee and story.team not in people[story.assignee].teams:
        raise ContentError(f"{where}: {story.assignee} is not in team {story.team}")
    if (story.status in SOLVED) != (story.solution is not None):
        raise ContentError(f"{where}: solved stories, and only they, have a solution")
    if story.rating and story.status not in SOLVED:
        raise ContentError(f"{where}: rated before it was solved")
    _check_messages(story, people)


def _check_messages(story: Story, people: Mapping[str, Person]) -> None:
    where = story.id
    times = [message.after_minutes for message in story.messages]
    if not times or times[0] != 0 or times != sorted(times) or times[-1] > story.age_hours * 60:
        raise ContentError(f"{where}: messages start at 0, are in order and not in the future: {times}")
    for position, message in enumerate(story.messages):
        _require(where, "author", message.author, people)
        _require(where, "message kind", message.kind, ("request", "reply", "note"))
        if (message.kind == "request") != (position == 0):
            raise ContentError(f"{where}: the first message, and only it, is the request")
        if message.kind == "note" and not people[message.author].is_staff:
            raise ContentError(f"{where}: {message.author} cannot write internal notes")
        if not message.body.strip():
            raise ContentError(f"{where}: empty message")


def _check_articles(content: Content, people: Mapping[str, Person]) -> None:
    _unique("article", (a.id for a in content.articles))
    _unique("article variant", (f"{a.group}/{a.language}" for a in content.articles))
    _unique("story", (s.id for s in content.stories))
    for article in content.articles:
        _require(article.id, "language", article.language, ("en", "zh-hans"))
        _require(article.id, "audience", article.audience, ("public", "employees", "team"))
        _require(article.id, "service", article.service, {s.code for s in content.services})
        _require(article.id, "team", article.team, {t.code for t in content.teams})
        _require(article.id, "owner", article.owner, people)
        if (article.audience == "team") != (article.team is not None):
            raise ContentError(f"{article.id}: team articles, and only they, name their team")
