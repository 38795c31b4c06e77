"""Public edits of policies: who is promised what; each is audited, and open clocks follow by a job."""

from collections.abc import Mapping

from django.db.models import Max

from firstline.audit.actions import record
from firstline.kit.actor import Actor
from firstline.kit.errors import Conflict, InvalidInput, NotFound
from firstline.kit.refs import Ref
from firstline.kit.text import clean_line
from firstline.organizations.models import Organization
from firstline.servicelevels.actions.calendars import get_calendar, rules_edit
from firstline.servicelevels.models import Policy, Target

SECONDS_MIN, SECONDS_MAX = 60, 1000 * 3600
Targets = Mapping[tuple[int, str], int]


def create_policy(*, actor: Actor, organization_id: int) -> Policy:
    """A policy of one organisation's own, with the targets of the policy for everybody to start from.

    Raises InvalidInput where the organisation has one already.
    """
    with rules_edit(actor):
        organization = Organization.objects.filter(pk=organization_id).first()
        if organization is None:
            raise NotFound("organization_not_found")
        if Policy.objects.filter(organization=organization).exists():
            raise InvalidInput("policy_organization_taken", field="organization")
        everybody = Policy.objects.get(organization=None)
        highest = Policy.objects.exclude(organization=None).aggregate(found=Max("position"))["found"] or 0
        policy = Policy.objects.create(
            name=organization.name[:120], organization=organization, position=highest + 1
        )
        Target.objects.bulk_create(
            Target(policy=policy, priority=target.priority, metric=target.metric, seconds=target.seconds)
            for target in everybody.targets.all()
        )
        _record(actor, "servicelevels.policy_created", policy, new=_content(policy))
        return policy


def change_policy(
    *, actor: Actor, policy_id: int, name: str, calendar_id: int | None, targets: Targets
) -> Policy:
    """Change name, calendar and targets (working seconds by priority and metric; those not named stay).

    Open clocks take the new targets over with their age and pauses, by a job. Raises InvalidInput.
    """
    with rules_edit(actor):
        policy = _get_policy(policy_id)
        old = _content(policy)
        policy.name = clean_line(name, 120)
        if not policy.name:
            raise InvalidInput("policy_name_missing", field="name")
        policy.calendar = get_calendar(calendar_id) if calendar_id is not None else None
        policy.save()
        for (priority, metric), seconds in targets.items():
            if not SECONDS_MIN <= seconds <= SECONDS_MAX:
                raise InvalidInput("target_out_of_range", field=f"{metric}_{priority}")
            Target.objects.filter(policy=policy, priority=priority, metric=metric).update(seconds=seconds)
        _record(actor, "servicelevels.policy_changed", policy, old=old, new=_content(policy))
        return policy


def delete_policy(*, actor: Actor, policy_id: int) -> None:
    """Put an organisation back under the policy for everybody. Raises Conflict for that policy itself."""
    with rules_edit(actor):
        policy = _get_policy(policy_id)
        if policy.organization_id is None:
            raise Conflict("policy_default_kept")
        _record(actor, "servicelevels.policy_deleted", policy, old=_content(policy))
        policy.delete()


def _get_policy(policy_id: int) -> Policy:
    policy = Policy.objects.select_for_update(of=["self"]).filter(pk=policy_id).first()
    if policy is None:
        raise NotFound("policy_unknown")
    return policy


def _content(policy: Policy) -> dict[str, object]:
    return {
        "name": policy.name,
        "calendar_id": policy.calendar_id,
        "targets": {
            f"P{target.priority} {target.metric}": target.seconds
            for target in Target.objects.filter(policy=policy)
        },
    }


def _record(actor: Actor, verb: str, policy: Policy, *, old: object = None, new: object = None) -> None:
    record(
        actor=actor,
        verb=verb,
        ref=Ref("service_policy", policy.pk, policy.name),
        organization_id=policy.organization_id,
        old=old,
        new=new,
    )
