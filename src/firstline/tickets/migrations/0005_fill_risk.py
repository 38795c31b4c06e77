"""Copies from the clocks of open tickets when each is at risk; in batches, and again without harm."""

from typing import Any

from django.db import migrations
from django.db.models import Min, OuterRef, Subquery

_BATCH = 5000


def fill(apps: Any, schema_editor: Any) -> None:
    """Tickets that were open before the column was there."""
    ticket = apps.get_model("tickets", "Ticket")
    clock = apps.get_model("servicelevels", "Clock")
    risks = (
        clock.objects.filter(subject_kind="ticket", subject_id=OuterRef("pk"), state="running")
        .values("subject_id")
        .annotate(first=Min("risk_at"))
        .values("first")
    )
    waiting = ticket.objects.filter(is_open=True, next_risk_at=None).order_by("pk")
    last = 0
    while ids := list(waiting.filter(pk__gt=last).values_list("pk", flat=True)[:_BATCH]):
        ticket.objects.filter(pk__in=ids).order_by().update(next_risk_at=Subquery(risks))
        last = ids[-1]


class Migration(migrations.Migration):
    dependencies = [("servicelevels", "0002_late_and_risk_indexes"), ("tickets", "0004_risk")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop, elidable=True)]
