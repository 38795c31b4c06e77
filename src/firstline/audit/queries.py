"""Reads of the audit trail."""

from django.db.models import QuerySet

from firstline.audit.models import AuditRecord
from firstline.kit.refs import Ref


def records_for(ref: Ref) -> QuerySet[AuditRecord]:
    """Everything recorded about one object, oldest first."""
    return AuditRecord.objects.filter(ref_kind=ref.kind, ref_id=ref.id).order_by("id")
