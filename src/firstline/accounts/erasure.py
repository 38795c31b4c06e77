"""What accounts, files and the trail hold of a person, for the page that erases them."""

from django.utils.translation import gettext_lazy as _

from firstline.accounts.models import Person
from firstline.accounts.queries import ErasurePart
from firstline.audit.models import AuditLabel
from firstline.kit.traces import Traces


def _survey(traces: Traces) -> dict[str, int]:
    person = Person.objects.get(pk=traces.person_id)
    labels = AuditLabel.objects.filter(subject_kind="person", subject_id=person.pk).exclude(salt="")
    return {
        "access": person.role_grants.count() + person.team_memberships.count() + person.skills.count(),
        "sign_ins": person.sign_in_sessions.count() + person.invitations.count(),
        "tokens": person.api_tokens.count(),
        "labels": labels.count(),
    }


PART = ErasurePart(
    name="accounts",
    label=_("Account and audit trail"),
    counts={
        "access": _("roles, teams and skills"),
        "sign_ins": _("sign-ins and invitations"),
        "tokens": _("API tokens"),
        "labels": _("names and reasons in the audit trail"),
        "files": _("files uploaded and not yet sent"),
        "mentions": _("files of others, in whose name or words the person was named"),
    },
    survey=_survey,
)
