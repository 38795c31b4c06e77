"""Bringing in tickets from a file: batches that stand alone, resumable, bad lines left out with a reason."""

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field
from itertools import islice
from pathlib import Path
from typing import IO

from firstline.accounts.actions import PersonDetails
from firstline.accounts.actions.people import apply_create_person
from firstline.accounts.enums import RoleCode
from firstline.accounts.models import Person
from firstline.audit import actions as audit
from firstline.kit import clock
from firstline.kit.actor import Actor
from firstline.kit.errors import DomainError, InvalidInput
from firstline.kit.refs import Ref
from firstline.kit.text import truncate
from firstline.organizations.actions import create_team
from firstline.organizations.models import Organization, Team
from firstline.organizations.queries import provider
from firstline.outbox import actions as outbox
from firstline.search.actions import catch_up
from firstline.tickets.actions.histories import History, insert_tickets
from firstline.tickets.events import BatchImported
from firstline.tickets.importing import BadLine, PersonLine, QueueLine, TicketLine, numbered_lines, parse_line
from firstline.tickets.models import ImportProblem, ImportRun, Message
from firstline.tickets.permissions import TICKET_IMPORT

BATCH_MAX = 500

Progress = Callable[[ImportRun], None]


@dataclass(slots=True)
class Names:
    """Who and what the file speaks of, found or made in the database."""

    people: dict[tuple[str, int], Person] = field(default_factory=dict)
    teams: dict[str, Team] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Numbered:
    """A ticket of the file with its line number."""

    number: int
    line: TicketLine


def import_tickets(
    *,
    actor: Actor,
    path: Path,
    organization: Organization | None = None,
    source: str = "",
    progress: Progress | None = None,
) -> ImportRun:
    """Bring in a JSON-lines file; every batch of 500 is one transaction with one audit record and one event.

    A run that was interrupted goes on after its last batch when the same file is given again; a
    finished one changes nothing. Lines that cannot be used are kept as `ImportProblem` with
    number and reason. "user" lines become requesters of `organization` (default: the only
    customer, otherwise the provider), "agent" lines technicians, "queue" lines teams. With
    `source`, tickets that this source brought before are not brought again. Announces
    `tickets.batch_imported`. Raises `import_file_unreadable`, `import_organization_unclear`.
    """
    actor.check(TICKET_IMPORT)
    target = organization or _only_customer()
    try:
        with path.open("rb") as stream:
            run = _run_for(path.name, _digest(stream, source), target)
            stream.seek(0)
            if run.finished_at is None:
                _import_lines(actor, run, stream, source or run.digest[:16], progress)
    except OSError as error:
        raise InvalidInput("import_file_unreadable", reason=error.strerror or str(error)) from error
    return run


def import_batch(
    *, actor: Actor, run: ImportRun, names: Names, tickets: Sequence[Numbered], line_done: int, source: str
) -> int:
    """Write up to 500 tickets and move the run on to `line_done`, in one transaction; how many were new."""
    assert len(tickets) <= BATCH_MAX
    usable: list[Numbered] = []
    problems: list[ImportProblem] = []
    for each in tickets:
        fault = _fault_of(each.line, names)
        if fault is None:
            usable.append(each)
        else:
            problems.append(_problem(run, each.number, fault))
    with outbox.transaction():
        new = _not_yet_here(usable, source)
        numbers = insert_tickets(new_lines(new, names, source))
        _move_on(run, line_done=line_done, tickets=len(new), problems=problems)
        if numbers:
            _announce(actor, run, numbers)
    # Outside the transaction and a few at a time: a running service writes in between.
    while catch_up() > 0:
        pass
    return len(new)


def new_lines(tickets: Iterable[Numbered], names: Names, source: str) -> list[History]:
    """The tickets with their people and teams, as `histories.insert_tickets` takes them."""
    return [
        History(
            line=each.line,
            requester=names.people[each.line.requester],
            assignee=names.people.get(each.line.assignee) if each.line.assignee else None,
            team=names.teams[each.line.queue],
            authors={message.author: names.people[message.author] for message in each.line.messages},
            external_key=_external_key(source, each.line),
        )
        for each in tickets
    ]


def _import_lines(
    actor: Actor, run: ImportRun, stream: IO[bytes], source: str, progress: Progress | None
) -> None:
    names, waiting = Names(), []
    last_number = run.line_done
    entries: list[tuple[int, PersonLine | QueueLine]] = []
    for number, raw in numbered_lines(stream):
        last_number = max(last_number, number)
        if number <= run.line_done and raw is not None and b'"ticket"' in raw[:60]:
            continue
        try:
            line = parse_line(raw)
        except BadLine as fault:
            _keep_problem(run, number, fault)
            continue
        if isinstance(line, PersonLine | QueueLine):
            entries.append((number, line))
            continue
        _name_all(actor, run, names, entries)
        entries = []
        if line is None or number <= run.line_done:
            continue
        waiting.append(Numbered(number, line))
        if len(waiting) == BATCH_MAX:
            import_batch(actor=actor, run=run, names=names, tickets=waiting, line_done=number, source=source)
            waiting = []
            if progress is not None:
                progress(run)
    _name_all(actor, run, names, entries)
    import_batch(actor=actor, run=run, names=names, tickets=waiting, line_done=last_number, source=source)
    _finish(actor, run)
    if progress is not None:
        progress(run)


