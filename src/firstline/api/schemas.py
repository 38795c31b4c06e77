"""What goes in and out of the operations."""

from datetime import datetime
from typing import Annotated, Literal

from ninja import Schema
from pydantic import AfterValidator, ConfigDict, Field, StringConstraints

from firstline.api.enums import PAGE_MAX
from firstline.kit.text import clean, clean_line

Line = Annotated[str, StringConstraints(max_length=250), AfterValidator(clean_line)]
Body = Annotated[str, StringConstraints(min_length=1, max_length=100_000), AfterValidator(clean)]
SeverityName = Literal["info", "warning", "error", "critical"]
WaitingName = Literal["waiting_requester", "waiting_supplier", "scheduled"]
StatusName = Literal["new", "open", "resolved", "closed"] | WaitingName


class In(Schema):
    """Input is exact: a misspelt field is an error, not silence."""

    model_config = ConfigDict(extra="forbid")


class AlertIn(In):
    """A report by a program: something is wrong, or (`state` resolved) no longer."""

    source: Annotated[str, StringConstraints(max_length=100)] = Field(description="Who reports, e.g. zabbix")
    key: Annotated[str, StringConstraints(max_length=200)] = Field(
        description="The same fault has the same key; repeats count up one alert"
    )
    severity: SeverityName = "warning"
    text: Annotated[str, StringConstraints(max_length=4000)] = ""
    device: Line | None = Field(None, description="Host name, name or serial of a device")
    service: Line | None = Field(None, description="Name of a service")
    state: Literal["raised", "resolved"] = "raised"


class AlertOut(Schema):
    """An alert as it stands; `ticket` is the display id of the ticket that follows it, once there is one."""

    id: int
    source: str
    key: str
    severity: str
    state: str
    text: str
    count: int
    device: str | None
    service: str | None
    first_at: datetime
    last_at: datetime
    resolved_at: datetime | None
    ticket: str | None
    remarks: list[str] = Field(description="Sentences about what could not be matched")


class TicketIn(In):
    """A new ticket. Without `requester` it is the caller's own."""

    subject: Line = ""
    body: Body
    requester: Line | None = Field(None, description="E-mail address of the person who asks")
    kind: Literal["incident", "service_request"] = "incident"
    can_work: Literal["yes", "partly", "no", "unknown"] = "unknown"
    device: Line | None = Field(None, description="Host name, name or serial of a device")
    service: Line | None = Field(None, description="Name of a service")
    team_id: int | None = Field(None, ge=1, le=2**62)
    cc: list[Line] = Field(default=[], max_length=20)
    tags: list[Line] = Field(default=[], max_length=20)


class TicketOut(Schema):
    """A ticket in a list."""

    id: str = Field(description="Display id, e.g. INC-42")
    number: int
    kind: str
    subject: str
    status: str
    priority: int
    requester: str
    organization: str
    team: str | None
    assignee: str | None
    service: str | None
    created_at: datetime
    updated_at: datetime
    resolved_at: datetime | None
    response_due_at: datetime | None
    resolution_due_at: datetime | None


class MessageOut(Schema):
    """Something somebody wrote on a ticket."""

    id: int
    kind: str
    author: str
    channel: str
    body: str
    created_at: datetime


class TicketDetailOut(TicketOut):
    """A ticket with its conversation, as far as the caller may read it."""

    impact: int
    urgency: int
    channel: str
    language: str
    device: str | None
    tags: list[str]
    version: int
    messages: list[MessageOut]


class TicketPageOut(Schema):
    """A page of a list; `next_cursor` is empty on the last one."""

    items: list[TicketOut]
    next_cursor: str


class TicketFilter(Schema):
    """Which tickets, and which page of them."""

    status: StatusName | None = None
    is_open: bool | None = None
    priority: int | None = Field(None, ge=1, le=4)
    limit: int = Field(50, ge=1, le=PAGE_MAX)
    cursor: str = Field("", max_length=40, description="`next_cursor` of the page before")


class ReplyIn(In):
    """A reply that the requester reads, or (`internal`) a note for the team."""

    body: Body
    internal: bool = False
    cc: list[Line] = Field(default=[], max_length=20)
    status: Literal["open", "resolved"] | WaitingName | None = None
    minutes: int | None = Field(None, ge=0, le=10_000)
