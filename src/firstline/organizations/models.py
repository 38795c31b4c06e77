"""Tables of organisations, sites, departments, teams, services and the one installation."""

from django.db import models
from django.db.models import Q

from firstline.kit import clock
from firstline.organizations.enums import API_REQUESTS_PER_MINUTE, Criticality, Language, Tier


class Organization(models.Model):
    """A customer, or the provider itself; everything a person sees is filtered by it."""

    name = models.CharField(max_length=200, unique=True)
    is_provider = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    domains = models.JSONField(default=list, blank=True)
    default_language = models.CharField(max_length=10, choices=Language, default=Language.ENGLISH)
    time_zone = models.CharField(max_length=64, default="UTC")
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["name"]


class Site(models.Model):
    """A place where people of an organisation work."""

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="sites")
    name = models.CharField(max_length=200)
    address = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["organization", "name"], name="site_name_once")]


class Department(models.Model):
    """A part of an organisation by function."""

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="departments")
    name = models.CharField(max_length=200)

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["organization", "name"], name="department_name_once")]


class Team(models.Model):
    """People of the provider who share a queue, at one tier; the default team gets what nobody else takes."""

    organization = models.ForeignKey(Organization, models.PROTECT, related_name="teams")
    name = models.CharField(max_length=200, unique=True)
    tier = models.CharField(max_length=2, choices=Tier, default=Tier.L1)
    email_address = models.EmailField(null=True, blank=True, unique=True)
    default = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["tier", "name"]
        constraints = [
            models.UniqueConstraint(fields=["default"], condition=Q(default=True), name="team_default_once"),
            models.CheckConstraint(condition=Q(tier__in=Tier.values), name="team_tier_known"),
            models.CheckConstraint(
                condition=Q(default=False) | Q(is_active=True), name="team_default_active"
            ),
        ]


class Service(models.Model):
    """Something people use (e-mail, VPN, ERP), with the team that answers for it."""

    name = models.CharField(max_length=200, unique=True)
    name_zh = models.CharField(max_length=200, blank=True)
    criticality = models.PositiveSmallIntegerField(choices=Criticality, default=Criticality.MEDIUM)
    owner_team = models.ForeignKey(Team, models.SET_NULL, null=True, blank=True, related_name="services")
    keywords = models.JSONField(default=list, blank=True)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(condition=Q(criticality__range=(1, 4)), name="service_criticality_known"),
        ]

    def label_in(self, language: str) -> str:
        """The service's name for a reader of `language`."""
        return self.name_zh if language == Language.CHINESE and self.name_zh else self.name


class Installation(models.Model):
    """This installation; exactly one row, kept by a constraint."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    name = models.CharField(max_length=200, default="Firstline")
    public_url = models.CharField(max_length=300, blank=True)
    default_language = models.CharField(max_length=10, choices=Language, default=Language.ENGLISH)
    time_zone = models.CharField(max_length=64, default="UTC")
    is_set_up = models.BooleanField(default=False)
    setup_steps = models.JSONField(default=list, blank=True)
    is_demo = models.BooleanField(default=False)
    api_requests_per_minute = models.PositiveIntegerField(default=API_REQUESTS_PER_MINUTE)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="installation_single")]
