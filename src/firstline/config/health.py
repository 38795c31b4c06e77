"""How the installation is: numbers for machines, and lines with advice for the administrator."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from firstline.audit.models import AuditPending
from firstline.devices.consumers import connected_count
from firstline.kit import clock
from firstline.mail.models import InboundMessage, OutboundMessage
from firstline.organizations.queries import installation
from firstline.outbox.hub import socket_count
from firstline.outbox.models import Event, Job
from firstline.tickets.models import Ticket

OK, MIND, BAD = "ok", "mind", "bad"
_LATE_JOB = timedelta(minutes=2)
_OLD_BACKUP = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that was looked at; `advice` says what to do when it is not well."""

    state: str
    name: str
    value: str
    advice: str = ""
    url: str = ""


def lines() -> list[Line]:
    """Everything worth a look, in the reader's language."""
    return [check() for check in _CHECKS]


def gauges() -> dict[str, tuple[float, str]]:
    """Numbers for /metrics by name, each with its meaning."""
    return {
        "tickets_open": (Ticket.objects.filter(is_open=True).count(), "Open tickets"),
        "jobs_ready": (Job.objects.filter(state="ready").count(), "Jobs that wait or run"),
        "jobs_dead": (Job.objects.filter(state="dead").count(), "Jobs that gave up"),
        "events_waiting": (_waiting_events(), "Events not yet handed to their handlers"),
        "mail_quarantined": (_quarantined(), "Messages that could not be processed"),
        "audit_unsealed": (AuditPending.objects.count(), "Audit records not sealed yet"),
        "push_sockets": (socket_count(), "Open pages with a live socket"),
        "agents_connected": (connected_count(), "Device agents connected to this process"),
    }


def _database() -> Line:
    name = "PostgreSQL" if connection.vendor == "postgresql" else "SQLite"
    if connection.vendor == "sqlite":
        path = Path(str(settings.DATABASES["default"]["NAME"]))
        size = path.stat().st_size if path.exists() else 0
        return Line(OK, _("Database"), f"{name} · {_size(size)}")
    return Line(OK, _("Database"), name)


def _jobs() -> Line:
    oldest = Job.objects.filter(state="ready", run_at__lte=clock.now()).order_by("run_at").first()
    count = Job.objects.filter(state="ready").count()
    value = ngettext("%(num)d job waits", "%(num)d jobs wait", count) % {"num": count}
    if oldest is not None and clock.now() - oldest.run_at > _LATE_JOB:
        return Line(BAD, _("Background work"), value, _("Jobs are late. Is a worker running?"), "outbox")
    return Line(OK, _("Background work"), value)


def _dead_jobs() -> Line:
    count = Job.objects.filter(state="dead").count()
    if not count:
        return Line(OK, _("Failed work"), _("none"))
    value = ngettext("%(num)d job gave up", "%(num)d jobs gave up", count) % {"num": count}
    return Line(MIND, _("Failed work"), value, _("Look at the reason, then retry or drop it."), "outbox")


def _mail_in() -> Line:
    count = _quarantined()
    if not count:
        return Line(OK, _("Mail in"), _("nothing in quarantine"))
    value = ngettext("%(num)d message in quarantine", "%(num)d messages in quarantine", count) % {
        "num": count
    }
    return Line(MIND, _("Mail in"), value, _("Read why, then retry or drop it."), "mail")


def _mail_out() -> Line:
    count = OutboundMessage.objects.filter(state="failed").count()
    if not count:
        return Line(OK, _("Mail out"), _("everything was delivered"))
    value = ngettext("%(num)d message failed", "%(num)d messages failed", count) % {"num": count}
    return Line(MIND, _("Mail out"), value, _("Check the mailbox settings."), "mail")


def _audit() -> Line:
    waiting = AuditPending.objects.count()
    value = ngettext("%(num)d record not sealed yet", "%(num)d records not sealed yet", waiting) % {
        "num": waiting
    }
    state = OK if waiting < 1000 else MIND
    return Line(state, _("Audit trail"), value, _("Prove it with: ./firstline audit verify"), "audit")


def _disk() -> Line:
    try:
        usage = shutil.disk_usage(settings.FIRSTLINE_DATA_DIR)
    except OSError as error:
        advice = _("The data folder cannot be read: mail and files are refused. Is its disk mounted?")
        return Line(BAD, _("Disk"), f"{settings.FIRSTLINE_DATA_DIR}: {error.strerror}", advice)
    value = _("%(free)s free of %(total)s") % {"free": _size(usage.free), "total": _size(usage.total)}
    if usage.free < 2**30:
        return Line(BAD, _("Disk"), value, _("Make room: below 1 GB mail and files will soon be refused."))
    if usage.free < usage.total * 0.1:
        return Line(MIND, _("Disk"), value, _("Less than a tenth is free."))
    return Line(OK, _("Disk"), value)


def _backups() -> Line:
    newest = _newest_backup()
    if newest is None:
        advice = _("Make one with: ./firstline backup create FILE")
        return Line(MIND, _("Backup"), _("none was made here yet"), advice)
    value = newest.strftime("%Y-%m-%d %H:%M")
    state = OK if clock.now() - newest < _OLD_BACKUP else MIND
    return Line(state, _("Backup"), value, "" if state == OK else _("The last backup is old."))


def _address() -> Line:
    url = settings.FIRSTLINE_PUBLIC_URL
    if installation().is_demo:
        return Line(MIND, _("Address"), url, _("This is the demonstration; it stays on this machine."))
    return Line(OK, _("Address"), url)


_CHECKS: tuple[Callable[[], Line], ...] = (
    _address, _database, _jobs, _dead_jobs, _mail_in, _mail_out, _audit, _disk, _backups,
)  # fmt: skip

WORDS: dict[str, str | Promise] = {
    OK: gettext_lazy("Well"),
    MIND: gettext_lazy("Needs a look"),
    BAD: gettext_lazy("Needs you now"),
}


def _waiting_events() -> int:
    return Event.objects.filter(dispatched_at=None).count()


def _quarantined() -> int:
    return InboundMessage.objects.filter(state="quarantined").count()


def _newest_backup() -> datetime | None:
    marker = Path(settings.FIRSTLINE_DATA_DIR) / "last-backup"
    if not marker.exists():
        return None
    return datetime.fromtimestamp(marker.stat().st_mtime, tz=clock.now().tzinfo)


def _size(size_bytes: float) -> str:
    for unit in ("B", "kB", "MB", "GB"):
        if size_bytes < 1000:
            return f"{size_bytes:.0f} {unit}"
        size_bytes /= 1000
    return f"{size_bytes:.1f} TB"