def _name_all(
    actor: Actor, run: ImportRun, names: Names, entries: Sequence[tuple[int, PersonLine | QueueLine]]
) -> None:
    """Find or make the people and teams of these lines, a hundred to a transaction."""
    for _number, line in entries:
        if isinstance(line, QueueLine):
            names.teams[line.name] = _team(actor, line.name)
    people = iter([(number, line) for number, line in entries if isinstance(line, PersonLine)])
    while chunk := list(islice(people, 100)):
        faults = []
        with outbox.transaction():
            for number, line in chunk:
                try:
                    names.people[line.key] = _person(actor, run.organization, line)
                except DomainError as error:
                    faults.append((number, BadLine(error.code, **_texts(error.params))))
        for number, fault in faults:
            _keep_problem(run, number, fault)


def _person(actor: Actor, organization: Organization, line: PersonLine) -> Person:
    known = Person.objects.filter(email=line.email).first()
    if known is not None:
        return known
    is_technician = line.key[0] == "agent"
    home = (provider() or organization) if is_technician else organization
    details = PersonDetails(name=line.name, email=line.email, organization=home, language=line.language)
    roles = [RoleCode.TECHNICIAN] if is_technician else [RoleCode.REQUESTER]
    return apply_create_person(actor=actor, details=details, roles=roles)


def _team(actor: Actor, name: str) -> Team:
    return Team.objects.filter(name=name).first() or create_team(actor=actor, name=name)


def _fault_of(line: TicketLine, names: Names) -> BadLine | None:
    if line.queue not in names.teams:
        found = Team.objects.filter(name=line.queue).first()
        if found is None:
            return BadLine("import_queue_unknown", value=truncate(line.queue, 60))
        names.teams[line.queue] = found
    mentioned = [line.requester, *(message.author for message in line.messages)]
    for kind, number in mentioned + ([line.assignee] if line.assignee else []):
        if (kind, number) not in names.people:
            return BadLine("import_person_unknown", value=f"{kind} {number}")
    return None


def _not_yet_here(tickets: Sequence[Numbered], source: str) -> list[Numbered]:
    keys = [_external_key(source, each.line) for each in tickets]
    known = set(Message.objects.filter(external_key__in=keys).values_list("external_key", flat=True))
    fresh: dict[str, Numbered] = {}
    for key, each in zip(keys, tickets, strict=True):
        if key not in known:
            fresh.setdefault(key, each)
    return list(fresh.values())


def _external_key(source: str, line: TicketLine) -> str:
    return f"import:{source[:150]}:{line.source_id}"


def _announce(actor: Actor, run: ImportRun, numbers: Sequence[int]) -> None:
    event = BatchImported(run.pk, len(numbers), min(numbers), max(numbers))
    audit.record(
        actor=actor,
        verb="tickets.batch_imported",
        ref=Ref("import", run.pk, run.name),
        organization_id=run.organization_id,
        new={key: value for key, value in asdict(event).items() if key != "run_id"},
    )
    outbox.publish(event, actor=actor)


def _move_on(run: ImportRun, *, line_done: int, tickets: int, problems: Sequence[ImportProblem]) -> None:
    ImportProblem.objects.bulk_create(problems, ignore_conflicts=True)
    run.line_done = max(run.line_done, line_done)
    run.tickets_count += tickets
    run.problems_count += len(problems)
    run.save(update_fields=["line_done", "tickets_count", "problems_count"])


def _finish(actor: Actor, run: ImportRun) -> None:
    with outbox.transaction():
        run.finished_at = clock.now()
        run.problems_count = ImportProblem.objects.filter(run=run).count()
        run.save(update_fields=["finished_at", "problems_count"])
        audit.record(
            actor=actor,
            verb="tickets.import_finished",
            ref=Ref("import", run.pk, run.name),
            organization_id=run.organization_id,
            new={"tickets": run.tickets_count, "problems": run.problems_count},
        )
        for team_id in Team.objects.values_list("pk", flat=True):
            outbox.push(f"queue:{team_id}")


def _problem(run: ImportRun, number: int, fault: BadLine) -> ImportProblem:
    return ImportProblem(run=run, line=number, code=fault.code, params=fault.params)


def _keep_problem(run: ImportRun, number: int, fault: BadLine) -> None:
    with outbox.transaction():
        ImportProblem.objects.bulk_create([_problem(run, number, fault)], ignore_conflicts=True)


def _run_for(name: str, digest: str, organization: Organization) -> ImportRun:
    with outbox.transaction():
        run, _made = ImportRun.objects.get_or_create(
            digest=digest,
            defaults={"name": truncate(name, 200), "organization": organization, "started_at": clock.now()},
        )
    return run


def _digest(stream: IO[bytes], source: str) -> str:
    digest = hashlib.sha256(json.dumps(source).encode())
    while chunk := stream.read(2**20):
        digest.update(chunk)
    return digest.hexdigest()


def _only_customer() -> Organization:
    customers = list(Organization.objects.filter(is_active=True, is_provider=False).order_by("id")[:2])
    target = customers[0] if len(customers) == 1 else provider()
    if target is None:
        raise InvalidInput("import_organization_unclear")
    return target


def _texts(params: dict[str, object]) -> dict[str, str]:
    return {name: str(value) for name, value in params.items()}
