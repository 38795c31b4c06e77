"""Mails about accounts, in the recipient's language."""

from urllib.parse import urljoin

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from firstline.accounts.models import Invitation, Person
from firstline.accounts.queries import invitation_secret
from firstline.organizations.queries import installation
from firstline.ui.pages import render_text


def send_invitation(invitation: Invitation) -> None:
    """The link with which an invited person sets their first password."""
    path = reverse("accounts_invitation", args=[invitation_secret(invitation)])
    _send(invitation.person, "invitation", url=_absolute(path), until=invitation.expires_at)


def send_password_reset(person: Person, path: str) -> None:
    """The link with which a person sets a new password."""
    _send(person, "password_reset", url=_absolute(path))


def send_password_changed(person: Person) -> None:
    """Word that the password was changed, so that a thief does not stay unnoticed."""
    _send(person, "password_changed", url=_absolute(reverse("account_reset_password")))


def _send(person: Person, name: str, **facts: object) -> None:
    if not person.email:
        return
    here = installation()
    context = {"person": person, "installation": here.name, **facts}
    with translation.override(person.language):
        subject = {
            "invitation": _("Your account at %(installation)s"),
            "password_reset": _("Set a new password for %(installation)s"),
            "password_changed": _("Your password for %(installation)s was changed"),
        }[name] % {"installation": here.name}
    text = render_text(f"account/mail/{name}.txt", context, language=person.language)
    html = render_text(f"account/mail/{name}.html", context, language=person.language)
    mail = EmailMultiAlternatives(subject, text, to=[person.email])
    mail.attach_alternative(html, "text/html")
    mail.send()


def _absolute(path: str) -> str:
    return urljoin(installation().public_url or settings.FIRSTLINE_PUBLIC_URL, path)
