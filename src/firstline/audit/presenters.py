"""The trail in a reader's words."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from firstline.audit.models import AuditRecord
from firstline.audit.queries import Row
from firstline.audit.verification import Fault, FaultCode

_FAULTS: dict[FaultCode, str | Promise] = {
    "link_missing": _("Link %(seq)s of the chain is missing."),
    "link_broken": _("Link %(seq)s does not continue the link before it."),
    "record_missing": _("Record %(record)s, sealed by link %(seq)s, is gone."),
    "record_changed": _("Record %(record)s is not what link %(seq)s sealed."),
    "label_changed": _("A name in record %(record)s (link %(seq)s) was changed."),
    "record_unqueued": _("Record %(record)s is neither sealed nor waiting for its seal."),
    "anchor_differs": _("The chain does not contain the link %(seq)s that was noted elsewhere."),
}
_KINDS: dict[str, str | Promise] = {
    "person": pgettext_lazy("actor", "Person"),
    "device": pgettext_lazy("actor", "Device"),
    "automation": pgettext_lazy("actor", "Automation"),
    "system": pgettext_lazy("actor", "System"),
    "anonymous": pgettext_lazy("actor", "Not signed in"),
}
ERASED = pgettext_lazy("name", "erased")


@dataclass(frozen=True, slots=True)
class Change:
    """One named value before and after."""

    name: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Line:
    """One record as a row of the page; `who` and `about` are plain text."""

    at: datetime
    kind: str
    who: str
    verb: str
    about: str
    reason: str
    changes: list[Change]
    labels: list[tuple[str, str]]
    request_id: str
    causal_id: str
    seq: int | None


@dataclass(frozen=True, slots=True)
class Check:
    """The last time that the whole chain was proved."""

    at: datetime
    sealed: int
    fault: str


def fault_sentence(fault: Fault) -> str:
    """One sentence about the first fault."""
    return str(_FAULTS[fault.code]) % {"seq": fault.seq, "record": fault.record_id}


def line(row: Row) -> Line:
    """A record for the page."""
    record = row.record
    return Line(
        at=record.at,
        kind=str(_KINDS.get(record.actor_kind, record.actor_kind)),
        who=_name(row.actor_label),
        verb=record.verb,
        about=_name(row.ref_label) or f"{record.ref_kind}:{record.ref_id}",
        reason=_name(row.reason),
        changes=_changes(record.old, record.new),
        labels=[(name, _name(text)) for name, text in row.labels.items()],
        request_id=record.request_id,
        causal_id=record.causal_id,
        seq=row.seq,
    )


def last_check() -> Check | None:
    """What the newest check found; None where none was made."""
    record = AuditRecord.objects.filter(verb="audit.checked").order_by("-id").first()
    if record is None:
        return None
    told = record.new
    fault = Fault(**told["fault"]) if told["fault"] else None
    return Check(record.at, told["sealed"], fault_sentence(fault) if fault else "")


def _name(label: str | None) -> str:
    return str(ERASED) if label is None else label


def _changes(old: object, new: object) -> list[Change]:
    before = old if isinstance(old, dict) else {} if old is None else {"": old}
    after = new if isinstance(new, dict) else {} if new is None else {"": new}
    return [
        Change(name, _shown(before.get(name)), _shown(after.get(name))) for name in sorted({*before, *after})
    ]


def _shown(value: object) -> str:
    return "" if value is None else str(value)
