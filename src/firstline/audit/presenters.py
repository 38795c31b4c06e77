"""The trail in a reader's words."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from firstline.audit.verification import Fault

_FAULTS: dict[str, str | Promise] = {
    "link_missing": _("Link %(seq)s of the chain is missing."),
    "link_broken": _("Link %(seq)s does not continue the link before it."),
    "record_missing": _("Record %(record)s, sealed by link %(seq)s, is gone."),
    "record_changed": _("Record %(record)s is not what link %(seq)s sealed."),
    "label_changed": _("A name in record %(record)s (link %(seq)s) was changed."),
    "record_unqueued": _("Record %(record)s is neither sealed nor waiting for its seal."),
    "anchor_differs": _("The chain does not contain the link %(seq)s that was noted elsewhere."),
}


def fault_sentence(fault: Fault) -> str:
    """One sentence about the first fault."""
    return str(_FAULTS[fault.code]) % {"seq": fault.seq, "record": fault.record_id}
