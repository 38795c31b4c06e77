"""Erasing a person: here at once, everywhere else by those who hold something of them."""

from collections.abc import Callable, Mapping

from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.contrib.auth.hashers import make_password

from firstline.accounts.actions.people import check_not_self
from firstline.accounts.actions.recording import (
    announce,
    check_not_last_administrator,
    keep_an_administrator,
    renew_permissions_of,
)
from firstline.accounts.actions.sessions import apply_end_sessions
from firstline.accounts.enums import RoleCode
from firstline.accounts.events import PersonAnonymised
from firstline.accounts.models import Erasure, Person
from firstline.accounts.permissions import check_can_manage_person
from firstline.accounts.queries import (
    erased_name,
    erasure_parts,
    held_permissions,
    role_by_code,
    traces_left,
    traces_of,
)
from firstline.audit.actions import erase_labels, erase_naming, record
from firstline.files.actions import erase_uploads_of, rewrite_files
from firstline.kit import clock
from firstline.kit.actor import Actor
from firstline.kit.errors import Conflict, InvalidInput
from firstline.kit.refs import Ref
from firstline.kit.traces import Traces
from firstline.outbox.actions import forget_in_errors, push, transaction

_PART = "accounts"


def anonymise_person(*, actor: Actor, person: Person, confirmation: str) -> None:
    """Erase everything personal about someone; cannot be undone. `confirmation` is their exact name.

    The row stays, nameless, so that tickets keep their shape; names in the audit trail are
    erased and the chain still verifies. Announces `person_anonymised`, upon which the other
    slices erase their part and report it (`note_erased`). Raises `Conflict` for the last
    administrator, one's own account and somebody who was erased before.
    """
    check_can_anonymise(actor=actor, person=person)
    if confirmation.strip() != person.name:
        raise InvalidInput("anonymise_unconfirmed", field="confirmation")
    with transaction():
        if not Person.objects.filter(pk=person.pk, erased_at=None).exists():
            raise Conflict("person_erased_already")
        keep_an_administrator(person)
        known = traces_of(person)
        Erasure.objects.create(
            person=person,
            asked_by_id=actor.id if actor.kind == "person" else None,
            traces={"name": known.name, "email": known.email, "phone": known.phone},
        )
        gone = _forget_secrets(person)
        _forget_details(person)
        renew_permissions_of(person)
        gone["labels"] = erase_labels(actor=actor, person_id=person.pk)
        _note(person.pk, _PART, gone, is_done=False)
        announce(actor, "accounts.person_anonymised", Person(pk=person.pk, organization=person.organization),
                 PersonAnonymised(person.pk))  # fmt: skip


def check_can_anonymise(*, actor: Actor, person: Person) -> None:
    """Raise what `anonymise_person` would raise before it looks at the confirmation."""
    check_can_manage_person(actor, person, held_permissions(person))
    check_not_self(actor, person)
    if person.erased_at is not None:
        raise Conflict("person_erased_already")
    check_not_last_administrator(person, role_by_code(RoleCode.ADMINISTRATOR))


def erase_part(
    *, actor: Actor, part: str, person_id: int, erase: Callable[[Traces], Mapping[str, int]]
) -> None:
    """For the handlers of `person_anonymised`: run a part's erasure, then note what it removed.

    `erase` opens its own transactions and may run again; once all parts are done it gets traces
    without words and finds nothing.
    """
    note_erased(actor=actor, person_id=person_id, part=part, counts=erase(traces_left(person_id)))


def note_erased(*, actor: Actor, person_id: int, part: str, counts: Mapping[str, int]) -> None:
    """A part of the product has erased what it held; with the last one the traces themselves go.

    A part that reports again (it was killed in between) adds to its figures.
    """
    with transaction():
        finished = _note(person_id, part, counts, is_done=True)
        if finished is not None:
            removed = {name: figures for name, figures in finished.results.items() if any(figures.values())}
            record(
                actor=actor,
                verb="accounts.erasure_finished",
                ref=Ref("person", person_id),
                new={"removed": removed},
            )


def erase_rest(*, actor: Actor, traces: Traces) -> dict[str, int]:
    """What lies below: sentences in the trail, files and their words, errors of jobs, failed sign-ins."""
    with transaction():
        labels = erase_naming(traces.wide)
        forget_in_errors(traces.wide)
        _forget_attempts(traces.email)
        files = erase_uploads_of(traces.person_id)
    return {"labels": labels, "files": files, "mentions": rewrite_files(actor=actor, redactor=traces.wide)}


def _note(person_id: int, part: str, counts: Mapping[str, int], *, is_done: bool) -> Erasure | None:
    """Add figures to the report; the row where this finished it."""
    row = Erasure.objects.select_for_update().filter(person_id=person_id, finished_at=None).first()
    if row is None:
        return None
    before = row.results.get(part, {})
    row.results[part] = {code: before.get(code, 0) + counts.get(code, 0) for code in {*before, *counts}}
    if is_done and part not in row.done:
        row.done.append(part)
    if {one.name for one in erasure_parts()} <= set(row.done):
        row.traces, row.finished_at = {}, clock.now()
    row.save(update_fields=["results", "done", "traces", "finished_at"])
    push(f"person:{person_id}")
    return row if row.finished_at else None


def _forget_secrets(person: Person) -> dict[str, int]:
    apply_end_sessions(person)
    _forget_attempts(person.email or "")
    gone = {
        "access": (person.role_grants, person.team_memberships, person.skills),
        "sign_ins": (person.sign_in_sessions, person.invitations),
        "tokens": (person.api_tokens,),
    }
    return {code: sum(rows.all().delete()[0] for rows in related) for code, related in gone.items()}


def _forget_attempts(email: str) -> None:
    for model in (AccessAttempt, AccessLog, AccessFailureLog) if email else ():
        model.objects.filter(username__iexact=email).delete()


def _forget_details(person: Person) -> None:
    person.name = erased_name(person.pk)
    person.email = person.site = person.department = None
    person.job_title = person.phone = ""
    person.language = person.organization.default_language
    person.time_zone = person.organization.time_zone
    person.is_vip = person.is_active = False
    person.password = make_password(None)
    person.last_login = None
    person.erased_at = clock.now()
    person.save()
