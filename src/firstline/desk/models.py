"""What people keep at the desk."""

from django.db import models

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
