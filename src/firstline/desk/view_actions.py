"""Every write of saved views: kept, changed, copied, ordered, removed, brought back."""

from collections.abc import Collection
from datetime import timedelta

from django.db import IntegrityError
from django.db.models import Max, QuerySet

from firstline.accounts.models import TeamMembership
from firstline.audit.actions import record
from firstline.desk.enums import VIEW_COLOURS, VIEW_ICONS
from firstline.desk.models import NAME_CHARS_MAX, Editors, SavedView
from firstline.desk.specs import Spec, to_json
from firstline.kit import clock
from firstline.kit.actor import Actor
from firstline.kit.errors import Conflict, InvalidInput, NotAllowed
from firstline.kit.refs import Ref
from firstline.kit.rows import rewrite
from firstline.kit.text import clean_line
from firstline.kit.traces import Redactor
from firstline.outbox.actions import push, transaction
from firstline.tickets.permissions import TICKET_VIEW

OWN_MAX = 50
TEAM_MAX = 50
KEPT = timedelta(days=1)


def save_view(
    *,
    actor: Actor,
    name: str,
    spec: Spec,
    team_id: int | None = None,
    editors: str = Editors.OWNER,
    icon: str = "filter",
    colour: str = "",
) -> SavedView:
    """Keep a list under a name, for oneself or for one of one's teams; it stands last in its column.

    What it finds is asked anew by whoever opens it, with their own rights. Raises InvalidInput
    `view_name_missing`, `view_team_strange`, `choice_unknown`, and Conflict `view_name_taken`,
    `views_too_many`.
    """
    actor.check(TICKET_VIEW)
    row = SavedView(owner_id=_person_id(actor), spec=to_json(spec))
    _fill(row, actor, name=name, team_id=team_id, editors=editors, icon=icon, colour=colour)
    others = _column_of(row)
    if others.count() >= (TEAM_MAX if team_id else OWN_MAX):
        raise Conflict("views_too_many", limit=TEAM_MAX if team_id else OWN_MAX)
    row.place = (others.aggregate(last=Max("place"))["last"] or 0) + 1
    try:
        with transaction():
            row.save(force_insert=True)
            record(actor=actor, verb="desk.view_saved", ref=_ref(row), new=_state(row), labels=_labels(row))
            _tell(row)
    except IntegrityError as error:
        raise Conflict("view_name_taken") from error
    return row


def change_view(
    *,
    actor: Actor,
    view: SavedView,
    name: str,
    spec: Spec,
    team_id: int | None,
    editors: str,
    icon: str,
    colour: str,
    version: int | None = None,
) -> SavedView:
    """Give a view another name, list, team or look.

    Raises as `save_view`, NotAllowed `view_not_yours`, and Conflict `view_changed_meanwhile` where it is
    no longer the `version` that was looked at.
    """
    check_may_edit(actor, view)
    old = _state(view)
    is_owner = view.owner_id == actor.id
    if not is_owner:
        team_id, editors = view.team_id, view.editors  # whose it is, is its owner's to say
    _fill(view, actor, name=name, team_id=team_id, editors=editors, icon=icon, colour=colour)
    view.spec = to_json(spec)
    try:
        with transaction():
            known = SavedView.objects.select_for_update().get(pk=view.pk).version
            if version is not None and known != version:
                raise Conflict("view_changed_meanwhile")
            view.version = known + 1
            view.save()
            record(
                actor=actor, verb="desk.view_changed", ref=_ref(view), old=old, new=_state(view),
                labels=_labels(view),
            )  # fmt: skip
            _tell(view)
    except IntegrityError as error:
        raise Conflict("view_name_taken") from error
    return view


def copy_view(*, actor: Actor, view: SavedView, spec: Spec, name: str) -> SavedView:
    """One's own view with the list and the look of another. Raises as `save_view`."""
    taken = set(
        SavedView.objects.filter(owner_id=_person_id(actor), team=None, removed_at=None).values_list(
            "name", flat=True
        )
    )
    found = clean_line(name, NAME_CHARS_MAX - 4)
    free = next(each for each in [found, *(f"{found} {n}" for n in range(2, 100))] if each not in taken)
    return save_view(actor=actor, name=free, spec=spec, icon=view.icon, colour=view.colour)


def move_view(*, actor: Actor, view: SavedView, up: bool) -> None:
    """Let a view change places with its neighbour in the column. Raises NotAllowed `view_not_yours`."""
    check_may_edit(actor, view)
    with transaction():
        order = list(_column_of(view).select_for_update().order_by("place", "pk"))
        at = next(place for place, row in enumerate(order) if row.pk == view.pk)
        other = at - 1 if up else at + 1
        if not 0 <= other < len(order):
            return
        order[at], order[other] = order[other], order[at]
        for place, row in enumerate(order, start=1):
            if row.place != place:
                row.place = place
                row.save(update_fields=["place"])
        _tell(view)


