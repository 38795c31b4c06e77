"""Tables of people, roles, skills, memberships, and of everything with which a person proves who they are."""

import secrets

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from firstline.accounts.enums import Theme
from firstline.kit import clock
from firstline.organizations.enums import Language
from firstline.organizations.models import Department, Organization, Site, Team


def new_version() -> int:
    """A start for `permissions_version` that no earlier row of the same id had."""
    return secrets.randbits(60)


class PersonManager(BaseUserManager["Person"]):
    """Finds people; the organisation comes along because every request needs it."""

    def get_queryset(self) -> models.QuerySet["Person"]:
        return super().get_queryset().select_related("organization")

    def get_by_natural_key(self, username: str | None) -> "Person":
        return self.get(email=(username or "").lower())


class Person(AbstractBaseUser):
    """Someone who asks for support, gives it, or both.

    `permissions_version` changes with anything that changes what the person may do or
    which of their sessions stand, so that processes can keep what they computed.
    """

    email = models.EmailField(unique=True, null=True, blank=True)
    name = models.CharField(max_length=200)
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="people")
    site = models.ForeignKey(Site, models.SET_NULL, null=True, blank=True, related_name="people")
    department = models.ForeignKey(Department, models.SET_NULL, null=True, blank=True, related_name="people")
    job_title = models.CharField(max_length=200, blank=True)
    phone = models.CharField(max_length=50, blank=True)
    language = models.CharField(max_length=10, choices=Language, default=Language.ENGLISH)
    time_zone = models.CharField(max_length=64, default="UTC")
    theme = models.CharField(max_length=10, choices=Theme, default=Theme.SYSTEM)
    is_vip = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    erased_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=clock.now)
    permissions_version = models.BigIntegerField(default=new_version)

    roles: "models.ManyToManyField[Role, RoleGrant]" = models.ManyToManyField(
        "Role", through="RoleGrant", related_name="people"
    )
    teams: "models.ManyToManyField[Team, TeamMembership]" = models.ManyToManyField(
        Team, through="TeamMembership", related_name="people"
    )

    objects = PersonManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        base_manager_name = "objects"
        ordering = ["name", "id"]
        indexes = [
            models.Index(fields=["organization", "name"], name="person_by_organization"),
            models.Index(fields=["name"], name="person_by_name"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(email__isnull=True) | (Q(email=Lower("email")) & ~Q(email="")),
                name="person_email_lowercase",
            ),
            models.CheckConstraint(
                condition=Q(erased_at__isnull=True) | Q(is_active=False, email__isnull=True),
                name="person_erased_is_gone",
            ),
        ]


class Erasure(models.Model):
    """An erased person: what was removed where, until every part of the product has said so.

    `traces` is by what the parts find them in texts (name, address, telephone); emptied with the last part.
    `results` holds figures per part: {"mail": {"received": 3}}; `done` the parts that have finished.
    """

    person = models.OneToOneField(Person, models.CASCADE, related_name="erasure")
    asked_by_id = models.BigIntegerField(null=True)
    asked_at = models.DateTimeField(default=clock.now)
    traces = models.JSONField(default=dict)
    results = models.JSONField(default=dict)
    done = models.JSONField(default=list)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(finished_at__isnull=True) | Q(traces={}), name="erasure_finished_knows_nothing"
            )
        ]


class Role(models.Model):
    """A named set of permissions, held as data; built-in ones have a translated name, `label` empty."""

    code = models.SlugField(max_length=60, unique=True)
    label = models.CharField(max_length=200, blank=True)
    permissions = models.JSONField(default=list)
    is_built_in = models.BooleanField(default=False)

    class Meta:
        ordering = ["id"]


class RoleGrant(models.Model):
    """A person holds a role."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="role_grants")
    role = models.ForeignKey(Role, models.CASCADE, related_name="grants")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "role"], name="role_granted_once")]


class TeamMembership(models.Model):
    """A person works in a team, perhaps leads it."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="team_memberships")
    team = models.ForeignKey(Team, models.CASCADE, related_name="memberships")
    is_lead = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "team"], name="team_member_once")]


class Skill(models.Model):
    """Something a technician can be good at; assignment asks for it."""

    name = models.CharField(max_length=100, unique=True)

    class Meta:
        ordering = ["name"]


class PersonSkill(models.Model):
    """How well a person masters a skill, from 1 (beginner) to 5 (expert)."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="skills")
    skill = models.ForeignKey(Skill, models.CASCADE, related_name="people")
    level = models.PositiveSmallIntegerField(default=3)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "skill"], name="skill_once"),
            models.CheckConstraint(condition=Q(level__range=(1, 5)), name="skill_level_known"),
        ]


class SignInSession(models.Model):
    """A signed-in browser, so that its owner can end it; a session without a standing row is refused."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="sign_in_sessions")
    session_key = models.CharField(max_length=40, unique=True)
    ip_address = models.CharField(max_length=45, blank=True)
    user_agent = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(default=clock.now)
    last_seen_at = models.DateTimeField(default=clock.now)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-last_seen_at"]
        indexes = [models.Index(fields=["person", "ended_at"], name="session_by_person")]


class ApiToken(models.Model):
    """A secret for programs that act as a person; only its hash is stored."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=200)
    prefix = models.CharField(max_length=12)
    secret_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at"]


class Invitation(models.Model):
    """A signed link by mail for the first password; the row says whether it still counts."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="invitations")
    created_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)


class SetupLink(models.Model):
    """A one-time local link that lets the first administrator in."""

    secret_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
