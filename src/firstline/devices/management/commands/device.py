"""`./firstline device token`: permit machines to enrol, from a terminal on the server."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from firstline.accounts.models import Person
from firstline.devices import actions, enrolment
from firstline.kit.actor import SYSTEM
from firstline.kit.errors import DomainError
from firstline.organizations.models import Organization
from firstline.organizations.queries import installation, provider
from firstline.ui import messages

DEMO_OWNER = "lin.yue@alder.example"


class Command(BaseCommand):
    """Prints the token and nothing else on standard output."""

    help = _("Make a token with which devices enrol; only the token is printed.")
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
        token = verbs.add_parser("token", help=_("make an enrolment token"))
        token.add_argument("--organization", default="", metavar="NAME", help=_("whose devices they become"))
        token.add_argument("--owner", default="", metavar="EMAIL", help=_("who uses the device"))
        token.add_argument("--uses", type=int, default=1, help=_("for how many devices (1)"))
        token.add_argument("--hours", type=int, default=24, help=_("valid for so many hours (24)"))
        token.add_argument("--demo", action="store_true", help=_("for the demo's own device"))

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            token = actions.create_token(
                actor=SYSTEM,
                uses=options["uses"],
                valid_for=timedelta(hours=options["hours"]),
                **_for_whom(options),
            )
        except DomainError as error:
            raise CommandError(messages.describe(error)) from error
        self.stdout.write(enrolment.token_text(token))


def _for_whom(options: dict[str, Any]) -> dict[str, Any]:
    if options["demo"] and not installation().is_demo:
        raise CommandError(_("This is not a demo installation."))
    email = DEMO_OWNER if options["demo"] else options["owner"].strip().lower()
    owner = None
    if email:
        owner = Person.objects.filter(email=email, is_active=True).first()
        if owner is None:
            raise CommandError(_("Nobody has the address %(email)s.") % {"email": email})
    organization = _organization(options["organization"], owner)
    if owner is not None and owner.organization_id != organization.pk:
        raise CommandError(
            _("%(email)s does not belong to %(name)s.") % {"email": email, "name": organization.name}
        )
    return {"organization": organization, "owner": owner}


def _organization(name: str, owner: Person | None) -> Organization:
    if not name:
        found = owner.organization if owner is not None else provider()
    else:
        found = Organization.objects.filter(name__iexact=name, is_active=True).first()
    if found is None:
        raise CommandError(_("There is no organisation called %(name)s.") % {"name": name or "?"})
    return found
