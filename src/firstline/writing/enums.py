"""The variables of texts, and what is refused."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

Text = str | Promise

VARIABLES: dict[str, Text] = {
    "ticket.number": _("Number of the ticket"),
    "ticket.subject": pgettext_lazy("variable", "Subject"),
    "ticket.link": _("Address of the ticket in the portal"),
    "requester.name": _("Name of the requester"),
    "requester.first_name": _("First name of the requester"),
    "technician.name": _("Your name"),
    "technician.first_name": _("Your first name"),
    "technician.job": _("Your job title"),
    "technician.phone": _("Your telephone"),
    "team.name": pgettext_lazy("variable", "Team"),
    "organization.name": _("Organisation of the requester"),
    "device.name": pgettext_lazy("variable", "Device"),
    "service.name": pgettext_lazy("variable", "Service"),
}
"""What may stand between {{ and }}, and what it means."""

ERRORS: dict[str, Text] = {
    "text_module_unknown": _("There is no such text module."),
    "text_module_name_missing": _("Give the text module a name."),
    "text_module_empty": _("Write the text in at least one language."),
    "text_module_keyword_taken": _("Another text module has this keyword already."),
    "text_module_keyword_invalid": _("A keyword is letters, digits and hyphens, typed after the slash."),
    "text_variable_unknown": _("“%(name)s” is not a variable. Choose one from the list."),
    "text_module_too_long": _("This text is too long: at most %(most)s characters."),
    "signature_not_yours": _("Only technicians have a signature."),
}
