"""Addresses of pages of other slices."""

from django.urls import reverse


def article_url(article_id: int) -> str:
    """Where a technician reads an article."""
    return reverse("knowledge:desk_article", args=[article_id])


def edit_url(article_id: int) -> str:
    """Where a draft is finished."""
    return reverse("knowledge:edit", args=[article_id])
