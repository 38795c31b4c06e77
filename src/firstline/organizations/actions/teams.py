"""Changes to teams."""

from collections.abc import Mapping

from firstline.audit.actions import record
from firstline.kit import input as typed
from firstline.kit.actor import Actor
from firstline.kit.errors import Conflict, InvalidInput
from firstline.kit.refs import Ref
from firstline.organizations.actions.recording import differences, refuse_taken, unique, values
from firstline.organizations.enums import Tier
from firstline.organizations.events import TeamChanged
from firstline.organizations.models import Organization, Team
from firstline.organizations.permissions import check_can_manage_settings
from firstline.outbox.actions import publish, transaction

_FIELDS = ("name", "tier", "email_address", "default")


def create_team(
    *,
    actor: Actor,
    name: str,
    tier: str = Tier.L1,
    email_address: str = "",
    default: bool = False,
    organization: Organization | None = None,
) -> Team:
    """Add a team of the provider; announces `team_changed`.

    The first team becomes the default one; a new default replaces the old. Raises
    `InvalidInput` for an empty or taken name or address, an unknown tier, or an
    organisation that does not give support.
    """
    check_can_manage_settings(actor)
    with unique("team_name_taken", field="name", name=name), transaction():
        owner = organization or Organization.objects.filter(is_provider=True).order_by("id").first()
        if owner is None or not owner.is_provider:
            raise InvalidInput("provider_needed", field="organization")
        team = Team(organization=owner)
        first = not Team.objects.filter(default=True).exists()
        _fill(team, name, tier, email_address, default=default or first)
        team.save(force_insert=True)
        _announce(actor, "organizations.team_created", team, None, values(team, *_FIELDS))
    return team


def update_team(*, actor: Actor, team: Team, name: str, tier: str, email_address: str, default: bool) -> None:
    """Change a team; making it the default takes that from the other.

    Raises `Conflict` when the only default team would stop being it or is archived.
    """
    check_can_manage_settings(actor)
    with unique("team_name_taken", field="name", name=name), transaction():
        if team.default and not default:
            raise Conflict("default_team_needed")
        if default and not team.is_active:
            raise Conflict("team_archived")
        before = values(team, *_FIELDS)
        _fill(team, name, tier, email_address, default=default)
        old, new = differences(before, values(team, *_FIELDS))
        if new:
            team.save(update_fields=_FIELDS)
            _announce(actor, "organizations.team_changed", team, old, new)


def archive_team(*, actor: Actor, team: Team) -> None:
    """Take a team out of use; its tickets and history stay. Raises `Conflict` for the default team."""
    check_can_manage_settings(actor)
    if team.default:
        raise Conflict("default_team_needed")
    _set_active(actor, team, is_active=False)


def restore_team(*, actor: Actor, team: Team) -> None:
    """Put an archived team into use again."""
    check_can_manage_settings(actor)
    _set_active(actor, team, is_active=True)


def _set_active(actor: Actor, team: Team, *, is_active: bool) -> None:
    with transaction():
        if Team.objects.filter(pk=team.pk, is_active=not is_active, default=False).update(
            is_active=is_active
        ):
            verb = "organizations.team_restored" if is_active else "organizations.team_archived"
            _announce(actor, verb, team, None, None)
    team.is_active = is_active


def _fill(team: Team, name: str, tier: str, email_address: str, *, default: bool) -> None:
    team.name = typed.line(name, field="name", required=True)
    if tier not in Tier.values:
        raise InvalidInput("tier_unknown", field="tier")
    team.tier = tier
    team.email_address = typed.email(email_address, field="email_address") if email_address.strip() else None
    others = Team.objects.exclude(pk=team.pk)
    refuse_taken(others.filter(name=team.name), "team_name_taken", field="name", name=team.name)
    if team.email_address:
        taken = others.filter(email_address=team.email_address)
        refuse_taken(taken, "team_email_taken", field="email_address", email=team.email_address)
    team.default = default
    if default:
        others.filter(default=True).update(default=False)


def _announce(actor: Actor, verb: str, team: Team, old: Mapping[str, object] | None, new: object) -> None:
    ref = Ref("team", team.pk, team.name)
    record(actor=actor, verb=verb, ref=ref, organization_id=team.organization_id, old=old, new=new)
    publish(TeamChanged(team.pk, is_renamed="name" in (old or {})), actor=actor)
