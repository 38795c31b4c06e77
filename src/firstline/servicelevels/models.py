"""Tables of calendars, policies with targets, and clocks with their ledger."""

from django.db import models
from django.db.models import F, Q

from firstline.kit import clock as kit_clock
from firstline.organizations.models import Organization, Team
from firstline.servicelevels.enums import PRIORITIES, Cause, ClockState, DayKind, Metric

OPEN = Q(stopped_at__isnull=True)  # said so, because SQLite sees through no IN to a partial index


class Calendar(models.Model):
    """When a team works; `week` and `yearly_holidays` have the form of `notation`."""

    name = models.CharField(max_length=120, unique=True)
    zone = models.CharField(max_length=64)
    week = models.JSONField()
    yearly_holidays = models.JSONField(default=list, blank=True)
    is_default = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=kit_clock.now)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["is_default"], condition=Q(is_default=True), name="calendar_default_once"
            ),
        ]


class CalendarDay(models.Model):
    """A date that differs from the week: a day off, or a day with windows of its own (make-up workday)."""

    calendar = models.ForeignKey(Calendar, models.CASCADE, related_name="days")
    date = models.DateField()
    kind = models.PositiveSmallIntegerField(choices=DayKind)
    windows = models.JSONField(default=list, blank=True)
    name = models.CharField(max_length=120, blank=True)

    class Meta:
        ordering = ["date"]
        constraints = [
            models.UniqueConstraint(fields=["calendar", "date"], name="calendar_day_once"),
            models.CheckConstraint(condition=Q(kind__in=DayKind.values), name="calendar_day_kind_known"),
        ]


class TeamCalendar(models.Model):
    """The calendar a team works by, where it is not the default one."""

    team = models.OneToOneField(Team, models.CASCADE, related_name="+")
    calendar = models.ForeignKey(Calendar, models.PROTECT, related_name="team_calendars")


class Policy(models.Model):
    """Targets for one organisation's requests, or for everybody's; the first that fits is taken."""

    name = models.CharField(max_length=120)
    position = models.PositiveIntegerField()
    organization = models.OneToOneField(Organization, models.CASCADE, null=True, blank=True, related_name="+")
    calendar = models.ForeignKey(Calendar, models.PROTECT, null=True, blank=True, related_name="policies")

    class Meta:
        ordering = ["position", "id"]


class Target(models.Model):
    """What a policy promises at a priority, in working seconds."""

    policy = models.ForeignKey(Policy, models.CASCADE, related_name="targets")
    priority = models.PositiveSmallIntegerField()
    metric = models.CharField(max_length=20, choices=Metric)
    seconds = models.PositiveIntegerField()

    class Meta:
        ordering = ["priority", "metric"]
        constraints = [
            models.UniqueConstraint(fields=["policy", "priority", "metric"], name="target_once"),
            models.CheckConstraint(condition=Q(priority__in=PRIORITIES), name="target_priority_known"),
            models.CheckConstraint(condition=Q(metric__in=Metric.values), name="target_metric_known"),
            models.CheckConstraint(condition=Q(seconds__gte=60), name="target_seconds_least"),
        ]


class Rulebook(models.Model):
    """One row whose token changes with every edit of calendars and policies; processes cache by it."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    token = models.CharField(max_length=36)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="rulebook_single")]


class Clock(models.Model):
    """One promise about one subject. Sums are copied from the ledger so that lists need no arithmetic.

    `used_seconds` counts the closed running segments; `running_since` begins the open one. `due_at` and
    `risk_at` are known while the clock runs. `breached_at` is the instant at which the target passed.
    """

    subject_kind = models.CharField(max_length=20)
    subject_id = models.BigIntegerField()
    metric = models.CharField(max_length=20, choices=Metric)
    organization = models.ForeignKey(Organization, models.CASCADE, related_name="+", db_index=False)
    team = models.ForeignKey(Team, models.SET_NULL, null=True, related_name="+", db_index=False)
    priority = models.PositiveSmallIntegerField()
    calendar = models.ForeignKey(Calendar, models.PROTECT, related_name="+", db_index=False)
    target_seconds = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=ClockState, default=ClockState.RUNNING)
    started_at = models.DateTimeField()
    running_since = models.DateTimeField(null=True)
    used_seconds = models.PositiveIntegerField(default=0)
    due_at = models.DateTimeField(null=True)
    risk_at = models.DateTimeField(null=True)
    stopped_at = models.DateTimeField(null=True)
    stop_cause = models.CharField(max_length=20, choices=Cause, blank=True)
    stop_reference = models.CharField(max_length=60, blank=True)
    at_risk_at = models.DateTimeField(null=True)
    breached_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["subject_kind", "subject_id", "metric"], name="clock_once"),
            models.CheckConstraint(condition=Q(metric__in=Metric.values), name="clock_metric_known"),
            models.CheckConstraint(
                condition=Q(state=ClockState.RUNNING, running_since__isnull=False, stopped_at__isnull=True)
                | Q(state=ClockState.PAUSED, running_since__isnull=True, stopped_at__isnull=True)
                | Q(state=ClockState.STOPPED, running_since__isnull=True, stopped_at__isnull=False),
                name="clock_state_fits",
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"],
                condition=Q(state=ClockState.RUNNING, breached_at__isnull=True),
                name="clock_due",
            ),
            models.Index(
                fields=["risk_at"],
                condition=Q(state=ClockState.RUNNING, at_risk_at__isnull=True, breached_at__isnull=True),
                name="clock_risk",
            ),
            models.Index(fields=["id"], condition=OPEN, name="clock_open"),
            # What a manager asks for, without a look at the rows.
            models.Index(
                fields=["subject_kind", "breached_at", "subject_id"],
                condition=OPEN & Q(breached_at__isnull=False),
                name="clock_late",
            ),
            models.Index(
                fields=["subject_kind", "due_at", "subject_id"],
                condition=Q(state=ClockState.RUNNING, at_risk_at__isnull=False, breached_at__isnull=True),
                name="clock_at_risk",
            ),
        ]

    @property
    def is_open(self) -> bool:
        return self.state != ClockState.STOPPED

    @property
    def is_met(self) -> bool:
        """Stopped in time."""
        return self.state == ClockState.STOPPED and self.breached_at is None


class ClockSegment(models.Model):
    """One line of the ledger: from when to when a clock ran or rested, why, and by which calendar.

    `working_seconds` is filled when the segment ends; of a paused one it says what the pause spared.
    """

    clock = models.ForeignKey(Clock, models.CASCADE, related_name="segments")
    state = models.CharField(max_length=10, choices=ClockState)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    working_seconds = models.PositiveIntegerField(default=0)
    calendar = models.ForeignKey(Calendar, models.PROTECT, related_name="+", db_index=False)
    target_seconds = models.PositiveIntegerField()
    cause = models.CharField(max_length=20, choices=Cause)
    reference = models.CharField(max_length=60, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["clock"], condition=Q(ended_at__isnull=True), name="clock_segment_open_once"
            ),
            models.CheckConstraint(
                condition=Q(state__in=[ClockState.RUNNING, ClockState.PAUSED]),
                name="clock_segment_state_known",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("started_at")),
                name="clock_segment_forward",
            ),
        ]
