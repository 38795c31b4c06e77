"""Loads the demonstration: the house by direct writes, its stories by the real actions at past times."""

import secrets

from django.contrib.auth.hashers import make_password

from firstline.demo import house, library, replay
from firstline.demo.content import load
from firstline.outbox.models import Event, Job

_WORDS = (
    "amber",
    "birch",
    "cedar",
    "delta",
    "ember",
    "fjord",
    "grove",
    "harbor",
    "indigo",
    "juniper",
    "maple",
)


def load_demo() -> str:
    """Fill an empty installation; returns the password of every demo account.

    Deterministic but for the password and the present. What happened in the past is not announced
    again: its events count as dispatched, so that nobody gets a mail about last month.
    """
    content = load()
    password = "-".join(secrets.choice(_WORDS) for _ in range(3)) + f"-{secrets.randbelow(90) + 10}"
    built = house.build(content, make_password(password))
    library.fill(content, built)
    replay.tell(content, built)
    Event.objects.all().delete()
    Job.objects.all().delete()
    return password
