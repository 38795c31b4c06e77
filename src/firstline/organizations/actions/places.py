"""Changes to an organisation's sites and departments."""

from firstline.audit.actions import record
from firstline.kit import input as typed
from firstline.kit.actor import Actor
from firstline.kit.refs import Ref
from firstline.organizations.actions.recording import differences, refuse_taken, unique, values
from firstline.organizations.events import OrganizationChanged
from firstline.organizations.models import Department, Organization, Site
from firstline.organizations.permissions import check_can_manage_places
from firstline.outbox.actions import publish, transaction


def add_site(*, actor: Actor, organization: Organization, name: str, address: str = "") -> Site:
    """Add a place of work. Raises `InvalidInput` for an empty or taken name."""
    check_can_manage_places(actor, organization)
    site = Site(organization=organization)
    with unique("site_name_taken", field="name", name=name), transaction():
        _fill_site(site, name, address)
        site.save(force_insert=True)
        _announce(actor, "organizations.site_added", site, None, values(site, "name", "address"))
    return site


def update_site(*, actor: Actor, site: Site, name: str, address: str) -> None:
    """Change a site's name or address."""
    check_can_manage_places(actor, site.organization)
    with unique("site_name_taken", field="name", name=name), transaction():
        before = values(site, "name", "address")
        _fill_site(site, name, address)
        old, new = differences(before, values(site, "name", "address"))
        if new:
            site.save(update_fields=["name", "address"])
            _announce(actor, "organizations.site_changed", site, old, new)


def remove_site(*, actor: Actor, site: Site) -> None:
    """Remove a site; its people stay, without a site."""
    check_can_manage_places(actor, site.organization)
    with transaction():
        _announce(actor, "organizations.site_removed", site, values(site, "name", "address"), None)
        site.delete()


def add_department(*, actor: Actor, organization: Organization, name: str) -> Department:
    """Add a department. Raises `InvalidInput` for an empty or taken name."""
    check_can_manage_places(actor, organization)
    department = Department(organization=organization)
    with unique("department_name_taken", field="name", name=name), transaction():
        _fill_department(department, name)
        department.save(force_insert=True)
        _announce(actor, "organizations.department_added", department, None, values(department, "name"))
    return department


def rename_department(*, actor: Actor, department: Department, name: str) -> None:
    """Change a department's name."""
    check_can_manage_places(actor, department.organization)
    with unique("department_name_taken", field="name", name=name), transaction():
        before = values(department, "name")
        _fill_department(department, name)
        old, new = differences(before, values(department, "name"))
        if new:
            department.save(update_fields=["name"])
            _announce(actor, "organizations.department_renamed", department, old, new)


def remove_department(*, actor: Actor, department: Department) -> None:
    """Remove a department; its people stay, without a department."""
    check_can_manage_places(actor, department.organization)
    with transaction():
        _announce(actor, "organizations.department_removed", department, values(department, "name"), None)
        department.delete()


def _fill_site(site: Site, name: str, address: str) -> None:
    site.name = typed.line(name, field="name", required=True)
    site.address = typed.line(address, field="address", limit=500)
    others = Site.objects.filter(organization=site.organization, name=site.name).exclude(pk=site.pk)
    refuse_taken(others, "site_name_taken", field="name", name=site.name)


def _fill_department(department: Department, name: str) -> None:
    department.name = typed.line(name, field="name", required=True)
    others = Department.objects.filter(organization=department.organization, name=department.name)
    refuse_taken(
        others.exclude(pk=department.pk), "department_name_taken", field="name", name=department.name
    )


def _announce(actor: Actor, verb: str, place: Site | Department, old: object, new: object) -> None:
    kind = "site" if isinstance(place, Site) else "department"
    record(
        actor=actor,
        verb=verb,
        ref=Ref(kind, place.pk, place.name),
        organization_id=place.organization_id,
        old=old,
        new=new,
    )
    publish(OrganizationChanged(place.organization_id), actor=actor)
