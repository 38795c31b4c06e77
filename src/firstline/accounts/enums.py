"""Choices of the accounts slice, the built-in roles, and the sentences for its refusals."""

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

EVERYTHING = "*"
"""In a role's list: every permission of the catalogue, present and future."""


class Theme(TextChoices):
    """How pages are coloured for a person."""

    SYSTEM = "system", pgettext_lazy("theme", "As the device")
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


TOKENS_MAX = 20
SKILLS_MAX = 50
PASSWORD_LENGTH_MAX = 1000

ERRORS: dict[str, str | Promise] = {
    "person_not_found": _("This person does not exist."),
    "person_erased": _("This person was erased. Nothing about them can be changed."),
    "person_inactive": _("This person is deactivated. Reactivate them first."),
    "person_email_missing": _("An e-mail address is needed to invite someone."),
    "person_email_taken": _("Someone with the address %(email)s exists already."),
    "person_is_stronger": _(
        "This person may do things that you may not, so you cannot change their account."
    ),
    "grant_exceeds_own": _("You cannot give a permission that you do not hold yourself: %(permission)s."),
    "organization_needed": _("Choose an organisation."),
    "organization_out_of_reach": _("You can add and move people only within your own organisation."),
    "site_elsewhere": _("This site belongs to another organisation."),
    "department_elsewhere": _("This department belongs to another organisation."),
    "theme_unknown": _("This colour scheme does not exist."),
    "role_unknown": _("There is no role called “%(role)s”."),
    "role_name_taken": _("There is a role called “%(name)s” already."),
    "role_is_built_in": _("Built-in roles cannot be deleted."),
    "role_in_use": _("People hold this role. Take it from them first."),
    "administrator_role_fixed": _("The administrator role always holds every permission."),
    "permission_unknown": _("There is no permission called “%(permission)s”."),
    "last_administrator": _("This is the last administrator. Make someone else administrator first."),
    "own_account_protected": _("You cannot do this to your own account."),
    "team_unknown": _("There is no such team."),
    "team_needs_provider_person": _("Only people of the organisation that gives support can be in a team."),
    "skill_level_unknown": _("A skill has a level from 1 to 5."),
    "too_many_skills": _("A person can have at most %(limit)s skills."),
    "password_weak": _("%(reasons)s"),
    "password_wrong": _("The present password is not right."),
    "password_too_long": _("A password has at most %(limit)s characters."),
    "invitation_invalid": _("This invitation was used, is too old or is not complete. Ask for a new one."),
    "setup_link_invalid": _(
        "This link was used, is too old or is not complete. "
        "Start the program again on the server: it prints a new one."
    ),
    "installation_has_people": _("This installation has an administrator already. Sign in instead."),
    "token_not_found": _("This token does not exist."),
    "too_many_tokens": _("One person can have at most %(limit)s tokens in use. Revoke one first."),
    "token_days_unknown": _("A token is valid for 1 to 3650 days, or without an end."),
    "session_not_found": _("This session has ended already."),
    "anonymise_unconfirmed": _("Type the person’s name exactly to confirm."),
    "person_erased_already": _("This person has been erased already."),
    "csv_empty": _("The file has no lines below the first one."),
    "csv_too_large": _("The file is larger than %(limit)s MB."),
    "csv_too_many_lines": _("The file has more than %(limit)s lines. Split it."),
    "csv_not_text": _("The file is not text in UTF-8 or GB18030."),
    "csv_columns_missing": _("The first line must name the columns. Missing: %(columns)s."),
    "csv_repeated": _("The address %(email)s is in line %(line)s already."),
    "csv_organization_unknown": _("There is no organisation called “%(name)s”."),
    "csv_site_unknown": _("There is no site called “%(name)s” in this organisation."),
    "csv_department_unknown": _("There is no department called “%(name)s” in this organisation."),
    "csv_team_unknown": _("There is no team called “%(name)s”."),
    "csv_yes_or_no": _("“%(value)s” is neither yes nor no."),
}
