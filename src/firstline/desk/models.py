"""What people keep at the desk."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from firstline.accounts.models import Person
from firstline.kit import clock
from firstline.organizations.models import Team

NAME_CHARS_MAX = 80
TEXT_CHARS_MAX = 400


class SavedSearch(models.Model):
    """Words and filters under a name; its owner's alone, or also for one team."""

    owner = models.ForeignKey(Person, models.CASCADE, related_name="saved_searches")
    team = models.ForeignKey(Team, models.SET_NULL, null=True, related_name="saved_searches")
    name = models.CharField(max_length=NAME_CHARS_MAX)
    text = models.CharField(max_length=TEXT_CHARS_MAX)
    # The kind of things searched for; empty for every kind.
    kind = models.CharField(max_length=30, blank=True)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "name"], name="saved_search_name_once")]
        indexes = [models.Index(fields=["team", "name"], name="saved_search_team")]


class Editors(models.TextChoices):
    """Who may change a view that a team shares."""

    OWNER = "owner", _("Only who made it")
    LEADS = "leads", _("Who made it, and the team's leads")
    TEAM = "team", _("Everyone in the team")


class SavedView(models.Model):
    """A list of tickets under a name: one person's own, or a team's. Written by `desk.view_actions` only.

    `spec` holds conditions, columns and order as `desk.specs` writes them. A removed view stays for a day,
    so that its removal can be taken back.
    """

    owner = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="saved_views")
    team = models.ForeignKey(Team, models.CASCADE, null=True, related_name="saved_views")
    editors = models.CharField(max_length=10, choices=Editors, default=Editors.OWNER)
    name = models.CharField(max_length=NAME_CHARS_MAX)
    icon = models.CharField(max_length=20, default="filter")
    colour = models.CharField(max_length=10, blank=True)
    spec = models.JSONField(default=dict)
    place = models.PositiveIntegerField(default=0)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(default=clock.now)
    removed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "name"],
                condition=models.Q(team__isnull=True, removed_at__isnull=True),
                name="saved_view_name_once",
            ),
            models.UniqueConstraint(
                fields=["team", "name"],
                condition=models.Q(team__isnull=False, removed_at__isnull=True),
                name="saved_view_team_name_once",
            ),
            models.CheckConstraint(
                condition=models.Q(editors__in=Editors.values), name="saved_view_editors_known"
            ),
        ]

    @property
    def code(self) -> str:
        """What stands for it in addresses."""
        return f"v{self.pk}"
