"""Reads of the audit trail: records with their labels, and triggers that must be there."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.apps import apps
from django.db import connection
from django.db.models import Q, QuerySet

from firstline.audit.chain import GENESIS
from firstline.audit.enums import ACTOR_KINDS, PERSONAL_KINDS, Trigger
from firstline.audit.models import AuditLabel, AuditPending, AuditRecord, AuditSeal
from firstline.audit.verification import Fault, Verification, export, verify
from firstline.kit.refs import Ref

__all__ = [
    "Fault",
    "Head",
    "Row",
    "Verification",
    "declared_triggers",
    "export",
    "filtered",
    "head",
    "records_for",
    "rows",
    "trigger_faults",
    "verbs",
    "verify",
]


@dataclass(frozen=True, slots=True)
class Row:
    """A record with its labels resolved; an erased label reads as None."""

    record: AuditRecord
    actor_label: str | None
    ref_label: str | None
    labels: Mapping[str, str | None]
    reason: str | None
    seq: int | None


@dataclass(frozen=True, slots=True)
class Head:
    """Where the chain stands: its last link, and how many records wait for theirs."""

    seq: int
    hash: str
    unsealed_tail: int


def records_for(ref: Ref) -> QuerySet[AuditRecord]:
    """Everything recorded about one object, oldest first."""
    return AuditRecord.objects.filter(ref_kind=ref.kind, ref_id=ref.id).order_by("id")


def rows(records: Iterable[AuditRecord]) -> list[Row]:
    """Records with labels and seal numbers, in the same order; two queries."""
    found = list(records)
    wanted = {label_id for record in found for label_id in record.labels.values()}
    texts: dict[int, str | None] = {
        label.id: None if label.is_erased else label.text
        for label in AuditLabel.objects.filter(id__in=wanted)
    }
    seals = AuditSeal.objects.filter(record_id__in=[record.id for record in found])
    seqs: dict[int, int] = dict(seals.values_list("record_id", "seq"))
    made = []
    for record in found:
        labels = {name: texts.get(label_id) for name, label_id in record.labels.items()}
        made.append(
            Row(
                record=record,
                actor_label=labels.get("actor", ""),
                ref_label=labels.get("ref", record.ref_label),
                labels={
                    name: text for name, text in labels.items() if name not in {"actor", "ref", "reason"}
                },
                reason=labels.get("reason", record.reason),
                seq=seqs.get(record.id),
            )
        )
    return made


def filtered(
    *,
    who: str = "",
    verb: str = "",
    ref: str = "",
    organization_id: int | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> QuerySet[AuditRecord]:
    """Records newest first; `who` is part of a name or a kind ("device"), `ref` is "INC-42" or "person:7"."""
    found = AuditRecord.objects.order_by("-id")
    if who:
        found = found.filter(_by(who))
    if verb:
        found = found.filter(verb__startswith=verb)
    if ref:
        found = found.filter(_about(ref))
    if organization_id is not None:
        found = found.filter(organization_id=organization_id)
    if since:
        found = found.filter(at__gte=since)
    if until:
        found = found.filter(at__lt=until)
    return found


def verbs() -> list[str]:
    """Every verb that was ever recorded, in alphabetical order."""
    # A loose index scan: one short query per verb, however many records there are.
    found: list[str] = []
    while True:
        after = AuditRecord.objects.filter(verb__gt=found[-1]) if found else AuditRecord.objects.all()
        verb = after.order_by("verb").values_list("verb", flat=True).first()
        if verb is None:
            return found
        found.append(verb)


def head() -> Head:
    """The end of the chain now; keep its hash elsewhere to prove later that nothing was cut off."""
    last = AuditSeal.objects.order_by("-seq").first()
    return Head(
        seq=last.seq if last else 0,
        hash=last.hash if last else GENESIS,
        unsealed_tail=AuditPending.objects.count(),
    )


def declared_triggers() -> list[Trigger]:
    """The `TRIGGERS` of every slice's models that concern this database."""
    declared: list[Trigger] = []
    for config in apps.get_app_configs():
        declared += getattr(config.models_module, "TRIGGERS", [])
    return [trigger for trigger in declared if trigger.only in {None, connection.vendor}]


def trigger_faults() -> list[str]:
    """What differs between the declared triggers and those in the database; empty when all is well.

    Django rebuilds a table to alter it on SQLite and silently drops its triggers: run this
    after every migrate.
    """
    declared = {(trigger.table, trigger.name) for trigger in declared_triggers()}
    present = _present_triggers()
    missing = [f"trigger {name} on {table} is missing" for table, name in sorted(declared - present)]
    extra = [f"trigger {name} on {table} is not declared" for table, name in sorted(present - declared)]
    return missing + extra


def _present_triggers() -> set[tuple[str, str]]:
    if connection.vendor == "postgresql":
        query = """
            SELECT c.relname, t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
            JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE NOT t.tgisinternal AND t.tgenabled IN ('O', 'A') AND n.nspname = current_schema()"""
    else:
        query = "SELECT tbl_name, name FROM sqlite_master WHERE type = 'trigger'"
    with connection.cursor() as cursor:
        cursor.execute(query)
        return {(str(table), str(name)) for table, name in cursor.fetchall()}


def _by(who: str) -> Q:
    """Whose name holds the words, or whose kind is the word; people of the first 100 matching names."""
    matching = Q(actor_kind=who.lower())
    labels = AuditLabel.objects.filter(subject_kind__in=ACTOR_KINDS, text__icontains=who)
    for kind, number in labels.values_list("subject_kind", "subject_id").distinct()[:100]:
        # Actors without an id of their own keep their labels under 0.
        matching |= Q(actor_kind=kind, actor_id=number or None)
    return matching


def _about(ref: str) -> Q:
    kind, _, number = ref.partition(":")
    if number.isdigit():
        return Q(ref_kind=kind, ref_id=int(number))
    called = Q(ref_label=ref)
    labels = AuditLabel.objects.filter(subject_kind__in=PERSONAL_KINDS, text=ref).exclude(subject_id=0)
    for kind, object_id in labels.values_list("subject_kind", "subject_id").distinct()[:100]:
        called |= Q(ref_kind=kind, ref_id=object_id)
    return called
