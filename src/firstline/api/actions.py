"""Keeping and forgetting the answers to requests with an Idempotency-Key."""

from datetime import timedelta

from django.db.models import Q

from firstline.api.enums import KEEP_HOURS
from firstline.api.models import StoredAnswer
from firstline.kit import clock
from firstline.kit.rows import naming
from firstline.kit.traces import Traces


def keep_answer(answer: StoredAnswer) -> None:
    """Keep an answer, unless the same request was answered meanwhile."""
    StoredAnswer.objects.bulk_create([answer], ignore_conflicts=True)


def forget_old_answers(limit: int = 5000) -> int:
    """Remove answers that are no longer replayed; how many."""
    before = clock.now() - timedelta(hours=KEEP_HOURS)
    old = StoredAnswer.objects.filter(created_at__lt=before).values_list("pk", flat=True)[:limit]
    return StoredAnswer.objects.filter(pk__in=list(old)).delete()[0]


def forget_answers_of(traces: Traces) -> int:
    """Remove the answers to a person who was erased, and those to others that name them; how many."""
    named = naming(StoredAnswer.objects.all(), traces.wide, ["body"]).values_list("pk", flat=True)
    return StoredAnswer.objects.filter(Q(pk__in=list(named)) | Q(person_id=traces.person_id)).delete()[0]
