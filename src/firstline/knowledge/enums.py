"""States, audiences and codes of knowledge."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class ArticleStatus(models.TextChoices):
    """Where an article is in its life."""

    DRAFT = "draft", pgettext_lazy("article", "Draft")
    PUBLISHED = "published", pgettext_lazy("article", "Published")
    ARCHIVED = "archived", pgettext_lazy("article", "Archived")


class Audience(models.TextChoices):
    """Who may read a published article."""

    PUBLIC = "public", pgettext_lazy("audience", "Everybody, also without signing in")
    EMPLOYEES = "employees", pgettext_lazy("audience", "Everybody who is signed in")
    TEAM = "team", pgettext_lazy("audience", "One team of ours")


class Removed(models.TextChoices):
    """What is taken out of a ticket's words before they become an article."""

    NAME = "name", pgettext_lazy("removed", "Name")
    EMAIL = "email", pgettext_lazy("removed", "E-mail address")
    PHONE = "phone", pgettext_lazy("removed", "Telephone number")
    SECRET = "secret", pgettext_lazy("removed", "Password or key")


ERRORS = {
    "article_not_found": _("There is no such article, or you may not read it."),
    "article_title_missing": _("Give the article a title."),
    "article_body_missing": _("Write the article first."),
    "article_too_long": _("The article is longer than %(limit)s characters."),
    "article_language_unknown": _("Choose one of the languages of this installation."),
    "article_language_taken": _("There already is a variant of this article in that language."),
    "article_audience_unknown": _("Choose who may read the article."),
    "article_team_missing": _("Choose the team that may read the article."),
    "article_changed": _(
        "Somebody else changed the article while you wrote. Your text is below; compare and save again."
    ),
    "article_not_published": _("Only a published article can be rated."),
}
