"""Changes to organisations."""

from collections.abc import Iterable

from firstline.audit.actions import record
from firstline.kit import input as typed
from firstline.kit.actor import Actor
from firstline.kit.errors import Conflict, InvalidInput
from firstline.kit.refs import Ref
from firstline.organizations.actions.recording import differences, refuse_taken, unique, values
from firstline.organizations.events import OrganizationChanged, OrganizationCreated
from firstline.organizations.models import Organization
from firstline.organizations.permissions import check_can_manage_settings
from firstline.outbox.actions import publish, transaction

_FIELDS = ("name", "domains", "default_language", "time_zone")
DOMAINS_MAX = 50


def create_organization(
    *,
    actor: Actor,
    name: str,
    domains: Iterable[str] = (),
    default_language: str = "en",
    time_zone: str = "UTC",
    is_provider: bool = False,
) -> Organization:
    """Add an organisation; announces `organization_created`.

    Raises `InvalidInput` for an empty or taken name, a domain that is none or belongs to
    another organisation, an unknown language or zone.
    """
    check_can_manage_settings(actor)
    with unique("organization_name_taken", field="name", name=name), transaction():
        return apply_create_organization(
            actor=actor,
            name=name,
            domains=domains,
            default_language=default_language,
            time_zone=time_zone,
            is_provider=is_provider,
        )


def apply_create_organization(
    *,
    actor: Actor,
    name: str,
    domains: Iterable[str] = (),
    default_language: str = "en",
    time_zone: str = "UTC",
    is_provider: bool = False,
) -> Organization:
    """As `create_organization`, inside the caller's transaction and without a permission check."""
    organization = Organization(is_provider=is_provider)
    _fill(organization, name, domains, default_language, time_zone)
    organization.save(force_insert=True)
    new = values(organization, *_FIELDS) | {"is_provider": is_provider}
    _record(actor, "organizations.organization_created", organization, None, new)
    publish(OrganizationCreated(organization.pk), actor=actor)
    return organization


def update_organization(
    *,
    actor: Actor,
    organization: Organization,
    name: str,
    domains: Iterable[str],
    default_language: str,
    time_zone: str,
) -> None:
    """Change an organisation's details; announces `organization_changed` when something differs."""
    check_can_manage_settings(actor)
    with unique("organization_name_taken", field="name", name=name), transaction():
        before = values(organization, *_FIELDS)
        _fill(organization, name, domains, default_language, time_zone)
        old, new = differences(before, values(organization, *_FIELDS))
        if new:
            organization.save(update_fields=_FIELDS)
            _record(actor, "organizations.organization_changed", organization, old, new)
            publish(OrganizationChanged(organization.pk, is_renamed="name" in old), actor=actor)


def archive_organization(*, actor: Actor, organization: Organization) -> None:
    """Close an organisation: its people can no longer sign in; nothing is deleted.

    Raises `Conflict` for the provider.
    """
    check_can_manage_settings(actor)
    if organization.is_provider:
        raise Conflict("organization_is_provider")
    _set_active(actor, organization, is_active=False)


def restore_organization(*, actor: Actor, organization: Organization) -> None:
    """Open an archived organisation again."""
    check_can_manage_settings(actor)
    _set_active(actor, organization, is_active=True)


def _set_active(actor: Actor, organization: Organization, *, is_active: bool) -> None:
    with transaction():
        rows = Organization.objects.filter(pk=organization.pk, is_active=not is_active)
        if rows.update(is_active=is_active):
            verb = (
                "organizations.organization_restored" if is_active else "organizations.organization_archived"
            )
            _record(actor, verb, organization, None, None)
            publish(OrganizationChanged(organization.pk), actor=actor)
    organization.is_active = is_active


def _fill(
    organization: Organization, name: str, domains: Iterable[str], default_language: str, time_zone: str
) -> None:
    organization.name = typed.line(name, field="name", required=True)
    others = Organization.objects.exclude(pk=organization.pk)
    refuse_taken(
        others.filter(name=organization.name), "organization_name_taken", field="name", name=organization.name
    )
    organization.domains = sorted({typed.domain(domain) for domain in domains})
    if len(organization.domains) > DOMAINS_MAX:
        raise InvalidInput("too_many_domains", field="domains", limit=DOMAINS_MAX)
    taken = {domain for known in others.values_list("domains", flat=True) for domain in known}
    for domain in organization.domains:
        if domain in taken:
            raise InvalidInput("domain_taken", field="domains", domain=domain)
    organization.default_language = typed.language(default_language, field="default_language")
    organization.time_zone = typed.time_zone(time_zone)


def _record(actor: Actor, verb: str, organization: Organization, old: object, new: object) -> None:
    record(
        actor=actor,
        verb=verb,
        ref=Ref("organization", organization.pk, organization.name),
        organization_id=organization.pk,
        old=old,
        new=new,
    )
