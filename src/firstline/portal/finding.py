"""What an employee finds in the portal: articles, and the requests they made or follow."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.urls import reverse
from django.utils.translation import pgettext

from firstline.kit.actor import Actor
from firstline.knowledge.models import Article
from firstline.search.presenting import without_markup
from firstline.search.queries import Hit, Part, Results, find, similar
from firstline.tickets.models import Ticket
from firstline.tickets.permissions import PORTAL_USE

KINDS = ("article", "ticket")


@dataclass(frozen=True, slots=True)
class Answer:
    """An article or a request, as its reader recognises it."""

    kind: str
    href: str
    title: Sequence[Part]
    snippet: Sequence[Part]
    language: str
    number: str = ""
    state: str = ""
    is_done: bool = False
    solved_count: int = 0
    asked_count: int = 0
    at: datetime | None = None


def as_employee(actor: Actor) -> Actor:
    """The same person without what they may do at the desk: the portal shows their own things only."""
    return replace(actor, permissions=frozenset({PORTAL_USE}), team_ids=frozenset(), is_provider=False)


def find_answers(actor: Actor, text: str, *, limit: int, offset: int = 0) -> tuple[Results, list[Answer]]:
    """The best articles and own requests for the words."""
    results = find(as_employee(actor), text, kinds=KINDS, limit=limit, offset=offset)
    return results, answers_of(results.hits)


def nearest_answers(actor: Actor, text: str, *, limit: int) -> list[Answer]:
    """Articles that may answer what is described, and own requests like it; none below four words."""
    reader = as_employee(actor)
    articles = similar(reader, text, kinds=("article",), limit=limit)
    requests = similar(reader, text, kinds=("ticket",), limit=1)
    return answers_of([*articles, *requests])


def answers_of(hits: Sequence[Hit]) -> list[Answer]:
    """Hits with what the portal shows of them, in their order; two queries."""
    articles = {
        row.pk: row for row in Article.objects.filter(pk__in=_ids(hits, "article")).defer("body_markdown")
    }
    tickets = {row.pk: row for row in Ticket.objects.filter(pk__in=_ids(hits, "ticket"))}
    made = []
    for hit in hits:
        if hit.kind == "article" and hit.object_id in articles:
            made.append(_article(hit, articles[hit.object_id]))
        elif hit.kind == "ticket" and hit.object_id in tickets:
            made.append(_request(hit, tickets[hit.object_id]))
    return made


def _ids(hits: Sequence[Hit], kind: str) -> list[int]:
    return [hit.object_id for hit in hits if hit.kind == kind]


def _article(hit: Hit, row: Article) -> Answer:
    return Answer(
        kind=hit.kind,
        href=reverse("knowledge:portal_article", args=[row.pk]),
        title=hit.title_parts,
        snippet=without_markup(hit.snippet_parts),
        language=row.language,
        solved_count=row.solved_count,
        asked_count=row.asked_count,
    )


def _request(hit: Hit, row: Ticket) -> Answer:
    return Answer(
        kind=hit.kind,
        href=reverse("portal:request", args=[row.number]),
        title=hit.title_parts,
        snippet=hit.snippet_parts,
        language=row.language,
        number=row.display_id,
        state=pgettext("requests", "Open") if row.is_open else pgettext("requests", "Done"),
        is_done=not row.is_open,
        at=row.last_message_at,
    )
