"""Codes of remote work, and what the slice says when it refuses."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class CommandKind(models.TextChoices):
    """What is asked of the device."""

    COMMAND = "command", _("Command")
    DIAGNOSTICS = "diagnostics", _("Device check")


class CommandState(models.TextChoices):
    """Where a request stands; the last six are final."""

    QUEUED = "queued", pgettext_lazy("command", "Waiting for the device")
    ASKED = "asked", pgettext_lazy("command", "Asking at the device")
    RUNNING = "running", pgettext_lazy("command", "Running")
    DONE = "done", pgettext_lazy("command", "Done")
    REFUSED = "refused", pgettext_lazy("command", "Refused at the device")
    FAILED = "failed", pgettext_lazy("command", "Did not finish")
    EXPIRED = "expired", pgettext_lazy("command", "Device did not come on line")
    CANCELLED = "cancelled", pgettext_lazy("command", "Cancelled")


FINAL_STATES = frozenset(
    {
        CommandState.DONE,
        CommandState.REFUSED,
        CommandState.FAILED,
        CommandState.EXPIRED,
        CommandState.CANCELLED,
    }
)

REASONS = {
    "user_refused": _("The person at the device said no."),
    "no_answer": _("Nobody answered at the device within a minute."),
    "cancelled": _("It was cancelled before it started."),
    "busy": _("The device is busy with another request."),
    "silenced": _("The device was asked too often and is not listening for now."),
    "too_many_prompts": _("The device has been asked too often in this hour."),
    "verb_not_allowed": _("The device does not allow this."),
    "agent_stopped": _("The agent on the device was stopped."),
    "not_supported": _("The device's system does not support this yet."),
    "timeout": _("It took longer than allowed and was stopped."),
    "stopped_by_user": _("The person at the device stopped it."),
    "interrupted": _("The device was restarted meanwhile; whether it ran to its end is unknown."),
    "not_started": _("It could not be started on the device."),
    "expired": _("The device did not come on line in time."),
}
"""Why a request ended without an exit code, in the reader's words; codes come from the device."""

CHECKS = {
    "system.uptime": _("Running for"),
    "system.load": pgettext_lazy("device check", "Load"),
    "system.memory": _("Free memory"),
    "system.swap": _("Swap"),
    "system.restart_needed": _("Restart needed"),
    "disk.space": _("Free space on %(place)s"),
    "network.addresses": _("Addresses"),
    "network.dns": _("Name of %(place)s"),
    "network.gateway": _("Path to Firstline"),
    "clock.offset": pgettext_lazy("device check", "Clock"),
    "services.failed": _("Failed services"),
    "logs.errors": _("Recent errors"),
    "updates.pending": _("Pending updates"),
    "check.failed": _("Could not be checked"),
}
"""Names of the lines of a device check."""

ERRORS = {
    "command_empty": _("Write the command first."),
    "command_too_long": _("A command has at most %(limit)s characters."),
    "command_invisible": _(
        "The command holds invisible characters, perhaps pasted along with it. Type it anew."
    ),
    "device_without_agent": _("This device has no agent that could do it."),
    "device_busy": _("The device already has %(limit)s requests waiting."),
    "command_unknown": _("There is no such request."),
    "command_ended": _("This request has already ended."),
    "timeout_bounds": _("A command may take between 1 second and 4 hours."),
}
