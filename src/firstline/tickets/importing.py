"""Reads lines of an import file: what each says, and what is wrong with it; no database."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import IO, Any

from firstline.kit.text import clean, clean_line, guess_language
from firstline.tickets.enums import Kind, Status
from firstline.tickets.limits import BODY_CHARACTERS_MAX, SUBJECT_CHARACTERS_MAX, TAGS_MAX

LINE_BYTES_MAX = 5 * 2**20
MESSAGES_MAX = 2000
_STATUSES = {"pending": Status.WAITING_REQUESTER} | {status.value: status for status in Status}
_PRIORITIES = {"urgent": 1, "high": 2, "normal": 3, "low": 4}
_MESSAGE_KINDS = {"request", "reply", "note"}
_LANGUAGES = {"zh": "zh-hans", "zh-cn": "zh-hans", "zh-hans": "zh-hans", "en": "en"}


class BadLine(Exception):
    """A line cannot be used: a stable code and the parameters of its sentence."""

    def __init__(self, code: str, **params: str) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


@dataclass(frozen=True, slots=True)
class PersonLine:
    """A technician ("agent") or requester ("user") of the file, known there as `key`."""

    key: tuple[str, int]
    email: str
    name: str
    language: str = "en"


@dataclass(frozen=True, slots=True)
class QueueLine:
    """A queue of the file becomes a team of that name."""

    name: str


@dataclass(frozen=True, slots=True)
class MessageLine:
    """One message of a ticket."""

    author: tuple[str, int]
    kind: str
    at: datetime
    body: str


@dataclass(frozen=True, slots=True)
class TicketLine:
    """One ticket with its messages in order of time."""

    source_id: int
    queue: str
    requester: tuple[str, int]
    assignee: tuple[str, int] | None
    kind: str
    status: str
    priority: int
    language: str
    category: str
    created_at: datetime
    updated_at: datetime
    subject: str
    messages: tuple[MessageLine, ...]
    tags: list[str] = field(default_factory=list)


Line = PersonLine | QueueLine | TicketLine


def numbered_lines(stream: IO[bytes]) -> Iterator[tuple[int, bytes | None]]:
    """Lines with their numbers from 1; None for one that is too long, of which nothing is kept."""
    number = 0
    while line := stream.readline(LINE_BYTES_MAX + 1):
        number += 1
        if len(line) <= LINE_BYTES_MAX:
            yield number, line
            continue
        while line and not line.endswith(b"\n"):
            line = stream.readline(LINE_BYTES_MAX)
        yield number, None


def parse_line(raw: bytes | None) -> Line | None:
    """What a line says; None for an empty one. Raises `BadLine`."""
    if raw is None:
        raise BadLine("import_line_too_long")
    if not raw.strip():
        return None
    try:
        data = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise BadLine("import_not_json") from error
    if not isinstance(data, dict):
        raise BadLine("import_not_json")
    kind = _code(data, "type")
    if kind in {"agent", "user"}:
        return _person(kind, data)
    if kind == "queue":
        return QueueLine(_line(data, "name", 200))
    if kind == "ticket":
        return _ticket(data)
    raise BadLine("import_type_unknown", value=clean_line(kind, 40))


def _person(kind: str, data: Mapping[str, Any]) -> PersonLine:
    language = _LANGUAGES.get(str(data.get("lang", "en")).lower(), "en")
    key = (kind, _integer(data, "id"))
    return PersonLine(key, _line(data, "email", 254).lower(), _line(data, "name", 200), language)


def _ticket(data: Mapping[str, Any]) -> TicketLine:
    created = _moment(data, "created")
    messages = tuple(sorted(_messages(data), key=lambda message: message.at))
    subject = _line(data, "subject", SUBJECT_CHARACTERS_MAX)
    assignee = data.get("assignee")
    language = _LANGUAGES.get(str(data.get("lang", "")).lower()) or guess_language(subject)
    tags = data.get("tags") or []
    if not isinstance(tags, list):
        raise BadLine("import_field_invalid", field="tags")
    return TicketLine(
        source_id=_integer(data, "id"),
        queue=_line(data, "queue", 200),
        requester=("user", _integer(data, "requester")),
        assignee=None if assignee is None else ("agent", _integer(data, "assignee")),
        kind=_choice(data, "kind", {kind.value: kind for kind in Kind}, Kind.INCIDENT),
        status=_choice(data, "status", _STATUSES),
        priority=_choice(data, "priority", _PRIORITIES, 3),
        language=language,
        category=clean_line(str(data.get("topic") or ""), 60),
        created_at=created,
        updated_at=max(created, _moment(data, "updated")) if "updated" in data else created,
        subject=subject,
        messages=messages,
        tags=[clean_line(str(tag), 40) for tag in tags][:TAGS_MAX],
    )


def _messages(data: Mapping[str, Any]) -> Iterator[MessageLine]:
    given = data.get("messages")
    if not isinstance(given, list) or not 0 < len(given) <= MESSAGES_MAX:
        raise BadLine("import_field_invalid", field="messages")
    for each in given:
        author = each.get("author") if isinstance(each, dict) else None
        if not isinstance(author, dict) or _code(author, "kind") not in {"agent", "user"}:
            raise BadLine("import_field_invalid", field="messages.author")
        kind = _code(each, "kind")
        if kind not in _MESSAGE_KINDS:
            raise BadLine("import_field_invalid", field="messages.kind")
        body = each.get("body")
        if not isinstance(body, str) or not clean(body).strip() or len(body) > BODY_CHARACTERS_MAX:
            raise BadLine("import_field_invalid", field="messages.body")
        yield MessageLine(
            (author["kind"], _integer(author, "id")), kind, _moment(each, "created"), clean(body)
        )


def _code(data: Mapping[str, Any], name: str) -> str:
    value = data.get(name)
    return value if isinstance(value, str) else ""


def _integer(data: Mapping[str, Any], name: str) -> int:
    value = data.get(name)
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > 2**62:
        raise BadLine("import_field_invalid", field=name)
    return value


def _line(data: Mapping[str, Any], name: str, limit: int) -> str:
    value = data.get(name)
    line = clean_line(value, limit) if isinstance(value, str) else ""
    if not line:
        raise BadLine("import_field_invalid", field=name)
    return line


def _choice(data: Mapping[str, Any], name: str, choices: Mapping[str, Any], default: Any = None) -> Any:
    value = data.get(name)
    if value is None and default is not None:
        return default
    if not isinstance(value, str) or value not in choices:
        raise BadLine("import_field_invalid", field=name)
    return choices[value]


def _moment(data: Mapping[str, Any], name: str) -> datetime:
    value = data.get(name)
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        moment = None
    if moment is None or not 1990 <= moment.year <= 2200:
        raise BadLine("import_field_invalid", field=name)
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
