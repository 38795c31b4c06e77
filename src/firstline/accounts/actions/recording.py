"""What every change to a person leaves behind: the record, the event, and fresh permissions."""

from collections.abc import Iterable

from django.db.models import F

from firstline.accounts.enums import RoleCode
from firstline.accounts.models import Person, Role, RoleGrant
from firstline.audit.actions import record
from firstline.kit.actor import Actor
from firstline.kit.errors import Conflict
from firstline.kit.refs import Ref
from firstline.outbox.actions import publish, push, recheck


def announce(
    actor: Actor,
    verb: str,
    person: Person,
    event: object | None = None,
    *,
    old: object = None,
    new: object = None,
    labels: dict[str, str] | None = None,
) -> None:
    """Record an act about a person and publish its event, in the caller's transaction.

    `old` and `new` hold no personal text, because the trail keeps them for ever.
    """
    ref = Ref("person", person.pk, person.name)
    record(
        actor=actor,
        verb=verb,
        ref=ref,
        organization_id=person.organization_id,
        old=old,
        new=new,
        labels=labels,
    )
    if event is not None:
        publish(event, actor=actor)
    push(ref.topic)


def renew_permissions(person_ids: Iterable[int]) -> None:
    """Make every process compute anew what these people may do and which of their sessions stand."""
    ids = list(person_ids)
    Person.objects.filter(pk__in=ids).update(permissions_version=F("permissions_version") + 1)
    for person_id in ids:
        recheck(person_id)


def renew_permissions_of(person: Person) -> None:
    """As `renew_permissions`, bringing the loaded row along."""
    renew_permissions([person.pk])
    person.permissions_version = Person.objects.values_list("permissions_version", flat=True).get(
        pk=person.pk
    )


def keep_an_administrator(person: Person) -> None:
    """Raise `Conflict` when `person` is the only administrator who can sign in.

    Locks the administrator role first, so that two administrators cannot remove each other at once.
    """
    check_not_last_administrator(person, Role.objects.select_for_update().get(code=RoleCode.ADMINISTRATOR))


def check_not_last_administrator(person: Person, role: Role) -> None:
    """As `keep_an_administrator`, for the role as it was read."""
    if not RoleGrant.objects.filter(role=role, person=person).exists():
        return
    others = Person.objects.filter(
        role_grants__role=role, is_active=True, organization__is_provider=True
    ).exclude(pk=person.pk)
    if not others.exists():
        raise Conflict("last_administrator")
