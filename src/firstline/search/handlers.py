"""People in the index follow what happens to them (accounts lies below search and cannot call it)."""

from typing import Any

from firstline.accounts.actions import erase_part
from firstline.accounts.events import (
    PersonAccessChanged,
    PersonAnonymised,
    PersonChanged,
    PersonCreated,
    PersonDeactivated,
    PersonReactivated,
)
from firstline.accounts.models import Person
from firstline.organizations.events import OrganizationChanged, TeamChanged
from firstline.outbox import actions as outbox
from firstline.outbox.events import Context, handles
from firstline.search.erasure import PART
from firstline.search.forgetting_actions import forget_name
from firstline.search.people import KIND
from firstline.search.touch_actions import touch, touch_all

_PERSON_EVENTS: dict[str, type[Any]] = {
    "created": PersonCreated,
    "changed": PersonChanged,
    "deactivated": PersonDeactivated,
    "reactivated": PersonReactivated,
    "anonymised": PersonAnonymised,
    "access_changed": PersonAccessChanged,
}


def follow_person(event: Any, context: Context) -> None:
    """Read the person anew; who left or was erased goes from the index."""
    with outbox.transaction():
        touch(kind=KIND, object_ids=[event.person_id])


for _name, _event in _PERSON_EVENTS.items():
    handles(_event, name=f"search.person_{_name}")(follow_person)


@handles(OrganizationChanged, name="search.organization_renamed")
def follow_organization(event: OrganizationChanged, context: Context) -> None:
    """The people of an organisation are found under its new name, or under new names of its places."""
    touch_all(KIND, Person.objects.filter(organization_id=event.organization_id))


@handles(TeamChanged, name="search.team_renamed")
def follow_team(event: TeamChanged, context: Context) -> None:
    """Members of a team are found under its new name."""
    if event.is_renamed:
        touch_all(KIND, Person.objects.filter(team_memberships__team_id=event.team_id))


@handles(PersonAnonymised, name="search.forget_person", timeout_seconds=3600)
def forget(event: PersonAnonymised, context: Context) -> None:
    """Questions that went wrong and tables of words may hold a name."""
    erase_part(actor=context.actor, part=PART.name, person_id=event.person_id, erase=forget_name)
