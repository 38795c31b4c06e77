"""Run as a module on a folder with the cast: another customer's things, each of which says MARK somewhere.

Prints one JSON object: the keys under which they can be asked for, and an enrolment token.
"""

import io
import json

import django

MARK = "quartzfalcon"


def main() -> None:
    django.setup()
    from tests.campaigns.house import PASSWORD

    from firstline.accounts.models import Person, Role
    from firstline.accounts.queries import actor_for
    from firstline.accounts.testing import make_person
    from firstline.devices import actions as devices
    from firstline.devices.enrolment import token_text
    from firstline.devices.testing import make_device
    from firstline.files import actions as files
    from firstline.mail import actions as mail
    from firstline.mail.enums import Source
    from firstline.organizations.models import Department, Site
    from firstline.organizations.testing import make_organization
    from firstline.remote import actions as remote
    from firstline.tickets import actions as tickets
    from firstline_protocol.identity import DeviceKey

    owner = make_organization(f"{MARK} Ltd", domains=[f"{MARK}.example"])
    site = Site.objects.create(organization=owner, name=f"{MARK} House", address=f"{MARK} Street 1")
    department = Department.objects.create(organization=owner, name=f"{MARK} Office")
    person = make_person(
        f"Quinn {MARK}", "requester", organization=owner, site=site, password=PASSWORD,
        email=f"quinn@{MARK}.example",
    )  # fmt: skip
    asker = actor_for(Person.objects.get(pk=person.pk))
    helper = actor_for(Person.objects.get(email="specialist@desk.example"))
    device = make_device(owner, owner=person, key=DeviceKey.generate(), hostname=f"{MARK}-lt1")
    numbers, kept = [], []
    for number in range(3):
        name = f"{MARK}-{number}.txt"
        file = files.store(actor=asker, stream=io.BytesIO(MARK.encode()), name=name)
        ticket = tickets.create_ticket(
            actor=asker, requester=person, subject=f"{MARK} is slow", body=f"Our {MARK} is slow.",
            channel="portal", device=device, files=[file],
        )  # fmt: skip
        tickets.reply(actor=helper, ticket=ticket, body=f"We look at {MARK}.", cc=[f"boss@{MARK}.example"])
        tickets.add_note(actor=helper, ticket=ticket, body=f"{MARK} again.")
        tickets.request_command(actor=helper, ticket=ticket, text=f"ping {MARK}", reason=MARK)
        numbers.append(ticket.display_id)
        kept.append(str(file.pk))
    remote.request_diagnostics(actor=helper, device=device, reason=MARK)
    raw = f"From: quinn@{MARK}.example\nTo: support@localhost\nSubject: {MARK}\n\n{MARK}\n".encode()
    mail.receive(raw=raw, source=Source.COMMAND, envelope_from=person.email or "", envelope_to=())
    token = devices.create_token(actor=helper, organization=owner)
    ids = {
        "number": [1, 2, 3],
        "person_id": [person.pk],
        "organization_id": [owner.pk],
        "site_id": [site.pk],
        "department_id": [department.pk],
        "role_id": [Role.objects.create(code="nobodys", label="Nobody's", permissions=[]).pk],
        "device_id": [device.pk],
    }
    print(json.dumps({"tickets": numbers, "files": kept, "ids": ids, "token": token_text(token)}))


if __name__ == "__main__":
    main()
