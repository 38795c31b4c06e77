"""Saved views as one sees them, and any list by its code."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.db.models import F, Q, QuerySet

from firstline.desk.models import SavedView
from firstline.desk.specs import BUILT_IN, Spec, from_json, spec_of
from firstline.kit.actor import Actor
from firstline.kit.errors import InvalidInput, NotFound
from firstline.kit.prepared import Prepared

SHOWN_MAX = 60


@dataclass(frozen=True, slots=True)
class Kept:
    """A saved view in the column; what it asks for is read only when it is opened or counted."""

    id: int
    name: str
    icon: str
    colour: str
    team_id: int | None
    team: str
    version: int
    stored: object

    @property
    def code(self) -> str:
        return f"v{self.id}"

    @property
    def spec(self) -> Spec:
        return from_json(self.stored)


@dataclass(frozen=True, slots=True)
class Listing:
    """A list that somebody asked for: what it asks for, and the saved view where it is one."""

    code: str
    spec: Spec
    view: SavedView | None = None

    @property
    def is_built_in(self) -> bool:
        return self.code in BUILT_IN

    @property
    def is_unsaved(self) -> bool:
        return self.view is None and not self.is_built_in


def saved_views(actor: Actor) -> list[Kept]:
    """One's own first, then those of one's teams, each in their order; one query."""
    if actor.kind != "person" or actor.id is None:
        return []
    return [
        Kept(pk, name, icon, colour, team_id, team or "", version, spec)
        for pk, name, icon, colour, team_id, team, version, spec in _shown_to(actor.team_ids)(actor.id)
    ]


@lru_cache(maxsize=256)
def _shown_to(team_ids: frozenset[int]) -> Prepared[Any]:
    """By whose they are, for people of the same teams."""
    return Prepared(
        lambda person_id: (
            SavedView.objects.filter(_own(person_id) | _shared(person_id, team_ids), removed_at=None)
            .order_by(F("team__name").asc(nulls_first=True), "place", "pk")
            .values_list("pk", "name", "icon", "colour", "team_id", "team__name", "version", "spec")[
                :SHOWN_MAX
            ]
        )
    )


def get_view_for(actor: Actor, view_id: int, *, is_removed: bool = False) -> SavedView:
    """One that the actor may see; raises `view_not_found` alike for missing and forbidden."""
    row = _visible_to(actor, is_removed=is_removed).select_related("team", "owner").filter(pk=view_id).first()
    if row is None:
        raise NotFound("view_not_found")
    return row


def listing(actor: Actor, code: str) -> Listing:
    """The list behind a code. Raises `choice_unknown`, and `view_not_found` for a view of others."""
    if code in BUILT_IN:
        return Listing(code, BUILT_IN[code])
    if code.startswith("v") and code[1:].isdecimal() and len(code) < 19:
        view = get_view_for(actor, int(code[1:]))
        return Listing(code, from_json(view.spec), view)
    if code.startswith("f-"):
        return Listing(code, spec_of(code))
    raise InvalidInput("choice_unknown", field="view", value=code[:60])


def _visible_to(actor: Actor, *, is_removed: bool = False) -> QuerySet[SavedView]:
    own = Q(owner_id=actor.id) if is_removed else _own(actor.id)
    return SavedView.objects.filter(
        own | _shared(actor.id, actor.team_ids), removed_at__isnull=not is_removed
    )


def _own(person_id: int | None) -> Q:
    return Q(team__isnull=True, owner_id=person_id)


def _shared(person_id: int | None, team_ids: frozenset[int]) -> Q:
    return Q(team_id__in=team_ids) | Q(team__isnull=False, owner_id=person_id)
