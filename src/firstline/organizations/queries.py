"""Reads of organisations, teams, services and the installation."""

from firstline.organizations.models import Installation, Organization, Team


def installation() -> Installation:
    """The installation; its defaults before the first migrate wrote the row."""
    return Installation.objects.first() or Installation()


def provider() -> Organization | None:
    """The organisation that gives support; None before set-up."""
    return Organization.objects.filter(is_provider=True).order_by("id").first()


def default_team() -> Team | None:
    """The team that gets what no rule sends elsewhere; None before set-up."""
    return Team.objects.filter(default=True).first()


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
