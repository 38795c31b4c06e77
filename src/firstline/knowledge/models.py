"""Articles, every version of them, and whether they helped."""

import uuid

from django.db import models
from django.db.models import Q

from firstline.accounts.models import Person
from firstline.kit import clock
from firstline.knowledge.enums import ArticleStatus, Audience
from firstline.organizations.enums import Language
from firstline.organizations.models import Organization, Team


class Article(models.Model):
    """One article in one language; its variants in other languages share `group`."""

    group = models.UUIDField(default=uuid.uuid4)
    language = models.CharField(max_length=10, choices=Language)
    title = models.CharField(max_length=200)
    body_markdown = models.TextField()
    audience = models.CharField(max_length=10, choices=Audience, default=Audience.EMPLOYEES)
    team = models.ForeignKey(Team, models.PROTECT, null=True, related_name="articles")
    # Null: for the people of every organisation.
    organization = models.ForeignKey(Organization, models.CASCADE, null=True, related_name="articles")
    status = models.CharField(max_length=10, choices=ArticleStatus, default=ArticleStatus.DRAFT)
    owner = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="articles_owned")
    review_date = models.DateField(null=True)
    version = models.PositiveIntegerField(default=1)
    solved_count = models.PositiveIntegerField(default=0)
    not_solved_count = models.PositiveIntegerField(default=0)
    # What it was drafted from ("ticket", 42, "INC-42"), and how many of each `Removed` were taken out.
    source_kind = models.CharField(max_length=30, blank=True)
    source_id = models.BigIntegerField(null=True)
    source_label = models.CharField(max_length=60, blank=True)
    removed = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=clock.now)
    updated_at = models.DateTimeField(default=clock.now)
    published_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["group", "language"], name="article_language_once"),
            models.CheckConstraint(
                condition=~Q(audience="team") | Q(team__isnull=False), name="article_team_named"
            ),
            models.CheckConstraint(condition=Q(status__in=ArticleStatus.values), name="article_status_known"),
            models.CheckConstraint(condition=Q(audience__in=Audience.values), name="article_audience_known"),
        ]
        indexes = [models.Index(fields=["status", "-updated_at", "-id"], name="article_newest")]

    @property
    def asked_count(self) -> int:
        """How many said whether it helped."""
        return self.solved_count + self.not_solved_count


class ArticleVersion(models.Model):
    """An article as it was from one change to the next."""

    article = models.ForeignKey(Article, models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=200)
    body_markdown = models.TextField()
    author = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    author_label = models.CharField(max_length=200)
    at = models.DateTimeField()

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["article", "number"], name="article_version_once")]


class ArticleFeedback(models.Model):
    """Whether an article solved it for one person; the latest word counts."""

    article = models.ForeignKey(Article, models.CASCADE, related_name="feedback")
    person = models.ForeignKey(Person, models.CASCADE, related_name="+")
    is_solved = models.BooleanField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["article", "person"], name="article_feedback_once")]
