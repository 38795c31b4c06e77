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


ERRORS: dict[str, str | Promise] = {
    "organization_not_found": _("This organisation does not exist."),
    "name_missing": _("A name is needed."),
    "name_too_long": _("The name is longer than {limit} characters."),
    "name_taken": _("“{name}” exists already."),
    "text_too_long": _("This text is longer than {limit} characters."),
    "domain_invalid": _("“{domain}” is not a domain such as example.com."),
    "domain_taken": _("The domain {domain} belongs to another organisation."),
    "language_unknown": _("This language is not offered."),
    "time_zone_unknown": _("“{time_zone}” is not a time zone such as Asia/Shanghai."),
    "tier_unknown": _("A team is L1, L2 or L3."),
    "criticality_unknown": _("Criticality is a number from 1 (critical) to 4 (low)."),
    "email_invalid": _("“{email}” is not an e-mail address."),
    "email_taken": _("The address {email} is used already."),
    "public_url_invalid": _(
        "The address starts with http:// or https:// and has a host name and nothing after it."
    ),
    "provider_needed": _("Teams belong to the organisation that gives support."),
    "default_team_needed": _("One team must stay the default. Choose another one first."),
    "organization_is_provider": _("The organisation that gives support cannot be archived."),
    "organization_archived": _("This organisation is archived."),
    "demo_removal_unavailable": _("There is no demo to leave on this installation."),
    "already_set_up": _("This installation is set up already."),
}
