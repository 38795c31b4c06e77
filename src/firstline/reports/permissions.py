"""Who sees the manager's page."""

from django.utils.translation import gettext_lazy as _

from firstline.accounts.permissions import declare

REPORTS_VIEW = declare("reports:overview:view", _("See load, promises and trends on the manager's page"))
