"""Reads of organisations, teams, services and the installation."""

from django.db.models import Count

from firstline.kit.actor import Actor
from firstline.kit.errors import NotFound
from firstline.kit.prepared import Prepared
from firstline.organizations.enums import API_REQUESTS_PER_MINUTE
from firstline.organizations.models import Department, Installation, Organization, Service, Site, Team
from firstline.organizations.permissions import can_see


def installation() -> Installation:
    """The installation; its defaults before the first migrate wrote the row."""
    return Installation.objects.first() or Installation()


def api_requests_per_minute() -> int:
    """How many requests one API token may send in a minute; read at every request, so by prepared SQL."""
    row = _installations.first()
    return row.api_requests_per_minute if row is not None else API_REQUESTS_PER_MINUTE


_installations = Prepared(lambda: Installation.objects.all()[:1])


def provider() -> Organization | None:
    """The organisation that gives support; None before set-up."""
    return Organization.objects.filter(is_provider=True).order_by("id").first()


def default_team() -> Team | None:
    """The team that gets what no rule sends elsewhere; None before set-up."""
    return _default_teams.first()


_default_teams = Prepared(lambda: Team.objects.filter(default=True)[:1])


def organization_for_email(email: str) -> Organization | None:
    """The active organisation that owns the address's domain; a domain also covers its subdomains."""
    domain = email.rpartition("@")[2].lower().strip(".")
    owners = {
        owned: organization
        for organization in Organization.objects.filter(is_active=True)
        for owned in organization.domains
    }
    labels = domain.split(".")
    return next(
        (owner for start in range(len(labels)) if (owner := owners.get(".".join(labels[start:])))), None
    )


def organization_rows(actor: Actor) -> list[Organization]:
    """The organisations that the actor may see, with counts `site_count` and `department_count`."""
    rows = Organization.objects.order_by("-is_active", "-is_provider", "name")
    if not actor.is_provider:
        rows = rows.filter(pk=actor.organization_id or 0)
    counted = rows.annotate(
        site_count=Count("sites", distinct=True), department_count=Count("departments", distinct=True)
    )
    return list(counted)


def get_organization_for(actor: Actor, organization_id: int) -> Organization:
    """The organisation with this id; raises `NotFound` where the actor may not see it."""
    found = Organization.objects.filter(pk=organization_id).first()
    if found is None or not can_see(actor, found.pk):
        raise NotFound("organization_not_found")
    return found


def get_site_for(actor: Actor, site_id: int) -> Site:
    """The site with this id; raises `NotFound` where the actor may not see its organisation."""
    found = Site.objects.select_related("organization").filter(pk=site_id).first()
    if found is None or not can_see(actor, found.organization_id):
        raise NotFound("place_not_found")
    return found


def get_department_for(actor: Actor, department_id: int) -> Department:
    """The department with this id; raises `NotFound` where the actor may not see its organisation."""
    found = Department.objects.select_related("organization").filter(pk=department_id).first()
    if found is None or not can_see(actor, found.organization_id):
        raise NotFound("place_not_found")
    return found


def services(*, archived: bool = False) -> list[Service]:
    """Services in use, or the archived ones, most critical first."""
    found = Service.objects.filter(is_active=not archived).select_related("owner_team")
    return list(found.order_by("criticality", "name"))


def get_service(service_id: int) -> Service:
    """The service with this id; raises `NotFound`."""
    found = Service.objects.filter(pk=service_id).first()
    if found is None:
        raise NotFound("service_not_found")
    return found
