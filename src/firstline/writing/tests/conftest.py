"""The fixed cast, and browsers of them."""

from collections.abc import Callable

import pytest
from django.conf import settings
from django.test import Client

from firstline.accounts.models import Person
from firstline.tickets.testing import Cast, make_cast


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


@pytest.fixture
def enter() -> Callable[[Person], Client]:
    """A browser in which the person has signed in."""

    def entered(person: Person) -> Client:
        client = Client()
        client.force_login(person, backend=settings.AUTHENTICATION_BACKENDS[-1])
        return client

    return entered
