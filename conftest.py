"""Fixtures that every test may rely on."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection
from django.utils import translation
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from pytest_django import DjangoDbBlocker

# A busy machine is slow, not wrong: examples are not timed.
hypothesis_settings.register_profile("firstline", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.load_profile("firstline")


@pytest.fixture(autouse=True)
def in_english() -> None:
    """A request in a test leaves its reader's language behind in this thread; the next starts anew."""
    translation.activate("en")


@pytest.fixture(autouse=True)
def own_data_dir(settings: object, tmp_path: Path) -> None:
    """Each test writes files into a folder of its own."""
    settings.FIRSTLINE_DATA_DIR = tmp_path / "data"  # type: ignore[attr-defined]


@pytest.fixture(autouse=True, scope="session")
def emptying_the_audit_trail() -> None:
    """Transactional tests end by emptying every table, also the append-only ones."""
    from firstline.audit.testing import allow_flush

    allow_flush()


@pytest.fixture(autouse=True, scope="session")
def bus_within_this_process() -> None:
    """No test opens connections for NOTIFY unless it is about them."""
    from firstline.outbox import bus

    bus.use(bus.LocalBus())


@pytest.fixture(autouse=True)
def no_outbox_left_listening() -> Iterator[None]:
    """A job that delivers mail starts the built-in outbox with a database connection of its own."""
    yield
    from firstline.mail import sink

    sink.stop()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Before the test database is dropped, sessions that threads left open are ended."""
    yield
    if connection.vendor == "postgresql":
        with django_db_blocker.unblock(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
