"""Choices of the accounts slice, the built-in roles, and the sentences for its refusals."""

from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

EVERYTHING = "*"
"""In a role's list: every permission of the catalogue, present and future."""


class Theme(TextChoices):
    """How pages are coloured for a person."""

    AUTO = "auto", pgettext_lazy("theme", "As the device")
    LIGHT = "light", pgettext_lazy("theme", "Light")
    DARK = "dark", pgettext_lazy("theme", "Dark")


class RoleCode(TextChoices):
    """Codes of the roles that every installation has; the codes never change."""

    REQUESTER = "requester", pgettext_lazy("role", "Requester")
    TECHNICIAN = "technician", pgettext_lazy("role", "Technician")
    NETWORK_ADMINISTRATOR = "network_administrator", pgettext_lazy("role", "Network administrator")
    SYSTEM_ADMINISTRATOR = "system_administrator", pgettext_lazy("role", "System administrator")
    SECURITY_SPECIALIST = "security_specialist", pgettext_lazy("role", "Security specialist")
    MANAGER = "manager", pgettext_lazy("role", "Support manager")
    ADMINISTRATOR = "administrator", pgettext_lazy("role", "Administrator")


_REQUESTER = ("portal:own:use", "tickets:ticket:create")
_TECHNICIAN = (
    *_REQUESTER,
    "accounts:token:manage",
    "devices:device:view",
    "knowledge:article:edit",
    "knowledge:article:view",
    "remote:command:run",
    "remote:diagnostics:run",
    "tickets:ticket:assign",
    "tickets:ticket:close",
    "tickets:ticket:edit",
    "tickets:ticket:note",
    "tickets:ticket:reply",
    "tickets:ticket:view",
)
_SPECIALIST = (
    *_TECHNICIAN,
    "devices:device:edit",
    "devices:device:enrol",
    "knowledge:article:publish",
    "monitoring:alert:raise",
    "tickets:ticket:export",
    "tickets:ticket:view_all",
)
_MANAGER = (
    *_TECHNICIAN,
    "knowledge:article:publish",
    "reports:overview:view",
    "tickets:ticket:export",
    "tickets:ticket:view_all",
)

BUILT_IN_ROLES: dict[str, tuple[str, ...]] = {
    RoleCode.REQUESTER: _REQUESTER,
    RoleCode.TECHNICIAN: _TECHNICIAN,
    RoleCode.NETWORK_ADMINISTRATOR: _SPECIALIST,
    RoleCode.SYSTEM_ADMINISTRATOR: _SPECIALIST,
    RoleCode.SECURITY_SPECIALIST: (*_SPECIALIST, "admin:audit:view"),
    RoleCode.MANAGER: _MANAGER,
    RoleCode.ADMINISTRATOR: (EVERYTHING,),
}
"""What each built-in role may do on a new installation; afterwards the role's row decides."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Sizes of what people type, wide enough for real names."""

    name: int = 200
    email: int = 254
    line: int = 200
    phone: int = 50
    password: int = 1000


LIMITS = Limits()

ERRORS: dict[str, str | Promise] = {
    "permission_missing": _("Your roles do not allow this. An administrator can change them."),
    "person_not_found": _("This person does not exist."),
    "person_erased": _("This person was erased. Nothing about them can be changed."),
    "role_not_found": _("This role does not exist."),
    "role_exceeds_own": _("You cannot give a permission that you do not hold yourself: {permission}"),
    "role_of_stronger_person": _(
        "This person holds permissions that you lack, so only someone who holds them can do this."
    ),
    "administrator_role_fixed": _("The administrator role always holds every permission."),
    "permission_unknown": _("There is no permission called “{permission}”."),
    "last_administrator": _("This is the last administrator. Make someone else administrator first."),
    "own_account_protected": _("You cannot do this to your own account."),
    "person_name_missing": _("A name is needed."),
    "person_email_invalid": _("“{email}” is not an e-mail address."),
    "person_email_missing": _("An e-mail address is needed to invite someone."),
    "person_email_taken": _("Someone with the address {email} exists already."),
    "person_text_too_long": _("This text is longer than {limit} characters."),
    "person_language_unknown": _("This language is not offered."),
    "person_time_zone_unknown": _("“{time_zone}” is not a time zone such as Asia/Shanghai."),
    "theme_unknown": _("This colour scheme does not exist."),
    "site_elsewhere": _("This site belongs to another organisation."),
    "department_elsewhere": _("This department belongs to another organisation."),
    "team_not_found": _("This team does not exist."),
    "team_needs_provider_person": _("Only people of the organisation that gives support can be in a team."),
    "skill_name_missing": _("A skill needs a name."),
    "skill_level_unknown": _("A skill has a level from 1 to 5."),
    "password_weak": _("{reasons}"),
    "password_wrong": _("The present password is not right."),
    "password_missing": _("A password is needed."),
    "invitation_invalid": _("This invitation is used, expired or not complete. Ask for a new one."),
    "setup_link_invalid": _(
        "This set-up link is used, expired or not complete. "
        "Run “./firstline setup-link” on the server for a new one."
    ),
    "token_name_missing": _("A token needs a name, so that you know later where it is used."),
    "token_not_found": _("This token does not exist."),
    "too_many_tokens": _("One person can have at most {limit} tokens in use."),
    "token_days_unknown": _("A token is valid for 1 to 3650 days, or without an end."),
    "session_not_found": _("This session has ended already."),
    "csv_empty": _("The file has no lines."),
    "csv_too_large": _("The file is larger than {limit} MB."),
    "csv_too_many_lines": _("The file has more than {limit} lines."),
    "csv_not_text": _("The file is not text in UTF-8 or GB18030."),
    "csv_columns_missing": _("The first line must name the columns; missing: {columns}"),
    "csv_preview_gone": _("The preview is too old. Choose the file again."),
    "anonymise_unconfirmed": _("Type the person’s name exactly to confirm."),
}
