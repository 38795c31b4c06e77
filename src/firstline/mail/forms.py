"""What an administrator enters about a mailbox."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from firstline.mail.actions import MailboxSettings
from firstline.mail.enums import Security
from firstline.mail.models import Mailbox

_KEEP = _("Leave empty to keep the stored one.")
_TEXT = {"autocomplete": "off", "spellcheck": "false"}


def _line(label: Any, limit: int, *, required: bool = False, hint: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label, max_length=limit, required=required, help_text=hint, widget=forms.TextInput(attrs=_TEXT)
    )


def _password(label: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=500,
        required=False,
        strip=False,
        help_text=_KEEP,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )


class MailboxForm(forms.Form):
    """Both halves of a mailbox; an empty server switches a half off."""

    address = _line(_("Support address"), 254, required=True, hint=_("People write to this address."))
    display_name = _line(_("Shown name"), 120, hint=_("For example: IT Support"))
    is_enabled = forms.BooleanField(label=_("Use this mailbox"), required=False, initial=True)
    imap_host = _line(_("Server for incoming mail (IMAP)"), 253)
    imap_port = forms.IntegerField(label=_("IMAP port"), initial=993)
    imap_security = forms.ChoiceField(label=_("IMAP protection"), choices=Security.choices)
    imap_user = _line(_("IMAP user name"), 254)
    imap_password = _password(_("IMAP password"))
    imap_folder = _line(_("Folder"), 200)
    smtp_host = _line(_("Server for outgoing mail (SMTP)"), 253)
    smtp_port = forms.IntegerField(label=_("SMTP port"), initial=587)
    smtp_security = forms.ChoiceField(
        label=_("SMTP protection"), choices=Security.choices, initial=Security.STARTTLS
    )
    smtp_user = _line(_("SMTP user name"), 254, hint=_("Empty when the server asks for none."))
    smtp_password = _password(_("SMTP password"))

    def settings(self) -> MailboxSettings:
        """The entered values; an empty password keeps the stored one."""
        data = dict(self.cleaned_data)
        for name in ("imap_password", "smtp_password"):
            data[name] = data[name] or None
        return MailboxSettings(**data)


def initial_of(mailbox: Mailbox | None) -> dict[str, object]:
    """What the form starts with; never a password."""
    if mailbox is None:
        return {"imap_folder": "INBOX", "imap_security": Security.TLS}
    names = [name for name in MailboxForm.base_fields if not name.endswith("_password")]
    return {name: getattr(mailbox, name) for name in names}


STATE_ALL = pgettext_lazy("mail filter", "All")
