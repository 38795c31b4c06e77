"""Changes to what people may do: roles, teams, skills."""

from collections.abc import Iterable, Mapping

from django.utils.text import slugify

from firstline.accounts.actions.recording import (
    announce,
    keep_an_administrator,
    renew_permissions,
    renew_permissions_of,
)
from firstline.accounts.enums import EVERYTHING, SKILLS_MAX, RoleCode
from firstline.accounts.events import PersonAccessChanged, RoleChanged
from firstline.accounts.models import Person, PersonSkill, Role, RoleGrant, Skill, TeamMembership
from firstline.accounts.permissions import (
    PERMISSIONS,
    check_can_grant,
    check_can_manage_person,
    check_can_manage_roles,
)
from firstline.accounts.queries import expand, held_permissions, role_by_code
from firstline.audit.actions import record
from firstline.kit import input as typed
from firstline.kit.actor import Actor
from firstline.kit.errors import Conflict, InvalidInput
from firstline.kit.ids import token
from firstline.kit.refs import Ref
from firstline.organizations.models import Team
from firstline.outbox.actions import publish, transaction


def set_roles(*, actor: Actor, person: Person, roles: Iterable[str]) -> None:
    """Make the roles with these codes the person's roles; announces `person_access_changed`.

    Raises `NotAllowed` for a role with permissions that the actor lacks, `Conflict` when the
    last administrator would stop being one.
    """
    check_can_manage_person(actor, person, held_permissions(person))
    with transaction():
        wanted = {role.code: role for role in map(role_by_code, roles)}
        held = {grant.role.code: grant for grant in person.role_grants.select_related("role")}
        added = [role for code, role in wanted.items() if code not in held]
        removed = [grant for code, grant in held.items() if code not in wanted]
        for role in added:
            check_can_grant(actor, expand(role.permissions))
        if any(grant.role.code == RoleCode.ADMINISTRATOR for grant in removed):
            keep_an_administrator(person)
        if not added and not removed:
            return
        RoleGrant.objects.filter(pk__in=[grant.pk for grant in removed]).delete()
        RoleGrant.objects.bulk_create(RoleGrant(person=person, role=role) for role in added)
        _access_changed(actor, "accounts.roles_changed", person, sorted(held), sorted(wanted))


def set_teams(*, actor: Actor, person: Person, teams: Mapping[int, bool]) -> None:
    """Make these the person's teams; the value says whether they lead it. Announces `person_access_changed`.

    Raises `InvalidInput` for an unknown or archived team, or someone who is not of the provider.
    """
    check_can_manage_person(actor, person, held_permissions(person))
    if teams and not person.organization.is_provider:
        raise InvalidInput("team_needs_provider_person", field="teams")
    with transaction():
        held = dict(person.team_memberships.values_list("team_id", "is_lead"))
        if held == dict(teams):
            return
        known = set(Team.objects.filter(pk__in=teams, is_active=True).values_list("pk", flat=True))
        if not set(teams) <= known | set(held):
            raise InvalidInput("team_unknown", field="teams")
        person.team_memberships.exclude(team_id__in=teams).delete()
        for team_id, is_lead in teams.items():
            TeamMembership.objects.update_or_create(
                person=person, team_id=team_id, defaults={"is_lead": is_lead}
            )
        _access_changed(actor, "accounts.teams_changed", person, _keyed(held), _keyed(teams))


def set_skills(*, actor: Actor, person: Person, skills: Mapping[str, int]) -> None:
    """Make these the person's skills, by name with a level from 1 to 5; unknown names become skills.

    Announces `person_access_changed`.
    """
    check_can_manage_person(actor, person, held_permissions(person))
    wanted = _clean_skills(skills)
    with transaction():
        held = dict(person.skills.values_list("skill__name", "level"))
        if held == wanted:
            return
        person.skills.exclude(skill__name__in=wanted).delete()
        for name, level in wanted.items():
            skill = Skill.objects.filter(name__iexact=name).first() or Skill.objects.create(name=name)
            PersonSkill.objects.update_or_create(person=person, skill=skill, defaults={"level": level})
        _access_changed(actor, "accounts.skills_changed", person, held, wanted)


