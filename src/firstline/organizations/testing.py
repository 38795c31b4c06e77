"""Organisations and teams for tests of any slice, without ceremony."""

from typing import Any

from firstline.organizations.models import Organization, Team


def make_organization(
    name: str = "Northwind Support", *, is_provider: bool = False, **fields: Any
) -> Organization:
    """A saved organisation; the same name returns the same row."""
    return Organization.objects.get_or_create(name=name, defaults={"is_provider": is_provider, **fields})[0]


def make_team(name: str = "Service desk", *, tier: str = "L1", **fields: Any) -> Team:
    """A saved team of the provider; the same name returns the same row."""
    if "organization" not in fields:
        fields["organization"] = make_organization(is_provider=True)
    return Team.objects.get_or_create(name=name, defaults={"tier": tier, **fields})[0]
