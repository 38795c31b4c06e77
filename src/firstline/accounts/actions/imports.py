"""Adding and updating many people from a file, a few hundred in a transaction."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import islice

from firstline.accounts.actions.people import apply_create_person, apply_update_person
from firstline.accounts.actions.recording import announce, renew_permissions_of
from firstline.accounts.details import PersonDetails
from firstline.accounts.enums import RoleCode
from firstline.accounts.imports import BadLine, ImportLine, read_people
from firstline.accounts.models import Person, TeamMembership
from firstline.accounts.permissions import PEOPLE_MANAGE, check_can_manage_person
from firstline.accounts.queries import held_permissions
from firstline.kit.actor import Actor
from firstline.kit.errors import DomainError
from firstline.outbox.actions import transaction

_BATCH = 200


@dataclass(slots=True)
class ImportResult:
    """What became of a file: how many people are new or changed, and which lines were left out and why."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    bad: list[BadLine] = field(default_factory=list)


def import_people(*, actor: Actor, text: str) -> ImportResult:
    """Add the people of a CSV file, and update those whose address is known.

    Good lines are written in transactions of 200, bad ones are left out and returned with
    their number and reason; running the same file again changes nothing. Raises
    `InvalidInput` when the file as a whole cannot be read.
    """
    actor.check(PEOPLE_MANAGE)
    plan = read_people(actor, text)
    result = ImportResult(bad=list(plan.bad))
    lines = iter(plan.good)
    while batch := list(islice(lines, _BATCH)):
        _import_batch(actor, batch, result)
    result.bad.sort(key=lambda line: line.number)
    return result


def _import_batch(actor: Actor, batch: Iterable[ImportLine], result: ImportResult) -> None:
    with transaction():
        for line in batch:
            try:
                _import_line(actor, line, result)
            except DomainError as refused:
                # Raised before anything of this line was written.
                result.bad.append(BadLine(line.number, refused))


def _import_line(actor: Actor, line: ImportLine, result: ImportResult) -> None:
    known = Person.objects.filter(email=line.details.email).first() if line.details.email else None
    if known is None:
        person = apply_create_person(
            actor=actor, details=line.details, roles=line.roles or [RoleCode.REQUESTER]
        )
        result.created += 1
    else:
        check_can_manage_person(actor, known, held_permissions(known))
        person = known
        details = _merged(known, line)
        if _differs(known, details):
            apply_update_person(actor=actor, person=known, details=details)
            result.updated += 1
        else:
            result.unchanged += 1
    _join_teams(actor, person, line)


def _merged(person: Person, line: ImportLine) -> PersonDetails:
    """What the file says; columns that it does not have stay as they are."""
    given = line.details
    has = line.columns.__contains__
    same_home = given.organization.pk == person.organization_id
    return PersonDetails(
        name=given.name,
        email=given.email,
        organization=given.organization,
        site=given.site if has("site") or not same_home else person.site,
        department=given.department if has("department") or not same_home else person.department,
        job_title=given.job_title if has("job_title") else person.job_title,
        phone=given.phone if has("phone") else person.phone,
        language=given.language or person.language,
        time_zone=given.time_zone or person.time_zone,
        is_vip=given.is_vip if has("vip") else person.is_vip,
    )


def _differs(person: Person, details: PersonDetails) -> bool:
    return any(
        getattr(person, name) != getattr(details, name)
        for name in ("name", "organization", "site", "department", "job_title", "phone", "language",
                     "time_zone", "is_vip")
    )  # fmt: skip


def _join_teams(actor: Actor, person: Person, line: ImportLine) -> None:
    held = set(person.team_memberships.values_list("team_id", flat=True))
    joined = [team for team in line.teams if team.pk not in held]
    if joined:
        TeamMembership.objects.bulk_create(TeamMembership(person=person, team=team) for team in joined)
        renew_permissions_of(person)
        announce(actor, "accounts.teams_joined", person, new=sorted(team.pk for team in joined))