def create_role(*, actor: Actor, label: str, permissions: Iterable[str]) -> Role:
    """Add a role of one's own; announces `role_changed`. Nobody puts in what they do not hold."""
    check_can_manage_roles(actor)
    name = typed.line(label, field="label", required=True)
    chosen = _clean_permissions(permissions)
    check_can_grant(actor, frozenset(chosen))
    with transaction():
        if Role.objects.filter(label__iexact=name).exists():
            raise InvalidInput("role_name_taken", field="label", name=name)
        code = slugify(name)[:50]
        if not code or Role.objects.filter(code=code).exists():
            code = f"{code or 'role'}-{token(4).lower()}"
        role = Role.objects.create(code=code, label=name, permissions=chosen)
        _role_changed(actor, "accounts.role_created", role, None, chosen)
    return role


def set_role_permissions(*, actor: Actor, role: Role, permissions: Iterable[str]) -> None:
    """Change what a role allows; everyone who holds it is affected at once. Announces `role_changed`.

    Raises `NotAllowed` when a permission is added or removed that the actor lacks,
    `Conflict` for the administrator role, which always holds everything.
    """
    check_can_manage_roles(actor)
    if role.code == RoleCode.ADMINISTRATOR:
        raise Conflict("administrator_role_fixed")
    old = sorted(role.permissions)
    chosen = _clean_permissions(permissions, kept=old)
    with transaction():
        if old == chosen:
            return
        check_can_grant(actor, frozenset(old) ^ frozenset(chosen))
        role.permissions = chosen
        role.save(update_fields=["permissions"])
        renew_permissions(role.grants.values_list("person_id", flat=True))
        _role_changed(actor, "accounts.role_changed", role, old, chosen)


def delete_role(*, actor: Actor, role: Role) -> None:
    """Remove a role of one's own that nobody holds; announces `role_changed`."""
    check_can_manage_roles(actor)
    if role.is_built_in:
        raise Conflict("role_is_built_in")
    with transaction():
        if role.grants.exists():
            raise Conflict("role_in_use")
        _role_changed(actor, "accounts.role_deleted", role, sorted(role.permissions), None)
        role.delete()


def _access_changed(actor: Actor, verb: str, person: Person, old: object, new: object) -> None:
    renew_permissions_of(person)
    announce(actor, verb, person, PersonAccessChanged(person.pk), old=old, new=new)


def _role_changed(actor: Actor, verb: str, role: Role, old: object, new: object) -> None:
    record(actor=actor, verb=verb, ref=Ref("role", role.pk, role.label or role.code), old=old, new=new)
    publish(RoleChanged(role.pk), actor=actor)


def _clean_skills(skills: Mapping[str, int]) -> dict[str, int]:
    wanted: dict[str, int] = {}
    for name, level in skills.items():
        if level not in range(1, 6):
            raise InvalidInput("skill_level_unknown", field="skills")
        wanted[typed.line(name, field="skills", limit=100, required=True)] = level
    if len(wanted) > SKILLS_MAX:
        raise InvalidInput("too_many_skills", field="skills", limit=SKILLS_MAX)
    return wanted


def _clean_permissions(permissions: Iterable[str], *, kept: Iterable[str] = ()) -> list[str]:
    chosen = sorted(set(permissions))
    known = PERMISSIONS.keys() | set(kept)
    for name in chosen:
        if name not in known or name == EVERYTHING:
            raise InvalidInput("permission_unknown", field="permissions", permission=name[:100])
    return chosen


def _keyed(teams: Mapping[int, bool]) -> dict[str, bool]:
    return {str(team_id): teams[team_id] for team_id in sorted(teams)}
