"""Addresses of pages of other slices; empty where a slice has no page."""

from django.urls import reverse

from firstline.ui.navigation import url_or_none


def article_url(article_id: int) -> str:
    """Where a technician reads an article."""
    return reverse("knowledge:article", args=[article_id]) if url_or_none("knowledge:list") else ""


def edit_url(article_id: int) -> str:
    """Where a draft is finished."""
    return (
        reverse("knowledge:edit", args=[article_id])
        if url_or_none("knowledge:list")
        else reverse("desk:home")
    )
