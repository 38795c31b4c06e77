"""What a technician can put into an answer: text modules, articles, names of colleagues."""

from dataclasses import dataclass, field

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from firstline.accounts.models import Person
from firstline.accounts.queries import actor_for
from firstline.kit.actor import Actor
from firstline.kit.text import clean_line
from firstline.knowledge.enums import ArticleStatus
from firstline.knowledge.queries import article_list, own_language_first, visible_to
from firstline.tickets.models import Ticket
from firstline.tickets.queries import colleagues_of
from firstline.writing.queries import ready_modules

ARTICLES_MAX = 6


@dataclass(frozen=True, slots=True)
class Insert:
    """One row: `text` takes the place of what was typed, `more` is the longer form."""

    key: str
    title: str
    text: str
    icon: str = "pen"
    hint: str = ""
    more: str = ""
    person_id: int = 0


@dataclass(frozen=True, slots=True)
class Group:
    """Rows under a heading."""

    label: str
    rows: list[Insert] = field(default_factory=list)


def texts_for(actor: Actor, ticket: Ticket, text: str) -> list[Group]:
    """Text modules filled for the ticket, and articles that its requester may read."""
    modules = [
        Insert(f"t{row.id}", row.name, row.text, hint=f"/{row.keyword}" if row.keyword else "")
        for row in ready_modules(actor, ticket, text)
    ]
    return [Group(_("Text modules"), modules), Group(_("Articles"), _articles(actor, ticket, text))]


def colleagues_named(actor: Actor, ticket: Ticket, text: str) -> list[Group]:
    """Colleagues who may see the ticket, whose name begins so or holds it."""
    rows = [
        Insert(f"p{person.pk}", person.name, f"@{person.name} ", hint=person.job_title, person_id=person.pk)
        for person in colleagues_of(ticket, text)
        if person.pk != actor.id
    ]
    return [Group(_("Colleagues who see this ticket"), rows)]


def _articles(actor: Actor, ticket: Ticket, text: str) -> list[Insert]:
    """Published ones that both may read, the requester's language first."""
    if not text.strip():
        return []
    found = article_list(actor, text=text, status=ArticleStatus.PUBLISHED)
    reader = actor_for(Person.objects.get(pk=ticket.requester_id))
    readable = visible_to(reader).filter(pk__in=list(found.values_list("pk", flat=True)[:20]))
    return [
        Insert(
            f"a{row.pk}",
            row.title,
            f"[{clean_line(row.title).translate(_NO_BRACKETS)}]({_address(row.pk)})",
            icon="book",
            more=row.body_markdown,
            hint=str(dict(settings.LANGUAGES).get(row.language, "")),
        )
        for row in own_language_first(readable, ticket.requester.language)[:ARTICLES_MAX]
    ]


_NO_BRACKETS = str.maketrans({"[": "(", "]": ")"})


def _address(article_id: int) -> str:
    return f"{settings.FIRSTLINE_PUBLIC_URL}{reverse('knowledge:portal_article', args=[article_id])}"
