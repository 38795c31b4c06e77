"""Mail's own work: understanding what came in, delivering what goes out, fetching mailboxes."""

import structlog

from firstline.files.models import StoredFile
from firstline.files.queries import open_file
from firstline.kit.errors import NotFound
from firstline.mail import actions, delivery, imap, queries
from firstline.mail.composing import FileToSend, compose
from firstline.mail.enums import OutboundState
from firstline.mail.models import Mailbox, OutboundMessage
from firstline.outbox.actions import failpoint
from firstline.outbox.events import Args, Context, Retry, RetryLater, job, periodic

log = structlog.get_logger(__name__)

PROCESS_ATTEMPTS_MAX = 5


@job("mail.process", retry=Retry(attempts=PROCESS_ATTEMPTS_MAX, base_seconds=5))
def process(args: Args, context: Context) -> None:
    """Understand one message; what fails time and again waits in quarantine, never in the dark."""
    try:
        actions.process(inbound_id=args["inbound_id"], actor=context.actor)
    except Exception as error:
        if context.attempt < PROCESS_ATTEMPTS_MAX:
            raise
        log.exception("mail_process_failed", inbound_id=args["inbound_id"])
        actions.quarantine(inbound_id=args["inbound_id"], reason="processing_failed", detail=repr(error))


@job("mail.deliver", retry=Retry(attempts=20, base_seconds=30))
def deliver(args: Args, context: Context) -> None:
    """Make one delivery attempt and plan the next."""
    row = queries.get_outbound(args["outbound_id"])
    if row.state != OutboundState.QUEUED:
        return
    left = [one for one in actions.recipients(row) if one not in row.accepted and one not in row.refused]
    attempt = delivery.deliver(row, compose(row, _files(row)), left)
    failpoint("mail_sent")
    wait = actions.record_attempt(
        actor=context.actor,
        outbound_id=row.pk,
        accepted=attempt.accepted,
        refused=attempt.refused,
        error=attempt.error,
        route=attempt.route,
    )
    if wait is not None:
        raise RetryLater(wait, attempt.error)


@periodic("mail.sweep", seconds=300)
def sweep(context: Context) -> None:
    """Nothing that came in stays unanswered in the dark."""
    actions.quarantine_forgotten()


@periodic("mail.fetch", seconds=30, timeout_seconds=300)
def fetch(context: Context) -> None:
    """Fetch every enabled mailbox; one that fails does not hold up the others."""
    for mailbox in Mailbox.objects.filter(is_enabled=True).exclude(imap_host="").order_by("id"):
        error = ""
        try:
            imap.fetch(mailbox)
        except imap.FAULTS as fault:
            error = imap.describe(fault)
        actions.note_fetch(mailbox_id=mailbox.pk, error=error)


def _files(row: OutboundMessage) -> list[FileToSend]:
    """The stored files to attach; one that was removed meanwhile is left out."""
    found: list[FileToSend] = []
    if not row.file_ids:
        return found
    stored = {str(file.id): file for file in StoredFile.objects.filter(id__in=row.file_ids)}
    for file_id in row.file_ids:
        file = stored.get(file_id)
        if file is None:
            continue
        try:
            with open_file(file.id) as stream:
                found.append(FileToSend(file.name, file.content_type, stream.read()))
        except NotFound:
            continue
    return found
