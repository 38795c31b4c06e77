"""The demonstration's organisation, people, services and devices."""

from dataclasses import dataclass, field
from datetime import timedelta

from django.db import transaction

from firstline.accounts.models import Person, PersonSkill, Role, RoleGrant, Skill, TeamMembership
from firstline.demo import content as told
from firstline.devices.models import Device
from firstline.kit import clock
from firstline.organizations.models import Department, Installation, Organization, Service, Site, Team
from firstline.search.actions import touch
from firstline.servicelevels.models import Calendar


@dataclass(slots=True)
class Built:
    """What was made, by the content's own names."""

    organizations: dict[str, Organization] = field(default_factory=dict)
    sites: dict[str, Site] = field(default_factory=dict)
    departments: dict[str, Department] = field(default_factory=dict)
    teams: dict[str, Team] = field(default_factory=dict)
    services: dict[str, Service] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)
    devices: dict[str, Device] = field(default_factory=dict)


def build(content: told.Content, password_hash: str) -> Built:
    """Write everything in one transaction."""
    built = Built()
    with transaction.atomic():
        _places(content, built)
        _teams(content, built)
        _people(content, built, password_hash)
        _devices(content, built)
        touch(kind="person", object_ids=[each.pk for each in built.people.values()])
        touch(kind="device", object_ids=[each.pk for each in built.devices.values()])
        Installation.objects.update_or_create(
            pk=1,
            defaults={
                "name": "Alder IT",
                "default_language": "en",
                "time_zone": "Europe/Berlin",
                "is_set_up": True,
                "is_demo": True,
            },
        )
    return built


def _places(content: told.Content, built: Built) -> None:
    for row in content.organizations:
        built.organizations[row.code] = Organization.objects.create(
            name=row.name,
            is_provider=row.is_provider,
            domains=list(row.domains),
            default_language=row.default_language,
            time_zone=row.time_zone,
        )
    for site in content.sites:
        built.sites[site.code] = Site.objects.create(
            organization=built.organizations[site.organization], name=site.name, address=site.address
        )
    for department in content.departments:
        built.departments[department.code] = Department.objects.create(
            organization=built.organizations[department.organization], name=department.name
        )


def _teams(content: told.Content, built: Built) -> None:
    provider = next(built.organizations[row.code] for row in content.organizations if row.is_provider)
    for row in content.teams:
        built.teams[row.code] = Team.objects.create(
            organization=provider,
            name=row.name,
            tier=row.tier,
            email_address=row.email,
            default=row.is_default,
        )
    for service in content.services:
        built.services[service.code] = Service.objects.create(
            name=service.name,
            name_zh=service.name_zh,
            criticality=service.criticality,
            owner_team=built.teams[service.owner_team],
            keywords=list(service.keywords),
        )
    _calendars()


def _calendars() -> None:
    """Hamburg's office hours for everybody; teams have none of their own, so that somebody is always on
    shift, whatever the hour at which the demonstration is looked at."""
    Calendar.objects.filter(is_default=True).update(zone="Europe/Berlin")


def _people(content: told.Content, built: Built, password_hash: str) -> None:
    roles = {role.code: role for role in Role.objects.all()}
    skills: dict[str, Skill] = {}
    for row in content.people:
        person = Person.objects.create(
            email=row.email.lower(),
            name=row.name,
            organization=built.organizations[row.organization],
            site=built.sites[row.site] if row.site else None,
            department=built.departments[row.department] if row.department else None,
            job_title=row.job_title,
            phone=row.phone,
            language=row.language,
            time_zone=row.time_zone,
            is_vip=row.is_vip,
            password=password_hash,
        )
        built.people[row.email] = person
        codes = {"requester", *row.roles}
        RoleGrant.objects.bulk_create(RoleGrant(person=person, role=roles[code]) for code in sorted(codes))
        TeamMembership.objects.bulk_create(
            TeamMembership(person=person, team=built.teams[code], is_lead=code in row.leads)
            for code in dict.fromkeys((*row.teams, *row.leads))
        )
        for name, level in row.skills:
            if name not in skills:
                skills[name] = Skill.objects.create(name=name)
            PersonSkill.objects.create(person=person, skill=skills[name], level=level)


def _devices(content: told.Content, built: Built) -> None:
    now = clock.now()
    for row in content.devices:
        built.devices[row.hostname] = Device.objects.create(
            organization=built.organizations[row.organization],
            owner=built.people[row.owner] if row.owner else None,
            hostname=row.hostname,
            serial=row.serial,
            model=row.model,
            os_name=row.os,
            os_version=row.os_version,
            facts={"kind": row.kind, "site": row.site or ""},
            created_at=now - timedelta(days=300),
        )
