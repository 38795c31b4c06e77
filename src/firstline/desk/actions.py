"""Every write of the desk itself: saved searches."""

from django.db import IntegrityError

from firstline.audit.actions import record
from firstline.desk.models import NAME_CHARS_MAX, TEXT_CHARS_MAX, SavedSearch
from firstline.kit.actor import Actor
from firstline.kit.errors import Conflict, InvalidInput, NotAllowed
from firstline.kit.refs import Ref
from firstline.kit.rows import rewrite
from firstline.kit.text import clean_line
from firstline.kit.traces import Redactor
from firstline.outbox.actions import transaction
from firstline.tickets.permissions import TICKET_VIEW

SAVED_MAX = 50


def save_search(
    *, actor: Actor, name: str, text: str, kind: str = "", team_id: int | None = None
) -> SavedSearch:
    """Keep words and filters under a name, for oneself or also for one of one's teams.

    What it finds is asked anew by whoever opens it, with their own rights. Raises InvalidInput
    `saved_search_name_missing`, `saved_search_empty`, `saved_search_team_strange`, and Conflict
    `saved_search_name_taken`, `saved_searches_too_many`.
    """
    actor.check(TICKET_VIEW)
    row = SavedSearch(
        owner_id=_person_id(actor), text=clean_line(text, TEXT_CHARS_MAX), kind=clean_line(kind, 30)
    )
    _name_and_share(row, actor, name, team_id)
    if not row.text:
        raise InvalidInput("saved_search_empty", field="q")
    if SavedSearch.objects.filter(owner_id=row.owner_id).count() >= SAVED_MAX:
        raise Conflict("saved_searches_too_many", limit=SAVED_MAX)
    try:
        with transaction():
            row.save(force_insert=True)
            record(actor=actor, verb="desk.search_saved", ref=_ref(row), new=_state(row), labels=_labels(row))
    except IntegrityError as error:
        raise Conflict("saved_search_name_taken") from error
    return row


def change_saved_search(*, actor: Actor, saved: SavedSearch, name: str, team_id: int | None) -> SavedSearch:
    """Give one's own saved search another name, share it with another team or with nobody.

    Raises as `save_search`, and NotAllowed `saved_search_not_yours`.
    """
    _check_is_owner(actor, saved)
    old = _state(saved)
    _name_and_share(saved, actor, name, team_id)
    try:
        with transaction():
            saved.save(update_fields=["name", "team"])
            record(
                actor=actor, verb="desk.search_changed", ref=_ref(saved), old=old, new=_state(saved),
                labels=_labels(saved),
            )  # fmt: skip
    except IntegrityError as error:
        raise Conflict("saved_search_name_taken") from error
    return saved


def remove_saved_search(*, actor: Actor, saved: SavedSearch) -> None:
    """Forget one's own saved search, also for those it was shared with; else `saved_search_not_yours`."""
    _check_is_owner(actor, saved)
    with transaction():
        record(
            actor=actor, verb="desk.search_removed", ref=_ref(saved), old=_state(saved), labels=_labels(saved)
        )
        saved.delete()


def forget_searches_of(person_id: int) -> int:
    """Remove what a person who was erased had saved, shared or not; how many."""
    with transaction():
        return SavedSearch.objects.filter(owner_id=person_id).delete()[0]


def forget_in_searches(redactor: Redactor) -> int:
    """Take somebody's name out of what others saved; how many."""
    return len(rewrite(SavedSearch.objects.all(), redactor, ["name", "text"]))


def _name_and_share(row: SavedSearch, actor: Actor, name: str, team_id: int | None) -> None:
    row.name = clean_line(name, NAME_CHARS_MAX)
    if not row.name:
        raise InvalidInput("saved_search_name_missing", field="name")
    if team_id is not None and team_id not in actor.team_ids and team_id != row.team_id:
        raise InvalidInput("saved_search_team_strange", field="team")
    row.team_id = team_id


def _check_is_owner(actor: Actor, saved: SavedSearch) -> None:
    actor.check(TICKET_VIEW)
    if saved.owner_id != _person_id(actor):
        raise NotAllowed("saved_search_not_yours")


def _person_id(actor: Actor) -> int:
    if actor.kind != "person" or actor.id is None:
        raise NotAllowed("saved_search_not_yours")
    return actor.id


def _ref(row: SavedSearch) -> Ref:
    return Ref("saved_search", row.pk)


def _state(row: SavedSearch) -> dict[str, object]:
    return {"team": row.team_id, "kind": row.kind}


def _labels(row: SavedSearch) -> dict[str, str]:
    # Names and words may say something about people: they can be erased with their owner.
    return {f"person:{row.owner_id}": f"{row.name}: {row.text}"}
