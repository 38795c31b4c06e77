"""What was found, dressed for the desk: each thing with its number, state and people, in one query a kind."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from django.db.models import Model, QuerySet
from django.urls import reverse
from django.utils import translation

from firstline.accounts.models import Person
from firstline.devices.models import Device
from firstline.kit.actor import Actor
from firstline.knowledge.models import Article
from firstline.search.presenting import without_markup
from firstline.search.queries import Hit, Part, Results, find, source_of
from firstline.tickets.enums import Status
from firstline.tickets.models import Ticket
from firstline.tickets.queries import rows_of, visible_as_staff

TICKETS_AT_A_GLANCE = 6
OTHERS_AT_A_GLANCE = 12
PER_KIND_AT_A_GLANCE = 4

M = TypeVar("M", bound=Model)


@dataclass(frozen=True, slots=True)
class Thing:
    """One hit with what a technician recognises it by."""

    kind: str
    id: int
    href: str
    icon: str
    title: Sequence[Part]
    snippet: Sequence[Part]
    at: datetime | None
    score: int
    number: str = ""
    hint: str = ""
    about: str = ""
    language: str = ""
    status: str = ""
    status_label: str = ""
    is_online: bool | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """The things of one kind, best first."""

    kind: str
    label: str
    things: Sequence[Thing]


@dataclass(frozen=True, slots=True)
class Glance:
    """The best few of each kind, the kind of the best hit first."""

    groups: Sequence[Group]
    total: int
    is_capped: bool
    results: Sequence[Results]


@dataclass(frozen=True, slots=True)
class _Dress:
    href: str = ""
    number: str = ""
    hint: str = ""
    about: str = ""
    language: str = ""
    status: str = ""
    status_label: str = ""
    is_online: bool | None = None


def glance(actor: Actor, text: str) -> Glance:
    """What a person who still types needs: tickets, and the best of everything else beside them."""
    others = [kind for kind in ("person", "device", "article") if source_of(kind)]
    results = [find(actor, text, kinds=["ticket"], limit=TICKETS_AT_A_GLANCE)]
    if others:
        results.append(find(actor, text, kinds=others, limit=OTHERS_AT_A_GLANCE))
    things = dressed(actor, [hit for result in results for hit in result.hits])
    kinds = dict.fromkeys(thing.kind for thing in sorted(things, key=lambda thing: -thing.score))
    groups = [_group(kind, [thing for thing in things if thing.kind == kind]) for kind in kinds]
    return Glance(
        groups=groups,
        total=sum(result.total for result in results),
        is_capped=any(result.is_capped for result in results),
        results=results,
    )


def dressed(actor: Actor, hits: Sequence[Hit]) -> list[Thing]:
    """Hits ready to be shown, in their order; what has gone meanwhile is left out."""
    found = {
        kind: dress(actor, [hit.object_id for hit in hits if hit.kind == kind])
        for kind, dress in _DRESSES.items()
    }
    return [thing for hit in hits if (thing := _thing(actor, hit, found.get(hit.kind))) is not None]


def _thing(actor: Actor, hit: Hit, dresses: Mapping[int, _Dress] | None) -> Thing | None:
    source = source_of(hit.kind)
    if source is None or (dresses is not None and hit.object_id not in dresses):
        return None
    dress = dresses[hit.object_id] if dresses is not None else _Dress()
    return Thing(
        kind=hit.kind,
        id=hit.object_id,
        href=dress.href or hit.url(actor),
        icon=source.icon,
        title=hit.title_parts or [(hit.title, False)],
        snippet=without_markup(hit.snippet_parts) if hit.kind == "article" else hit.snippet_parts,
        at=hit.changed_at,
        score=hit.score,
        number=dress.number,
        hint=dress.hint,
        about=dress.about,
        language=dress.language,
        status=dress.status,
        status_label=dress.status_label,
        is_online=dress.is_online,
    )


def _group(kind: str, things: Sequence[Thing]) -> Group:
    source = source_of(kind)
    most = TICKETS_AT_A_GLANCE if kind == "ticket" else PER_KIND_AT_A_GLANCE
    return Group(kind, str(source.label) if source else kind, things[:most])


def _tickets(actor: Actor, ids: Collection[int]) -> dict[int, _Dress]:
    # The engine asked the owner of each hit whether this actor may see it.
    rows = rows_of(Ticket.objects.filter(pk__in=ids)) if ids else []
    # One's own requests are met in the portal unless one also works on them.
    worked_on = set(visible_as_staff(actor).filter(pk__in=ids).values_list("pk", flat=True)) if ids else set()
    labels = {status.value: str(status.label) for status in Status}
    in_chinese = (translation.get_language() or "").startswith("zh")
    return {
        row.id: _Dress(
            href=reverse("desk:ticket" if row.id in worked_on else "portal:request", args=[row.number]),
            number=row.display_id,
            hint=_joined(row.display_id, row.assignee or row.requester),
            about=_joined(
                labels[row.status], row.requester, row.organization, row.team, row.assignee,
                (row.service_zh or row.service) if in_chinese else row.service,
            ),
            language=row.language,
            status=row.status,
            status_label=labels[row.status],
        )
        for row in rows
    }  # fmt: skip


def _articles(_actor: Actor, ids: Collection[int]) -> dict[int, _Dress]:
    return {
        row.pk: _Dress(
            hint=row.get_status_display() if row.status != "published" else "",
            about=_joined(
                row.get_language_display(), row.get_status_display(), row.team.name if row.team else ""
            ),
            language=row.language,
        )
        for row in _rows(Article.objects.select_related("team").defer("body_markdown"), ids)
    }


def _people(_actor: Actor, ids: Collection[int]) -> dict[int, _Dress]:
    return {
        row.pk: _Dress(
            hint=row.organization.name,
            about=_joined(
                row.job_title,
                row.department.name if row.department else "",
                row.organization.name,
                row.email,
                row.phone,
            ),
        )
        for row in _rows(Person.objects.select_related("organization", "department"), ids)
    }


def _devices(_actor: Actor, ids: Collection[int]) -> dict[int, _Dress]:
    return {
        row.pk: _Dress(
            hint=row.owner.name if row.owner else row.organization.name,
            about=_joined(
                row.model, f"{row.os_name} {row.os_version}".strip(), row.serial,
                row.owner.name if row.owner else "", row.organization.name,
            ),
            is_online=row.is_online if row.has_agent else None,
        )
        for row in _rows(Device.objects.select_related("organization", "owner").defer("facts", "health"), ids)
    }  # fmt: skip


def _rows(rows: QuerySet[M], ids: Collection[int]) -> list[M]:
    return list(rows.filter(pk__in=ids)) if ids else []


def _joined(*parts: str | None) -> str:
    return " · ".join(part for part in parts if part)


_DRESSES: Mapping[str, Callable[[Actor, Collection[int]], Mapping[int, _Dress]]] = {
    "ticket": _tickets,
    "article": _articles,
    "person": _people,
    "device": _devices,
}
