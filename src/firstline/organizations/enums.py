"""Choices of the organisations slice and the sentences for its refusals."""

from django.db.models import IntegerChoices, TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Tier(TextChoices):
    """Where a team stands: first contact, expertise, specialists and suppliers."""

    L1 = "L1", _("L1: first contact")
    L2 = "L2", _("L2: expertise")
    L3 = "L3", _("L3: specialists and suppliers")


class Criticality(IntegerChoices):
    """How much an outage of a service hurts; 1 hurts most, as with impact."""

    CRITICAL = 1, pgettext_lazy("criticality", "Critical")
    HIGH = 2, pgettext_lazy("criticality", "High")
    MEDIUM = 3, pgettext_lazy("criticality", "Medium")
    LOW = 4, pgettext_lazy("criticality", "Low")


class Language(TextChoices):
    """Languages of the interface; each is named in itself."""

    ENGLISH = "en", "English"
    CHINESE = "zh-hans", "简体中文"


class SetupStep(TextChoices):
    """Steps of the set-up assistant, in their order."""

    ADMINISTRATOR = "administrator", pgettext_lazy("set-up step", "Administrator")
    ORGANIZATION = "organization", pgettext_lazy("set-up step", "Organisation")
    CALENDAR = "calendar", pgettext_lazy("set-up step", "Working hours")
    TEAMS = "teams", pgettext_lazy("set-up step", "Teams")
    SERVICES = "services", pgettext_lazy("set-up step", "Services")
    INVITATIONS = "invitations", pgettext_lazy("set-up step", "Invitations")
    MAILBOX = "mailbox", pgettext_lazy("set-up step", "Mailbox")
    AGENT = "agent", pgettext_lazy("set-up step", "Devices")


API_REQUESTS_PER_MINUTE = 600  # of one token, until an administrator says otherwise
API_REQUESTS_MOST = 1_000_000

ERRORS: dict[str, str | Promise] = {
    # Codes of `kit.input`, which has no texts of its own.
    "text_missing": _("This cannot be empty."),
    "text_too_long": _("This is longer than %(limit)s characters."),
    "email_invalid": _("“%(email)s” is not an e-mail address."),
    "domain_invalid": _("“%(domain)s” is not a domain such as example.com."),
    "time_zone_unknown": _("“%(time_zone)s” is not a time zone such as Asia/Shanghai."),
    "language_unknown": _("This language is not offered."),
    # Codes of this slice.
    "organization_not_found": _("This organisation does not exist."),
    "place_not_found": _("This site or department does not exist."),
    "service_not_found": _("This service does not exist."),
    "organization_name_taken": _("There is an organisation called “%(name)s” already."),
    "organization_is_provider": _("The organisation that gives support cannot be archived."),
    "domain_taken": _("The domain %(domain)s belongs to another organisation."),
    "too_many_domains": _("An organisation can have at most %(limit)s domains."),
    "site_name_taken": _("There is a site called “%(name)s” already."),
    "department_name_taken": _("There is a department called “%(name)s” already."),
    "provider_needed": _("Teams belong to the organisation that gives support."),
    "tier_unknown": _("A team is L1, L2 or L3."),
    "team_name_taken": _("There is a team called “%(name)s” already."),
    "team_email_taken": _("Another team has the address %(email)s."),
    "team_archived": _("This team is archived. Restore it first."),
    "default_team_needed": _("One team must stay the default. Make another team the default first."),
    "service_name_taken": _("There is a service called “%(name)s” already."),
    "criticality_unknown": _("Criticality is a number from 1 (critical) to 4 (low)."),
    "too_many_keywords": _("A service can have at most %(limit)s keywords."),
    "public_url_invalid": _("The address is like https://help.example.com, with nothing after the name."),
    "api_rate_out_of_range": _("A token may send 1 to %(limit)s requests a minute."),
    "setup_step_unknown": _("The set-up assistant has no such step."),
    "demo_removal_unavailable": _("There is no demo to leave on this installation."),
}
