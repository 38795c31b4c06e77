"""One service for every module that is hostile to it; a full run does it on both databases."""

from collections.abc import Iterator

import pytest
from tests.campaigns.hostile import Desk, Settlement, a_desk, cluster, new_database
from tests.campaigns.process import is_full

DATABASES = ["sqlite", "postgresql"] if is_full() else ["sqlite"]


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    with cluster() as url:
        yield url


@pytest.fixture(scope="session")
def settled_in_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Settlement:
    return Settlement.found(tmp_path_factory.mktemp("settled") / "data")


@pytest.fixture(scope="session")
def settled_in_postgresql(tmp_path_factory: pytest.TempPathFactory, postgres_url: str) -> Settlement:
    return Settlement.found(tmp_path_factory.mktemp("settled") / "data", new_database(postgres_url))


@pytest.fixture(scope="module", params=DATABASES)
def desk(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A service of the module's own."""
    settlement: Settlement = request.getfixturevalue(f"settled_in_{request.param}")
    with a_desk(settlement, tmp_path_factory.mktemp("hostile")) as made:
        yield made


@pytest.fixture
def unharmed(desk: Desk) -> Iterator[None]:
    """Checked after every test: it is known which one did it."""
    yield
    desk.check_service()
