"""Keeping and forgetting the answers to requests with an Idempotency-Key."""

from datetime import timedelta

from firstline.api.enums import KEEP_HOURS
from firstline.api.models import StoredAnswer
from firstline.kit import clock


def keep_answer(answer: StoredAnswer) -> None:
    """Keep an answer, unless the same request was answered meanwhile."""
    StoredAnswer.objects.bulk_create([answer], ignore_conflicts=True)


def forget_old_answers(limit: int = 5000) -> int:
    """Remove answers that are no longer replayed; how many."""
    before = clock.now() - timedelta(hours=KEEP_HOURS)
    old = StoredAnswer.objects.filter(created_at__lt=before).values_list("pk", flat=True)[:limit]
    return StoredAnswer.objects.filter(pk__in=list(old)).delete()[0]
