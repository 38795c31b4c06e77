from collections.abc import Iterator

import pytest
from django.test import Client

from firstline.accounts.testing import make_person
from firstline.audit.models import AuditRecord
from firstline.kit.actor import Actor
from firstline.kit.errors import NotAllowed, NotFound
from firstline.outbox import running
from firstline.outbox.actions import drop_job, enqueue, retry_job, transaction
from firstline.outbox.events import Args, Context, GiveUp, job
from firstline.outbox.models import Job
from firstline.outbox.queries import overview
from firstline.outbox.testing import drain, registry

PRINCIPAL = Actor(kind="person", id=1, label="Ada", permissions=frozenset({"admin:outbox:view"}))


@pytest.fixture(autouse=True)
def own_registry() -> Iterator[None]:
    with registry():
        yield


@pytest.fixture
def admin(client: Client) -> Client:
    client.force_login(make_person("Ada Admin", "administrator"))
    return client


def dead_letter() -> Job:
    broken: list[int] = [1]

    @job("tea.spill")
    def spill(_args: Args, _context: Context) -> None:
        if broken.pop():
            broken.append(0)
            raise GiveUp("<i>no cup</i>")

    with transaction():
        enqueue("tea.spill", {"cup": 5})
    drain(allow_failures=True)
    return Job.objects.get()


@pytest.mark.django_db
def test_page_shows_dead_letters_queues_and_schedules(admin: Client) -> None:
    dead_letter()
    running.add_schedules()

    page = admin.get("/admin/outbox/").content.decode()

    for words in ("tea.spill", "cup=5", "&lt;i&gt;no cup&lt;/i&gt;", "outbox.clean", "default"):
        assert words in page


@pytest.mark.django_db
def test_empty_page_says_so(admin: Client) -> None:
    page = admin.get("/admin/outbox/").content.decode()

    assert "Nothing has failed" in page
    assert "Everything is done." in page


@pytest.mark.django_db
def test_dead_letter_is_tried_again_by_button(admin: Client) -> None:
    letter = dead_letter()

    answer = admin.post(f"/admin/outbox/{letter.id}/retry/")
    drain()

    assert answer.status_code == 303
    assert not Job.objects.exists()
    assert AuditRecord.objects.filter(verb="outbox.job_retried", ref_id=letter.id).exists()


@pytest.mark.django_db
def test_dead_letter_is_dropped_by_button(admin: Client) -> None:
    letter = dead_letter()

    admin.post(f"/admin/outbox/{letter.id}/drop/")
    twice = admin.post(f"/admin/outbox/{letter.id}/drop/")

    assert not Job.objects.exists()
    assert twice.status_code == 404
    assert AuditRecord.objects.get(verb="outbox.job_dropped").old["name"] == "tea.spill"


@pytest.mark.django_db
def test_deciding_needs_the_permission_and_a_dead_letter(client: Client) -> None:
    letter = dead_letter()
    client.force_login(make_person("Tom Tech", "technician"))

    assert client.get("/admin/outbox/").status_code == 403
    assert client.post(f"/admin/outbox/{letter.id}/drop/").status_code == 403
    for decide in (retry_job, drop_job):
        with pytest.raises(NotAllowed):
            decide(actor=Actor(kind="person", id=2), job_id=letter.id)
        with pytest.raises(NotFound):
            decide(actor=PRINCIPAL, job_id=letter.id + 1)
    assert Job.objects.filter(state="dead").exists()


@pytest.mark.django_db
def test_overview_counts_by_state() -> None:
    job("tea.pour")(lambda args, context: None)
    with transaction():
        for cup in range(3):
            enqueue("tea.pour", {"cup": cup})
    running.claim(1)

    (queue,) = overview().queues

    assert (queue.due, queue.running, queue.later, queue.dead) == (2, 1, 0, 0)
    assert overview().delay_seconds >= 0
