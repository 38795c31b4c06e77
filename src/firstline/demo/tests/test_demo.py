"""The demonstration loads by real actions, and leaves nothing behind but history."""

import pytest
from django.test import Client

from firstline.accounts.models import Person
from firstline.accounts.queries import actor_for
from firstline.audit.models import AuditRecord
from firstline.demo.actions import load_demo
from firstline.demo.content import load
from firstline.knowledge.queries import suggest
from firstline.organizations.actions import remove_demo
from firstline.organizations.queries import installation
from firstline.outbox.models import Event
from firstline.search.testing import settle
from firstline.tickets.models import Ticket

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def test_demo_is_told_whole_and_leaves_without_a_trace(client: Client) -> None:
    password = load_demo()
    content = load()

    assert Ticket.objects.count() == len(content.stories)
    assert {story.status for story in content.stories} == set(
        Ticket.objects.values_list("status", flat=True).distinct()
    )
    assert not Event.objects.exists()
    lin = Person.objects.get(email="lin.yue@alder.example")
    assert lin.check_password(password)
    settle()
    assert suggest("vpn error 809 since this morning", actor_for(lin))
    trail = AuditRecord.objects.count()

    ravi = Person.objects.get(email="ravi.menon@alder.example")
    remove_demo(actor=actor_for(ravi))

    assert not Person.objects.exists()
    assert not Ticket.objects.exists()
    assert not installation().is_demo
    assert not installation().is_set_up
    assert AuditRecord.objects.count() > trail
    assert client.get("/accounts/login/").status_code == 200
