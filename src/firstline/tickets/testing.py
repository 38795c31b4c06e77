"""Tickets and the fixed cast for tests of any slice."""

from dataclasses import dataclass
from typing import Any

from firstline.accounts.models import Person
from firstline.accounts.queries import actor_for
from firstline.accounts.testing import make_person
from firstline.kit.actor import Actor
from firstline.organizations.models import Organization, Team
from firstline.organizations.testing import make_organization, make_team
from firstline.tickets.actions import create_ticket
from firstline.tickets.models import Ticket


@dataclass(frozen=True, slots=True)
class Cast:
    """Two customers, two teams of the provider, and who works or asks there."""

    desk: Team
    network: Team
    contoso: Organization
    requester: Person
    colleague: Person
    stranger: Person
    technician: Person
    teammate: Person
    outsider: Person
    manager: Person

    def actor(self, name: str) -> Actor:
        """The actor of one of the cast, by field name, with today's permissions."""
        person = getattr(self, name)
        return actor_for(Person.objects.get(pk=person.pk))


def make_cast() -> Cast:
    """The same people for every access test: technician and teammate work at the default desk, the
    outsider in the network team; requester and colleague at Contoso, the stranger elsewhere."""
    desk = make_team("Service desk", default=True)
    network = make_team("Network", tier="L2")
    fabrikam = make_organization("Fabrikam")
    return Cast(
        desk=desk,
        network=network,
        contoso=make_organization("Contoso"),
        requester=make_person("Rita Requester", "requester"),
        colleague=make_person("Carl Colleague", "requester"),
        stranger=make_person("Sam Stranger", "requester", organization=fabrikam),
        technician=make_person("Tina Technician", "technician", teams=[desk]),
        teammate=make_person("Tom Teammate", "technician", teams=[desk]),
        outsider=make_person("Olga Outsider", "technician", teams=[network]),
        manager=make_person("Mia Manager", "manager"),
    )


def make_ticket(cast: Cast, subject: str = "VPN drops", **fields: Any) -> Ticket:
    """A ticket that the requester of the cast wrote in the portal."""
    requester = fields.pop("requester", cast.requester)
    fields.setdefault("body", "It stops every ten minutes.")
    fields.setdefault("channel", "portal")
    actor = fields.pop("actor", None) or actor_for(Person.objects.get(pk=requester.pk))
    return create_ticket(actor=actor, requester=requester, subject=subject, **fields)
