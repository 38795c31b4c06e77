"""Fixtures that every test may rely on."""

import fcntl
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.utils import translation
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from pytest_django import DjangoDbBlocker
from tests.databases import database_of_this_process

# A busy machine is slow, not wrong: examples are not timed.
hypothesis_settings.register_profile("firstline", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.load_profile("firstline")

# The real way of keeping passwords, without the half second that makes guessing dear.
PBKDF2PasswordHasher.iterations = 1_000


@pytest.fixture(autouse=True)
def in_english() -> None:
    """A request in a test leaves its reader's language behind in this thread; the next starts anew."""
    translation.activate("en")


@pytest.fixture(autouse=True)
def own_data_dir(settings: object, tmp_path: Path) -> None:
    """Each test writes files into a folder of its own."""
    settings.FIRSTLINE_DATA_DIR = tmp_path / "data"  # type: ignore[attr-defined]


@pytest.fixture(scope="session")
def once_per_run(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, Callable[[Path], None]], Path]:
    """`once_per_run(name, make)`: a folder that `make` fills once for all workers; only to be read."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base

    def folder(name: str, make: Callable[[Path], None]) -> Path:
        with (shared / f"{name}.lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            made = shared / name
            if not made.exists():
                draft = shared / f"{name}-{os.getpid()}"
                make(draft)
                draft.rename(made)
        return made

    return folder


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
def django_db_setup(
    request: pytest.FixtureRequest,
    django_test_environment: None,
    django_db_blocker: DjangoDbBlocker,
    django_db_modify_db_settings: None,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[None]:
    """A database of this process, copied from a template instead of migrated anew."""
    cache = getattr(request.config, "cache", None)
    folder = cache.mkdir("databases") if cache else tmp_path_factory.mktemp("databases")
    with django_db_blocker.unblock(), database_of_this_process(folder):
        yield
