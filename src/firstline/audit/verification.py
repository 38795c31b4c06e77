"""Proves the chain link by link, and writes it out so that others can."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from firstline.audit.chain import GENESIS, SEALED_COLUMNS, content, label_digest, label_hash, seal_hash
from firstline.audit.models import AuditLabel, AuditPending, AuditRecord, AuditSeal

BATCH = 1000

FaultCode = Literal[
    "link_missing",  # a number of the chain has no link
    "link_broken",  # a link does not continue the one before
    "record_missing",  # a link's record is gone
    "record_changed",  # a record is not what was sealed
    "label_changed",  # a label is neither what was recorded nor erased
    "record_unqueued",  # a record is neither sealed nor waiting for its seal
    "anchor_differs",  # the chain is not the one whose end was kept elsewhere
]


@dataclass(frozen=True, slots=True)
class Fault:
    """The first place at which the trail does not prove; `seq` 0 is outside the chain."""

    code: FaultCode
    seq: int
    record_id: int | None


@dataclass(frozen=True, slots=True)
class Verification:
    """The result: how many links proved, how many records still wait, and the first fault."""

    sealed: int
    unsealed_tail: int
    head: str
    first_fault: Fault | None

    @property
    def is_sound(self) -> bool:
        return self.first_fault is None


@dataclass(frozen=True, slots=True)
class Link:
    """One link as stored, with its record's columns (None where the record is gone)."""

    seq: int
    record_id: int
    previous: str
    hash: str
    record: Mapping[str, Any] | None


def verify(
    progress: Callable[[int, int], None] | None = None, *, anchor: tuple[int, str] | None = None
) -> Verification:
    """Check every link, record and label up to the end of the chain as it is now.

    Reads in batches and holds no lock, so the service may run. `progress` is told (done,
    total); `anchor` is a (seq, hash) kept outside, which the chain must contain.
    """
    last = AuditSeal.objects.order_by("-seq").values_list("seq", flat=True).first() or 0
    done, previous, fault = 0, GENESIS, None
    for links in _batches(last):
        digests = _Labels(links)
        for link in links:
            fault = _fault_of(link, done + 1, previous, digests, anchor)
            if fault:
                break
            done, previous = link.seq, link.hash
        if progress:
            progress(done, last)
        if fault:
            break
    if fault is None:
        fault = _fault_at_end(done, last, anchor)
    return Verification(done, AuditPending.objects.count(), previous, fault)


def export(after: int = 0) -> Iterator[str]:
    """One JSON line per link after number `after`: record, labels, hashes; enough to verify elsewhere."""
    last = AuditSeal.objects.order_by("-seq").values_list("seq", flat=True).first() or 0
    for links in _batches(last, after):
        labels = _Labels(links)
        for link in links:
            record = content(link.record) if link.record else None
            line = {
                "seq": link.seq,
                "previous": link.previous,
                "hash": link.hash,
                "record": record,
                "labels": labels.shown(link.record) if link.record else {},
            }
            yield json.dumps(line, ensure_ascii=False, sort_keys=True)


class _Labels:
    """The labels of one batch of links, read at once."""

    def __init__(self, links: list[Link]) -> None:
        wanted = {label for link in links if link.record for label in link.record["labels"].values()}
        self._labels = AuditLabel.objects.in_bulk(wanted)

    def prove(self, record: Mapping[str, Any]) -> bool:
        digests = {}
        for name, label_id in record["labels"].items():
            label = self._labels.get(label_id)
            if label is None:
                return False
            proves = (
                not label.text if label.is_erased else label_digest(label.salt, label.text) == label.digest
            )
            if not proves:
                return False
            digests[name] = label.digest
        return bool(label_hash(digests) == record["label_hash"])

    def shown(self, record: Mapping[str, Any]) -> dict[str, object]:
        found = {name: self._labels.get(label_id) for name, label_id in record["labels"].items()}
        return {
            name: {"text": label.text, "salt": label.salt, "digest": label.digest}
            for name, label in found.items()
            if label
        }


def _batches(last: int, after: int = 0) -> Iterator[list[Link]]:
    while after < last:
        seals = AuditSeal.objects.filter(seq__gt=after, seq__lte=last).order_by("seq")[:BATCH]
        found = list(seals.values_list("seq", "record_id", "previous", "hash"))
        if not found:
            return
        ids = [record_id for _, record_id, _, _ in found]
        records = {
            values["id"]: values for values in AuditRecord.objects.filter(id__in=ids).values(*SEALED_COLUMNS)
        }
        yield [
            Link(seq, record_id, previous, hash_, records.get(record_id))
            for seq, record_id, previous, hash_ in found
        ]
        after = found[-1][0]


def _fault_of(
    link: Link, expected: int, previous: str, labels: _Labels, anchor: tuple[int, str] | None
) -> Fault | None:
    if link.seq != expected:
        return Fault("link_missing", expected, None)
    if link.previous != previous:
        return Fault("link_broken", link.seq, link.record_id)
    if link.record is None:
        return Fault("record_missing", link.seq, link.record_id)
    if seal_hash(link.seq, previous, link.record) != link.hash:
        return Fault("record_changed", link.seq, link.record_id)
    if not labels.prove(link.record):
        return Fault("label_changed", link.seq, link.record_id)
    if anchor and anchor[0] == link.seq and anchor[1] != link.hash:
        return Fault("anchor_differs", link.seq, link.record_id)
    return None


def _fault_at_end(done: int, last: int, anchor: tuple[int, str] | None) -> Fault | None:
    if done < last:
        return Fault("link_missing", done + 1, None)
    if anchor and anchor[0] > done:
        return Fault("anchor_differs", anchor[0], None)
    # One statement, so that a seal made meanwhile cannot be seen on one side only.
    lost = AuditRecord.objects.filter(seal=None, pending=None).values_list("id", flat=True).first()
    if lost is not None:
        return Fault("record_unqueued", 0, lost)
    return None
