"""`./firstline device token`: a token that enrols one device, on standard output."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from firstline.accounts.models import Person
from firstline.devices.actions import create_token
from firstline.devices.enrolment import token_text
from firstline.kit.actor import SYSTEM
from firstline.organizations.models import Organization
from firstline.organizations.queries import installation, provider

DEMO_OWNER = "lin.yue@alder.example"


class Command(BaseCommand):
    """Makes enrolment tokens for scripts and for the demonstration's own device."""

    help = "Make an enrolment token. / 生成设备注册令牌。"
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        token = verbs.add_parser("token", help="print a token / 输出一个令牌")
        token.add_argument("--organization", default="", help="name of the organisation / 组织名称")
        token.add_argument("--owner", default="", help="e-mail of the device's owner / 设备使用者的邮箱")
        token.add_argument("--uses", type=int, default=1, help="how many devices / 可注册台数")
        token.add_argument("--hours", type=int, default=24, help="valid for so long / 有效小时数")
        token.add_argument("--demo", action="store_true", help="for the demo's own device / 用于演示设备")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["demo"] and not installation().is_demo:
            raise CommandError(_("This is not the demonstration."))
        owner = self._owner(DEMO_OWNER if options["demo"] else options["owner"])
        organization = owner.organization if owner else self._organization(options["organization"])
        token = create_token(
            actor=SYSTEM,
            organization=organization,
            owner=owner,
            uses=options["uses"],
            valid_for=timedelta(hours=options["hours"]),
        )
        self.stdout.write(token_text(token))

    def _owner(self, email: str) -> Person | None:
        if not email:
            return None
        found = Person.objects.filter(email=email.lower(), is_active=True).first()
        if found is None:
            raise CommandError(_("Nobody has the address %(email)s.") % {"email": email})
        return found

    def _organization(self, name: str) -> Organization:
        found = Organization.objects.filter(name=name).first() if name else provider()
        if found is None:
            raise CommandError(_("There is no such organisation."))
        return found
