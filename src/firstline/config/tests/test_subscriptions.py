"""Whom presence shows."""

import pytest

from firstline.accounts.queries import actor_for
from firstline.accounts.testing import make_person
from firstline.config.subscriptions import may_be_present, may_subscribe
from firstline.tickets.testing import make_cast, make_ticket

pytestmark = pytest.mark.django_db


def test_technician_who_asked_is_not_shown_who_works_on_it() -> None:
    cast = make_cast()
    asker = make_person("Tess Turner", "requester", "technician", teams=[cast.desk])
    topic = f"ticket:{make_ticket(cast, requester=asker).pk}"

    assert may_subscribe(actor_for(asker), topic)
    assert not may_be_present(actor_for(asker), topic)
    assert may_be_present(cast.actor("technician"), topic)
    assert not may_be_present(cast.actor("outsider"), topic)
    assert not may_be_present(cast.actor("technician"), "ticket:")
    assert not may_be_present(cast.actor("technician"), "queue:1")
