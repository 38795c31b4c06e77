"""The fixed cast, and the slice without those above it."""

import pytest

from firstline.outbox import events
from firstline.tickets import actions
from firstline.tickets.testing import Cast, make_cast

ABOVE = ("routing.", "automation.", "reports.", "portal.", "desk.", "api.", "demo.")


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither handlers nor policies of the slices above take part."""
    for name, tasks in events.HANDLERS.items():
        kept = [task for task in tasks if not task.name.startswith(ABOVE)]
        monkeypatch.setitem(events.HANDLERS, name, kept)
    monkeypatch.setattr(actions.policies, "_priority_policy", None)
    monkeypatch.setattr(actions.policies, "_team_policy", None)


@pytest.fixture
def no_delivery(monkeypatch: pytest.MonkeyPatch) -> None:
    """Mail stays in its queue: delivery is tested in the mail slice."""
    task = events.Task("mail.deliver", lambda args, context: None)
    monkeypatch.setitem(events.TASKS, "mail.deliver", task)
