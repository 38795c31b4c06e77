"""Writes of the audit trail: recording acts, sealing them, erasing a person's labels."""

import re
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field

from django.db import connection, transaction
from django.db.models.signals import post_migrate

from firstline.audit.chain import GENESIS, SEALED_COLUMNS, label_digest, label_hash, seal_hash
from firstline.audit.enums import PERSONAL_KINDS
from firstline.audit.models import AuditLabel, AuditPending, AuditRecord, AuditSeal
from firstline.audit.verification import Verification, verify
from firstline.kit import clock, rows
from firstline.kit.actor import Actor
from firstline.kit.refs import Ref
from firstline.kit.rows import naming
from firstline.kit.traces import Redactor

# A reason that is a code stays in the record; a sentence that somebody wrote is kept erasable.
REASON = "reason"
_CODE = re.compile(r"[a-z0-9_.:-]+")
_CACHE_MAX = 4096

Subject = tuple[str, int, str]  # kind, id, text


@dataclass(frozen=True, slots=True)
class Entry:
    """One act to be recorded; the arguments of `record` without the actor."""

    verb: str
    ref: Ref
    organization_id: int | None = None
    old: object = None
    new: object = None
    reason: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)


def record(
    *,
    actor: Actor,
    verb: str,
    ref: Ref,
    organization_id: int | None = None,
    old: object = None,
    new: object = None,
    reason: str = "",
    labels: Mapping[str, str] | None = None,
) -> AuditRecord:
    """Write one act into the trail, in the caller's transaction (asserted).

    `old` and `new` are JSON values and are kept for ever: names, addresses and other
    personal text belong into `labels`, which can be erased. A label's key names whom it
    is about as `"person:7"`; any other key counts as being about `ref`. A `reason` in
    words is kept as such a label, too.
    """
    entry = Entry(verb, ref, organization_id, old, new, reason, labels or {})
    return record_many(actor=actor, entries=[entry])[0]


def record_many(*, actor: Actor, entries: Iterable[Entry]) -> list[AuditRecord]:
    """Write several acts of one actor with one insert; otherwise as `record`."""
    _assert_atomic()
    at = clock.now()
    entries = list(entries)
    named = [_named_labels(actor, entry) for entry in entries]
    known = _labels_for({subject for labels in named for subject in labels.values()})
    records = []
    for entry, subjects in zip(entries, named, strict=True):
        labels = {name: known[subject] for name, subject in subjects.items()}
        records.append(
            AuditRecord(
                at=at,
                actor_kind=actor.kind,
                actor_id=actor.id,
                verb=entry.verb,
                ref_kind=entry.ref.kind,
                ref_id=entry.ref.id,
                ref_label="" if entry.ref.kind in PERSONAL_KINDS else entry.ref.label[:200],
                organization_id=entry.organization_id,
                old=entry.old,
                new=entry.new,
                reason="" if _is_written(entry.reason) else entry.reason,
                request_id=actor.request_id,
                causal_id=actor.causal_id or actor.request_id,
                labels={name: label.id for name, label in labels.items()},
                label_hash=label_hash({name: label.digest for name, label in labels.items()}),
            )
        )
    return rows.insert(records)


def erase_labels(*, actor: Actor, person_id: int, reason: str = "") -> int:
    """Empty every copy of a person's name in the trail, in the caller's transaction (asserted).

    The chain still verifies. Returns the number of labels erased; writes one record itself.
    """
    _assert_atomic()
    erased = (
        AuditLabel.objects.filter(subject_kind="person", subject_id=person_id)
        .exclude(salt="")
        .update(text="", salt="")
    )
    transaction.on_commit(_known_labels.clear)
    # Without a label: this record must not bring the name back.
    record(
        actor=actor,
        verb="audit.labels_erased",
        ref=Ref("person", person_id),
        new={"labels": erased},
        reason=reason,
    )
    return erased


def erase_naming(redactor: Redactor, *, kind: str = "", ids: Iterable[int] = ()) -> int:
    """Empty every label that names somebody, in the caller's transaction (asserted); how many.

    Whatever it is about, or with `kind` only labels about these objects.
    """
    _assert_atomic()
    labels = AuditLabel.objects.exclude(salt="")
    if kind:
        labels = labels.filter(subject_kind=kind, subject_id__in=list(ids))
    held = naming(labels, redactor, ["text"])
    found = [label.pk for label in held if redactor.finds(label.text)]
    for start in range(0, len(found), 500):
        AuditLabel.objects.filter(pk__in=found[start : start + 500]).update(text="", salt="")
    transaction.on_commit(_known_labels.clear)
    return len(found)


