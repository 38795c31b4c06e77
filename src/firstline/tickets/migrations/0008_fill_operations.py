"""Gives the steps of before each an operation of its own; again without harm."""

from typing import Any

from django.db import migrations


def fill(apps: Any, schema_editor: Any) -> None:
    """Steps were kept for a day: there are few."""
    step, operation = apps.get_model("tickets", "Step"), apps.get_model("tickets", "Operation")
    names = dict(apps.get_model("accounts", "Person").objects.values_list("pk", "name"))
    for row in step.objects.filter(operation=None).order_by("pk"):
        row.operation = operation.objects.create(
            actor_id=row.actor_id,
            actor_label=names.get(row.actor_id, f"#{row.actor_id}")[:200],
            kind=row.kind,
            at=row.at,
            undone_at=row.undone_at,
        )
        row.save(update_fields=["operation"])


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial"), ("tickets", "0007_operations")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop, elidable=True)]
