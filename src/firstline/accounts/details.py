"""What may be said about a person, by a form, a file or another program."""

from dataclasses import dataclass

from firstline.organizations.models import Department, Organization, Site


@dataclass(frozen=True, slots=True)
class PersonDetails:
    """Everything that a form, a file or another program may say; empty means default or none."""

    name: str
    organization: Organization
    email: str = ""
    site: Site | None = None
    department: Department | None = None
    job_title: str = ""
    phone: str = ""
    language: str = ""
    time_zone: str = ""
    is_vip: bool = False
