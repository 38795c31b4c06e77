"""`alert raise` and `alert resolve`: reports by scripts on this machine."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from firstline.devices.queries import device_by_name
from firstline.kit.actor import SYSTEM
from firstline.kit.errors import DomainError
from firstline.monitoring import actions
from firstline.monitoring.enums import Severity
from firstline.organizations.queries import provider
from firstline.ui import messages


class Command(BaseCommand):
    help = str(gettext_lazy("Report that something is wrong, or no longer."))

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        raising = verbs.add_parser("raise", help=_("Report a fault; the same source and key count up."))
        ending = verbs.add_parser("resolve", help=_("Report that a fault is over."))
        for verb in (raising, ending):
            verb.add_argument("--source", required=True, help=_("Who reports, for example cron."))
            verb.add_argument("--key", required=True, help=_("The same fault has the same key."))
            verb.add_argument("--device", help=_("Host name, name or serial of a device."))
        raising.add_argument("--severity", choices=Severity.values, default=Severity.WARNING)
        raising.add_argument("text", help=_("What is wrong."))

    def handle(self, *args: Any, **options: Any) -> None:
        device = device_by_name(options["device"]) if options["device"] else None
        if options["device"] and device is None:
            raise CommandError(_("There is no device called %(name)s.") % {"name": options["device"]})
        owner = provider()
        common: dict[str, Any] = {
            "actor": SYSTEM,
            "source": options["source"],
            "key": options["key"],
            "device": device,
            "organization_id": device.organization_id if device else owner.pk if owner else None,
        }
        try:
            if options["verb"] == "raise":
                alert = actions.raise_alert(**common, severity=options["severity"], text=options["text"])
                words = ngettext(
                    "Alert %(id)s, reported once.", "Alert %(id)s, reported %(n)s times.", alert.count
                )
                self.stdout.write(words % {"id": alert.pk, "n": alert.count})
            else:
                alert = actions.resolve_alert(**common)
                self.stdout.write(_("Alert %(id)s is over.") % {"id": alert.pk})
        except DomainError as error:
            raise CommandError(messages.describe(error)) from error
