"""Tables of text modules and signatures."""

from django.db import models
from django.db.models import Q

from firstline.accounts.models import Person
from firstline.organizations.models import Team

DEFAULT_KEY = "default"


class TextModule(models.Model):
    """A text that is written again and again, in both languages; a team's own, or for everyone (team null).

    The requester's language chooses; where it is missing, the other one is offered.
    """

    name = models.CharField(max_length=80)
    keyword = models.CharField(max_length=40, blank=True)
    body_en = models.TextField(blank=True)
    body_zh = models.TextField(blank=True)
    team = models.ForeignKey(Team, models.CASCADE, null=True, related_name="text_modules")
    is_active = models.BooleanField(default=True)
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["keyword"], condition=~Q(keyword=""), name="text_module_keyword_once"
            )
        ]

    def body_for(self, language: str) -> str:
        """The text in this language, or in the other where there is none."""
        first, other = (
            (self.body_zh, self.body_en) if language.startswith("zh") else (self.body_en, self.body_zh)
        )
        return first if first.strip() else other


class Signature(models.Model):
    """What stands below a mail: a person's own, else their team's, else the desk's.

    `key` is "person:7", "team:3" or "default".
    """

    key = models.CharField(max_length=30, unique=True)
    person = models.OneToOneField(Person, models.CASCADE, null=True, related_name="+")
    team = models.OneToOneField(Team, models.CASCADE, null=True, related_name="+")
    text_en = models.TextField(blank=True)
    text_zh = models.TextField(blank=True)
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(person__isnull=True) | Q(team__isnull=True), name="signature_of_one"
            )
        ]

    def text_for(self, language: str) -> str:
        """The text in this language, or in the other where there is none."""
        first, other = (
            (self.text_zh, self.text_en) if language.startswith("zh") else (self.text_en, self.text_zh)
        )
        return first if first.strip() else other
