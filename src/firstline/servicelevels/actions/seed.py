"""The rules a new installation starts with."""

import uuid

from firstline.organizations.models import Installation
from firstline.servicelevels.enums import Metric
from firstline.servicelevels.models import Calendar, Policy, Rulebook, Target

OFFICE_WEEK = {str(day): [["08:00", "18:00"]] if day < 5 else [] for day in range(7)}
WHOLE_WEEK = {str(day): [["00:00", "24:00"]] for day in range(7)}
WORKDAY_SECONDS = 10 * 3600

DEFAULT_TARGETS: dict[tuple[int, str], int] = {
    (1, Metric.FIRST_RESPONSE): 15 * 60,
    (2, Metric.FIRST_RESPONSE): 3600,
    (3, Metric.FIRST_RESPONSE): 4 * 3600,
    (4, Metric.FIRST_RESPONSE): 8 * 3600,
    (1, Metric.RESOLUTION): 4 * 3600,
    (2, Metric.RESOLUTION): 8 * 3600,
    (3, Metric.RESOLUTION): 3 * WORKDAY_SECONDS,
    (4, Metric.RESOLUTION): 5 * WORKDAY_SECONDS,
}


def ensure_default_rules() -> None:
    """Make the default calendars and the policy for everybody where they miss; runs after every migrate."""
    if Rulebook.objects.exists():
        return
    zone = Installation.objects.values_list("time_zone", flat=True).first() or "UTC"
    Calendar.objects.create(name="Office hours", zone=zone, week=OFFICE_WEEK, is_default=True)
    Calendar.objects.create(name="Around the clock", zone=zone, week=WHOLE_WEEK)
    policy = Policy.objects.create(name="Everybody", position=1000)
    Target.objects.bulk_create(
        Target(policy=policy, priority=priority, metric=metric, seconds=seconds)
        for (priority, metric), seconds in DEFAULT_TARGETS.items()
    )
    Rulebook.objects.create(pk=1, token=str(uuid.uuid4()))
