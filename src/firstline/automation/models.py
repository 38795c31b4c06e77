"""Links between what happened and what was done about it."""

from django.db import models

from firstline.monitoring.models import Alert
from firstline.tickets.models import Ticket


class AlertTicket(models.Model):
    """The ticket that follows an alert; a fault that comes back soon joins the ticket of the last time."""

    alert = models.OneToOneField(Alert, models.CASCADE, related_name="+")
    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="+")
