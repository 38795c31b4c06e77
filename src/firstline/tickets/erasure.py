"""What tickets hold of a person, for the page that erases them."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from firstline.accounts.queries import ErasurePart
from firstline.kit.traces import Traces
from firstline.tickets.actions.forgetting import own_tickets, survey


def _warn(traces: Traces) -> list[str]:
    count = own_tickets(traces.person_id).filter(is_open=True).count()
    if not count:
        return []
    return [
        ngettext(
            "%(count)s ticket of this person is still open. It stays open, but nobody can be asked "
            "or answered any more: resolve it first where you can.",
            "%(count)s tickets of this person are still open. They stay open, but nobody can be asked "
            "or answered any more: resolve them first where you can.",
            count,
        )
        % {"count": count}
    ]


PART = ErasurePart(
    name="tickets",
    label=_("Tickets"),
    counts={
        "tickets": _("tickets that lose their subject and their requester’s name"),
        "messages": _("messages of the person"),
        "files": _("attached files"),
        "ratings": _("comments on ratings"),
        "mentions": _("messages of others that name the person"),
    },
    survey=survey,
    warn=_warn,
)
