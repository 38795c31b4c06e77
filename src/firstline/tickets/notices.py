"""The kinds of notices that tickets send, and why somebody gets one."""

from django.utils.translation import gettext_lazy as _

from firstline.notifications.enums import Kind, register_causes, register_kind

ASSIGNED = Kind("ticket_assigned", _("A ticket becomes mine"), _("%(ticket)s is yours: %(subject)s"))
ANSWERED = Kind(
    "ticket_answered", _("A requester answers in my ticket"), _("%(who)s wrote in %(ticket)s: %(subject)s")
)
NOTED = Kind(
    "ticket_noted",
    _("A colleague leaves a note in my ticket"),
    _("%(who)s left a note in %(ticket)s: %(subject)s"),
    mail=False,
)
MENTIONED = Kind(
    "ticket_mentioned",
    _("A colleague names me in a note"),
    _("%(who)s named you in %(ticket)s: %(subject)s"),
)
AT_RISK = Kind(
    "ticket_at_risk",
    _("A promise in my ticket is at risk"),
    _("%(ticket)s needs you soon: %(subject)s"),
    mail=False,
)
BREACHED = Kind(
    "ticket_breached", _("A promise in my ticket was missed"), _("%(ticket)s is late: %(subject)s")
)
UNDELIVERED = Kind(
    "ticket_undelivered",
    _("An e-mail of my ticket did not arrive"),
    _("An e-mail in %(ticket)s did not arrive: %(subject)s"),
    mail=False,
)
REPLIED = Kind(
    "ticket_replied",
    _("Support answers my request"),
    _("%(who)s answered %(ticket)s: %(subject)s"),
    mail=False,
)
SOLVED = Kind(
    "ticket_solved",
    _("My request is solved"),
    _("%(ticket)s is solved, please confirm: %(subject)s"),
    mail=False,
)

CAUSES = {
    "ticket_assignee": _("You work on %(ticket)s."),
    "ticket_given": _("%(ticket)s was assigned to you."),
    "ticket_requester": _("You asked for help in %(ticket)s."),
    "ticket_mentioned": _("%(who)s wrote your name (@) in a note on %(ticket)s."),
    "ticket_watcher": _("You follow %(ticket)s."),
}


def register() -> None:
    """Add them all to the catalogue; called once when the program starts."""
    for kind in (ASSIGNED, ANSWERED, NOTED, MENTIONED, AT_RISK, BREACHED, UNDELIVERED, REPLIED, SOLVED):
        register_kind(kind)
    register_causes(CAUSES)
