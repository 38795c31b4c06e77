"""Tables of routing: its settings, rules, caps, and the decisions with their reasons."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from firstline.accounts.models import Skill
from firstline.organizations.models import Service, Team
from firstline.routing.enums import CAP_DEFAULT, DEFAULT_MATRIX, RULE_VERSION, DecisionKind
from firstline.tickets.models import Ticket

_PERSON = settings.AUTH_USER_MODEL


def default_matrix() -> list[list[int]]:
    """A copy of the usual table."""
    return [list(row) for row in DEFAULT_MATRIX]


class RoutingSettings(models.Model):
    """What holds for all decisions; one row. `matrix[impact - 1][urgency - 1]` is the priority."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    matrix = models.JSONField(default=default_matrix)
    cap_default = models.PositiveIntegerField(default=CAP_DEFAULT)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="routing_settings_single")]


class RoutingRule(models.Model):
    """What a matching request is about: category, expected minutes, and perhaps team and mandatory skill.

    It matches by service, by category or by one of its words; the first that matches in order
    of `position` counts.
    """

    name = models.CharField(max_length=100)
    name_zh = models.CharField(max_length=100, blank=True)
    category = models.SlugField(max_length=60, blank=True)
    words = models.JSONField(default=list)
    service = models.ForeignKey(Service, models.CASCADE, null=True, related_name="+")
    team = models.ForeignKey(Team, models.SET_NULL, null=True, related_name="+")
    skill = models.ForeignKey(Skill, models.SET_NULL, null=True, related_name="+")
    skill_level = models.PositiveSmallIntegerField(default=1)
    expected_minutes = models.PositiveIntegerField(default=30)
    position = models.PositiveIntegerField(default=100)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(skill_level__range=(1, 5)), name="routing_rule_level_known")
        ]

    def label_in(self, language: str) -> str:
        """The rule's name for a reader of `language`."""
        return self.name_zh if language == "zh-hans" and self.name_zh else self.name


class TechnicianCap(models.Model):
    """How many open tickets one technician may hold, where it is not the default; 0 takes none."""

    person = models.OneToOneField(_PERSON, models.CASCADE, related_name="routing_cap")
    tickets_max = models.PositiveIntegerField()


class Decision(models.Model):
    """What was decided for a ticket, among whom, by which arithmetic, and why in one sentence.

    `candidates` holds ids and numbers only, so that an erased person leaves no name.
    """

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="decisions")
    kind = models.CharField(max_length=12, choices=DecisionKind)
    at = models.DateTimeField()
    chosen_id = models.BigIntegerField(null=True)
    candidates = models.JSONField(default=list)
    sentence = models.CharField(max_length=60)
    params = models.JSONField(default=dict)
    reasons = models.JSONField(default=list)
    rule_version = models.PositiveIntegerField(default=RULE_VERSION)
    event_id = models.CharField(max_length=64)

    class Meta:
        indexes = [models.Index(fields=["ticket", "-id"], name="decision_by_ticket")]
        constraints = [models.UniqueConstraint(fields=["kind", "event_id"], name="decision_once_per_event")]
