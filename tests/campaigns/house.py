"""Run as a module on a prepared folder: a provider with six teams, two customers, and their people.

Prints one JSON object with everybody's ids, addresses, passwords and API tokens.
"""

import json

import django

TEAMS = (
    ("First contact", "L1"), ("Networks", "L2"), ("Workplace", "L1"),
    ("Business systems", "L2"), ("Identity", "L2"), ("Servers", "L3"),
)  # fmt: skip
CLIENTS = 50
READERS_OF_CHINESE = ("colleague", "administrator")
WATCHERS = 5
PASSWORD = "willow-harbour-lantern-57"


def main() -> None:
    django.setup()
    from firstline.accounts.actions import create_token
    from firstline.accounts.models import Person
    from firstline.accounts.queries import actor_for
    from firstline.accounts.testing import make_person
    from firstline.organizations.models import Installation
    from firstline.organizations.testing import make_organization, make_team

    provider = make_organization("Field & Line", is_provider=True, domains=["desk.example"])
    works = make_organization("Works", domains=["works.example"])
    other = make_organization("Elsewhere", domains=["elsewhere.example"])
    teams = [
        make_team(name, tier=tier, organization=provider, default=number == 0)
        for number, (name, tier) in enumerate(TEAMS)
    ]
    cast = {
        "technician": ("Tessa Thorne", ["requester", "technician"], provider, teams[:2]),
        "colleague": ("Colin Weiss", ["requester", "technician"], provider, teams[1:3]),
        "manager": ("Mara Moreau", ["requester", "manager"], provider, []),
        "specialist": ("Sven Eriksen", ["requester", "network_administrator"], provider, teams[1:2]),
        "administrator": ("Ada Aldridge", ["requester", "administrator"], provider, []),
        "requester": ("Rita Reinholt", ["requester"], works, []),
        "stranger": ("Stan Santoro", ["requester"], other, []),
        # People of a customer with a technician's and an administrator's roles: still no provider.
        "foreigner": ("Fay Fontaine", ["requester", "technician", "network_administrator"], other, []),
        "governor": ("Gus Grabowski", ["requester", "manager", "administrator"], other, []),
    }
    said = {"password": PASSWORD, "teams": {team.name: team.pk for team in teams}}
    for role, (name, roles, organization, members) in cast.items():
        host = organization.domains[0]
        person = make_person(
            name, *roles, organization=organization, teams=members, password=PASSWORD,
            email=f"{role}@{host}", language="zh-hans" if role in READERS_OF_CHINESE else "en",
        )  # fmt: skip
        actor = actor_for(Person.objects.get(pk=person.pk))
        has_token = actor.may("accounts:token:manage")
        secret = create_token(actor=actor, person=person, name="campaign")[1] if has_token else ""
        said[role] = {
            "id": person.pk,
            "email": person.email,
            "token": secret,
            "organization": organization.pk,
        }
    for number in range(WATCHERS):
        make_person(
            f"Watcher {number}", "requester", "technician", organization=provider, teams=teams[number:][:2],
            password=PASSWORD, email=f"watcher{number}@desk.example",
        )  # fmt: skip
    for number in range(CLIENTS):
        email = f"client{number:02}@works.example"
        make_person(f"Client {number}", "requester", organization=works, email=email)
    Installation.objects.update_or_create(
        pk=1, defaults={"name": "Campaign", "is_set_up": True, "api_requests_per_minute": 1_000_000}
    )
    print(json.dumps(said))


if __name__ == "__main__":
    main()