def seal(limit: int = 500) -> int:
    """Chain up to `limit` waiting records, in an order that no transaction can slip behind.

    Runs in its own transaction, one sealer at a time across all processes; killed at any
    moment it leaves nothing half-sealed. Returns how many were sealed.
    """
    if not AuditPending.objects.exists():
        return 0
    with transaction.atomic(durable=True):
        waiting = _sealable(limit)
        if not waiting:
            return 0
        last = AuditSeal.objects.order_by("-seq").first()
        seq, previous = (last.seq, last.hash) if last else (0, GENESIS)
        seals = []
        for values in AuditRecord.objects.filter(id__in=waiting).order_by("id").values(*SEALED_COLUMNS):
            seq += 1
            link = AuditSeal(seq=seq, record_id=values["id"], previous=previous)
            link.hash = previous = seal_hash(seq, link.previous, values)
            seals.append(link)
        rows.insert(seals)
        AuditPending.objects.filter(record_id__in=waiting).delete()
    return len(seals)


def check_now(*, actor: Actor) -> Verification:
    """Prove the whole chain and note the result in the trail."""
    result = verify()
    fault = result.first_fault
    told = {"sealed": result.sealed, "head": result.head, "fault": asdict(fault) if fault else None}
    with transaction.atomic(durable=True):
        record(actor=actor, verb="audit.checked", ref=Ref("audit", 0), new=told)
    return result


# Any number will do as long as nothing else in this database uses it.
_SEALER_LOCK = 0x46_4C_41_55  # "FLAU"

# Transactions of this database that write, seen after an upper bound of their numbers was taken:
# whatever is older than all of these has ended. (A snapshot's own xmin would also wait for the
# other databases of the server.)
_YOUNGEST_POSTGRESQL = "SELECT pg_snapshot_xmax(pg_current_snapshot())::xid::text"
_WRITING_POSTGRESQL = """
    SELECT backend_xid::text FROM pg_stat_activity
    WHERE datname = current_database() AND backend_xid IS NOT NULL
"""
_SEALABLE_POSTGRESQL = """
    SELECT record_id FROM audit_auditpending
    WHERE age(xmin) > ALL (SELECT age(bound::xid) FROM unnest(%s::text[]) AS bound)
    ORDER BY record_id LIMIT %s
"""


def _sealable(limit: int) -> list[int]:
    """Waiting records that no older, still open transaction could precede.

    SQLite has one writer, and this transaction is it. PostgreSQL commits in any order: a
    record waits until every transaction that began to write before its own has ended.
    """
    if connection.vendor != "postgresql":
        return list(AuditPending.objects.order_by("record_id").values_list("record_id", flat=True)[:limit])
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_SEALER_LOCK])
        row = cursor.fetchone()
        if not row or not row[0]:
            return []
        bounds: list[str] = []
        for statement in (_YOUNGEST_POSTGRESQL, _WRITING_POSTGRESQL):
            cursor.execute(statement)
            bounds += [str(xid) for (xid,) in cursor.fetchall()]
        cursor.execute(_SEALABLE_POSTGRESQL, [bounds, limit])
        return [record_id for (record_id,) in cursor.fetchall()]


# Labels already in the database, so that an act by a known person costs one insert.
_known_labels: dict[Subject, AuditLabel] = {}
# A flushed or rebuilt database has none of them any more.
post_migrate.connect(lambda **_: _known_labels.clear(), weak=False, dispatch_uid="audit.labels")


def _named_labels(actor: Actor, entry: Entry) -> dict[str, Subject]:
    named: dict[str, Subject] = {}
    if actor.label:
        named["actor"] = (actor.kind, actor.id or 0, actor.label)
    if entry.ref.kind in PERSONAL_KINDS and entry.ref.label:
        named["ref"] = (entry.ref.kind, entry.ref.id, entry.ref.label)
    written = {REASON: entry.reason} if _is_written(entry.reason) else {}
    for key, text in {**entry.labels, **written}.items():
        kind, _, number = key.partition(":")
        about = (kind, int(number)) if number.isdigit() else (entry.ref.kind, entry.ref.id)
        named[key] = (*about, text)
    return named


def _is_written(reason: str) -> bool:
    return bool(reason) and not _CODE.fullmatch(reason)


def _labels_for(subjects: set[Subject]) -> dict[Subject, AuditLabel]:
    known = {subject: label for subject in subjects if (label := _known_labels.get(subject))}
    missing = [subject for subject in subjects if subject not in known]
    if missing:
        made = AuditLabel.objects.bulk_create([_new_label(subject) for subject in missing])
        fresh = dict(zip(missing, made, strict=True))
        known.update(fresh)
        # Only a committed label may be used by other transactions.
        transaction.on_commit(lambda: _remember(fresh))
    return known


def _new_label(subject: Subject) -> AuditLabel:
    kind, number, text = subject
    salt = secrets.token_hex(16)
    return AuditLabel(
        subject_kind=kind, subject_id=number, text=text, salt=salt, digest=label_digest(salt, text)
    )


def _remember(labels: Mapping[Subject, AuditLabel]) -> None:
    if len(_known_labels) + len(labels) > _CACHE_MAX:
        _known_labels.clear()
    _known_labels.update(labels)


def _assert_atomic() -> None:
    if not connection.in_atomic_block:
        raise RuntimeError("audit records are written inside the transaction of the change")
