"""Tables of the audit trail: records, their erasable personal labels, and the seals that chain them.

Records and seals are append-only by database triggers (TRIGGERS below, made by the
migrations). Personal text lives in `AuditLabel` alone; a record keeps only a salted hash
of it, so that a person can be erased and the chain still proves.
"""

import json
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.expressions import BaseExpression

from firstline.audit.enums import Trigger

if TYPE_CHECKING:
    TextField = models.TextField[Any, Any]
else:
    TextField = models.TextField

HASH_LENGTH = 64

# Compared with the database after every migrate (`queries.trigger_faults`).
TRIGGERS = [
    Trigger("audit_record_queue", "audit_auditrecord"),
    Trigger("audit_record_keep", "audit_auditrecord"),
    Trigger("audit_record_keep_delete", "audit_auditrecord", only="sqlite"),
    Trigger("audit_record_keep_replace", "audit_auditrecord", only="sqlite"),
    Trigger("audit_record_keep_all", "audit_auditrecord", only="postgresql"),
    Trigger("audit_seal_keep", "audit_auditseal"),
    Trigger("audit_seal_keep_delete", "audit_auditseal", only="sqlite"),
    Trigger("audit_seal_keep_replace", "audit_auditseal", only="sqlite"),
    Trigger("audit_seal_keep_all", "audit_auditseal", only="postgresql"),
    Trigger("audit_label_keep", "audit_auditlabel"),
    Trigger("audit_label_keep_delete", "audit_auditlabel", only="sqlite"),
    Trigger("audit_label_keep_all", "audit_auditlabel", only="postgresql"),
]


def canonical(value: object) -> str:
    """The one JSON spelling of a value: what is stored is exactly what is hashed."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


class CanonicalJSONField(TextField):
    """JSON kept as canonical text, so that its hash is the same on every database."""

    # What the type checker's Django plugin reads.
    _pyi_private_set_type: Any
    _pyi_private_get_type: Any

    def from_db_value(
        self, value: str | None, expression: BaseExpression, connection: BaseDatabaseWrapper
    ) -> object:
        return None if value is None else json.loads(value)

    def to_python(self, value: object) -> object:
        return value

    def get_prep_value(self, value: object) -> str | None:
        return None if value is None else canonical(value)


class AuditRecord(models.Model):
    """One act, written in the transaction of the change itself."""

    at = models.DateTimeField()
    actor_kind = models.CharField(max_length=12)
    actor_id = models.BigIntegerField(null=True)
    verb = models.CharField(max_length=80)
    ref_kind = models.CharField(max_length=40)
    ref_id = models.BigIntegerField()
    # What the record is called ("INC-42"); empty where the name is personal: then it is a label.
    ref_label = models.CharField(max_length=200, default="")
    organization_id = models.BigIntegerField(null=True)
    old = CanonicalJSONField(null=True)
    new = CanonicalJSONField(null=True)
    reason = models.TextField(default="")
    request_id = models.CharField(max_length=64, default="")
    causal_id = models.CharField(max_length=64, default="")
    # {"actor": label id, "ref": label id, "person:7": label id, …}
    labels = CanonicalJSONField(default=dict)
    label_hash = models.CharField(max_length=HASH_LENGTH, default="")

    class Meta:
        indexes = [
            models.Index(fields=["ref_kind", "ref_id", "id"], name="audit_record_ref"),
            models.Index(fields=["actor_kind", "actor_id", "id"], name="audit_record_actor"),
            models.Index(fields=["verb", "id"], name="audit_record_verb"),
            models.Index(fields=["ref_label", "id"], name="audit_record_label"),
            models.Index(fields=["at"], name="audit_record_at"),
        ]


class AuditLabel(models.Model):
    """A name of somebody or something, shared by the records that mention it.

    Erasing empties `text` and `salt` and keeps `digest`, which is all the chain knows.
    """

    subject_kind = models.CharField(max_length=40)
    subject_id = models.BigIntegerField()
    text = models.TextField()
    salt = models.CharField(max_length=32)
    digest = models.CharField(max_length=HASH_LENGTH)

    class Meta:
        indexes = [models.Index(fields=["subject_kind", "subject_id"], name="audit_label_subject")]

    @property
    def is_erased(self) -> bool:
        return not self.salt


class AuditSeal(models.Model):
    """One link of the chain: proves a record and everything sealed before it."""

    seq = models.BigIntegerField(primary_key=True)
    record = models.OneToOneField(AuditRecord, on_delete=models.DO_NOTHING, related_name="seal")
    previous = models.CharField(max_length=HASH_LENGTH)
    hash = models.CharField(max_length=HASH_LENGTH)


class AuditPending(models.Model):
    """Records that wait for their seal; a trigger adds them, the sealer takes them away."""

    record = models.OneToOneField(
        AuditRecord, on_delete=models.DO_NOTHING, primary_key=True, related_name="pending"
    )