def remove_view(*, actor: Actor, view: SavedView) -> None:
    """Take a view away, also from those it is shared with; for a day it can be brought back.

    Raises NotAllowed `view_not_yours`.
    """
    check_may_edit(actor, view)
    now = clock.now()
    with transaction():
        record(actor=actor, verb="desk.view_removed", ref=_ref(view), old=_state(view), labels=_labels(view))
        view.removed_at = now
        view.save(update_fields=["removed_at"])
        SavedView.objects.filter(removed_at__lt=now - KEPT).delete()
        _tell(view)


def restore_view(*, actor: Actor, view: SavedView) -> SavedView:
    """Bring back a removed view. Raises `view_not_yours`; `view_name_taken` where another has its name."""
    check_may_edit(actor, view)
    try:
        with transaction():
            view.removed_at = None
            view.save(update_fields=["removed_at"])
            record(
                actor=actor, verb="desk.view_restored", ref=_ref(view), new=_state(view), labels=_labels(view)
            )
            _tell(view)
    except IntegrityError as error:
        raise Conflict("view_name_taken") from error
    return view


def forget_views_of(person_id: int) -> int:
    """Remove the own views of a person who was erased; those they shared stay with the team. How many."""
    with transaction():
        SavedView.objects.filter(owner_id=person_id, team__isnull=False).update(owner=None)
        return SavedView.objects.filter(owner_id=person_id).delete()[0]


def forget_in_views(redactor: Redactor) -> int:
    """Take an erased person's name out of what others called their views and ask in them; how many."""
    return len(rewrite(SavedView.objects.all(), redactor, ["name", "spec"]))


def may_edit(actor: Actor, view: SavedView) -> bool:
    """Whether the actor may change this view."""
    if _is_editor(actor, view, is_lead=False):
        return True
    membership = TeamMembership.objects.filter(
        team_id=view.team_id or 0, person_id=actor.id or 0, is_lead=True
    )
    return _is_editor(actor, view, is_lead=True) and membership.exists()


def _is_editor(actor: Actor, view: SavedView, *, is_lead: bool) -> bool:
    if not actor.may(TICKET_VIEW) or actor.kind != "person" or actor.id is None:
        return False
    if view.owner_id == actor.id:
        return True
    if view.team_id is None or view.team_id not in actor.team_ids:
        return False
    # Where whoever made it is gone, the team's leads look after it.
    led = view.editors == Editors.LEADS or view.owner_id is None
    return view.editors == Editors.TEAM or (is_lead and led)


def editable_ids(actor: Actor, ids: Collection[int]) -> set[int]:
    """Which of these views the actor may change; two queries."""
    leads = set(
        TeamMembership.objects.filter(person_id=actor.id or 0, is_lead=True).values_list("team_id", flat=True)
    )
    rows = SavedView.objects.filter(pk__in=ids)
    return {row.pk for row in rows if _is_editor(actor, row, is_lead=row.team_id in leads)}


def check_may_edit(actor: Actor, view: SavedView) -> None:
    """Raise NotAllowed `view_not_yours` unless the actor may change this view."""
    actor.check(TICKET_VIEW)
    if not may_edit(actor, view):
        raise NotAllowed("view_not_yours")


def _fill(
    row: SavedView,
    actor: Actor,
    *,
    name: str,
    team_id: int | None,
    editors: str,
    icon: str,
    colour: str,
) -> None:
    row.name = clean_line(name, NAME_CHARS_MAX)
    if not row.name:
        raise InvalidInput("view_name_missing", field="name")
    if team_id is not None and team_id not in actor.team_ids and team_id != row.team_id:
        raise InvalidInput("view_team_strange", field="team")
    for field, value, known in (
        ("editors", editors, Editors.values),
        ("icon", icon, VIEW_ICONS),
        ("colour", colour, VIEW_COLOURS),
    ):
        if value not in known:
            raise InvalidInput("choice_unknown", field=field, value=value[:60])
    row.team_id, row.editors, row.icon, row.colour = team_id, editors, icon, colour


def _column_of(row: SavedView) -> QuerySet[SavedView]:
    """The views among which this one stands."""
    kept = SavedView.objects.filter(removed_at=None)
    if row.team_id is not None:
        return kept.filter(team_id=row.team_id)
    return kept.filter(team__isnull=True, owner_id=row.owner_id or 0)


def _tell(row: SavedView) -> None:
    push(f"queue:{row.team_id}" if row.team_id else f"person:{row.owner_id}")


def _person_id(actor: Actor) -> int:
    if actor.kind != "person" or actor.id is None:
        raise NotAllowed("view_not_yours")
    return actor.id


def _ref(row: SavedView) -> Ref:
    return Ref("saved_view", row.pk)


def _state(row: SavedView) -> dict[str, object]:
    return {"team": row.team_id, "editors": row.editors, "conditions": len(row.spec.get("w", []))}


def _labels(row: SavedView) -> dict[str, str]:
    # A name may say something about people: it can be erased with its owner.
    return {f"person:{row.owner_id}": row.name} if row.owner_id else {}
