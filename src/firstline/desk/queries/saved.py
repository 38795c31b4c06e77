"""Saved searches as one sees them: one's own, and those shared with one's teams."""

from dataclasses import dataclass
from functools import lru_cache

from django.db.models import Q, QuerySet

from firstline.desk.models import SavedSearch
from firstline.kit.actor import Actor
from firstline.kit.errors import NotFound
from firstline.kit.prepared import Prepared
from firstline.organizations.models import Team

SHOWN_MAX = 60


@dataclass(frozen=True, slots=True)
class Saved:
    """A saved search in a list."""

    id: int
    name: str
    text: str
    kind: str
    team_id: int | None
    team: str
    owner: str
    is_mine: bool


def saved_searches(actor: Actor) -> list[Saved]:
    """Own ones first, then those of the actor's teams, by name; one query."""
    if actor.kind != "person" or actor.id is None:
        return []
    rows = [_shown(row, actor) for row in _shown_to(actor.team_ids)(actor.id)]
    return sorted(rows, key=lambda row: not row.is_mine)


def saved_matching(actor: Actor, words: str) -> list[Saved]:
    """Saved searches whose name holds every word; all of them for no words."""
    wanted = words.casefold().split()
    return [row for row in saved_searches(actor) if all(word in row.name.casefold() for word in wanted)]


def own_teams(actor: Actor) -> list[tuple[int, str]]:
    """The teams with which the actor can share."""
    if not actor.team_ids:
        return []
    return list(Team.objects.filter(pk__in=actor.team_ids).order_by("name").values_list("pk", "name"))


def get_saved_search_for(actor: Actor, saved_id: int) -> SavedSearch:
    """One that the actor may see; raises `saved_search_not_found` alike for missing and forbidden."""
    row = _visible_to(actor).filter(pk=saved_id).first()
    if row is None:
        raise NotFound("saved_search_not_found")
    return row


def _visible_to(actor: Actor) -> QuerySet[SavedSearch]:
    return _of(actor.id, actor.team_ids)


def _of(person_id: int | None, team_ids: frozenset[int]) -> QuerySet[SavedSearch]:
    allowed = Q(owner_id=person_id) | Q(team_id__in=team_ids)
    return SavedSearch.objects.filter(allowed).select_related("owner", "team")


@lru_cache(maxsize=256)
def _shown_to(team_ids: frozenset[int]) -> Prepared[SavedSearch]:
    """By name, for people of the same teams."""
    return Prepared(lambda person_id: _of(person_id, team_ids).order_by("name", "id")[:SHOWN_MAX])


def _shown(row: SavedSearch, actor: Actor) -> Saved:
    return Saved(
        id=row.pk,
        name=row.name,
        text=row.text,
        kind=row.kind,
        team_id=row.team_id,
        team=row.team.name if row.team else "",
        owner=row.owner.name,
        is_mine=row.owner_id == actor.id,
    )
