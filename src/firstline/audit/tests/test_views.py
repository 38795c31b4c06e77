import pytest
from django.db import transaction
from django.test import Client

from firstline.accounts.testing import make_person
from firstline.audit.actions import erase_labels, record, seal
from firstline.audit.models import AuditRecord
from firstline.audit.testing import without_triggers
from firstline.audit.views import PAGE_ROWS
from firstline.kit.actor import SYSTEM, Actor
from firstline.kit.refs import Ref

MEI = Actor(kind="person", id=7, label="Mei Lin")


@pytest.fixture
def admin(client: Client) -> Client:
    client.force_login(make_person("Ada Admin", "administrator"))
    return client


def act(number: int = 42, **more: object) -> None:
    with transaction.atomic():
        record(
            actor=MEI,
            verb="tickets.status_changed",
            ref=Ref("ticket", number, f"INC-{number}"),
            **more,  # type: ignore[arg-type]
        )


@pytest.mark.django_db
def test_trail_shows_who_changed_what(admin: Client) -> None:
    act(old={"status": "<b>open</b>"}, new={"status": "resolved"}, reason="fixed it")

    page = admin.get("/admin/audit/").content.decode()

    for words in ("Mei Lin", "INC-42", "tickets.status_changed", "&lt;b&gt;open", "resolved", "fixed it"):
        assert words in page


@pytest.mark.django_db
def test_filter_narrows_and_says_when_nothing_matches(admin: Client) -> None:
    act(1)
    act(2)

    found = admin.get("/admin/audit/", {"ref": "INC-2", "who": "mei"}).content.decode()
    nothing = admin.get("/admin/audit/", {"who": "nobody"}).content.decode()
    wrong = admin.get("/admin/audit/", {"since": "yesterday-ish"})

    assert "INC-2" in found
    assert "INC-1<" not in found
    assert "Nothing matches" in nothing
    assert wrong.status_code == 422


@pytest.mark.django_db
def test_pager_walks_to_older_records(admin: Client) -> None:
    for number in range(1, PAGE_ROWS + 2):
        act(number)

    first = admin.get("/admin/audit/", {"verb": "tickets"})
    oldest_shown = AuditRecord.objects.filter(verb__startswith="tickets").order_by("-id")[PAGE_ROWS - 1].id
    second = admin.get("/admin/audit/", {"verb": "tickets", "before": str(oldest_shown)}).content.decode()

    assert f"before={oldest_shown}" in first.content.decode()
    assert "INC-1<" in second
    assert "INC-2<" not in second


@pytest.mark.django_db
def test_erased_names_are_shown_as_erased(admin: Client) -> None:
    act()
    erase_labels(actor=SYSTEM, person_id=7)

    page = admin.get("/admin/audit/").content.decode()

    assert "Mei Lin" not in page
    assert "erased" in page


@pytest.mark.django_db(transaction=True)
def test_check_tells_and_keeps_what_it_found(admin: Client) -> None:
    act()
    seal()
    admin.post("/admin/audit/check/")
    good = admin.get("/admin/audit/").content.decode()
    without_triggers("UPDATE audit_auditrecord SET actor_id = 8 WHERE ref_id = %s", [42])
    admin.post("/admin/audit/check/")
    bad = admin.get("/admin/audit/").content.decode()

    assert "every record proves" in good
    assert "The trail was tampered with." in bad


@pytest.mark.parametrize("path", ["/admin/audit/", "/admin/audit/check/"])
@pytest.mark.django_db
def test_trail_is_closed_to_others(client: Client, path: str) -> None:
    client.force_login(make_person("Tom Tech", "technician"))

    assert client.get(path).status_code == 403


@pytest.mark.django_db
def test_page_costs_the_same_for_one_and_many_records(admin: Client) -> None:
    def queries() -> int:
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        with CaptureQueriesContext(connection) as captured:
            admin.get("/admin/audit/")
        return len(captured)

    act(1)
    queries()
    one = queries()
    act(2)
    act(3)

    assert queries() == one
