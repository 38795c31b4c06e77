"""The administration of search: the state of the index, and judged sets that are uploaded."""

import json
from collections.abc import Callable

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from firstline.accounts.models import Person
from firstline.accounts.testing import make_person
from firstline.audit.models import AuditRecord
from firstline.organizations.testing import make_organization
from firstline.outbox.testing import drain
from firstline.search.enums import JudgedState, RebuildState
from firstline.search.models import JudgedRun, Rebuild, Synonym

pytestmark = pytest.mark.django_db(transaction=True)
EVALUATION = "/admin/search/evaluation/"
SYNONYMS = "/admin/search/synonyms/"

DOCUMENTS = [
    {"id": "vpn", "title": "VPN drops at home", "text": "The tunnel closes every ten minutes."},
    {"id": "toner", "title": "Toner is empty", "text": "The printer on floor 3 prints white pages."},
    {"id": "打印", "title": "打印机卡纸", "text": "三楼的打印机一直卡纸。"},
]
QUERIES = [
    {"text": "vpn tunnel", "relevant": ["vpn"]},
    {"text": "卡纸", "relevant": ["打印"]},
    {"text": "zebra crossing", "relevant": ["toner"]},
]


@pytest.fixture
def enter() -> Callable[[Person], Client]:
    def entered(person: Person) -> Client:
        client = Client()
        client.force_login(person, backend=settings.AUTHENTICATION_BACKENDS[-1])
        return client

    return entered


@pytest.fixture
def ada(enter: Callable[[Person], Client]) -> Client:
    return enter(make_person("Ada Admin", "administrator"))


def lines(rows: list[dict[str, object]]) -> SimpleUploadedFile:
    return SimpleUploadedFile("set.jsonl", "\n".join(map(json.dumps, rows)).encode())


def test_pages_are_for_those_who_keep_the_settings(enter: Callable[[Person], Client], ada: Client) -> None:
    others = [
        make_person("Tina", "technician"),
        make_person("Rita", "requester"),
        make_person("Fay", "administrator", organization=make_organization("Fabrikam")),
    ]
    for path in ("/admin/search/", SYNONYMS, EVALUATION):
        assert ada.get(path).status_code == 200
        assert [enter(person).get(path).status_code for person in others] == [403, 403, 403]


def test_a_rebuild_is_asked_for_and_shown(ada: Client, enter: Callable[[Person], Client]) -> None:
    assert enter(make_person("Tina", "technician")).post("/admin/search/rebuild/").status_code == 403
    assert ada.get("/admin/search/rebuild/").status_code == 405

    assert ada.post("/admin/search/rebuild/").status_code == 303

    assert Rebuild.objects.get().state == RebuildState.RUNNING
    assert "<progress" in ada.get("/admin/search/").content.decode()


def test_lines_of_same_meaning_are_added_changed_and_removed(
    ada: Client, enter: Callable[[Person], Client]
) -> None:
    assert ada.post(SYNONYMS, {"expressions": "zeppelin，飞艇"}).status_code == 303
    row = Synonym.objects.get(expressions__contains="zeppelin")
    assert "飞艇" in ada.get(SYNONYMS, {"q": "zepp"}).content.decode()
    refused = ada.post(f"{SYNONYMS}{row.pk}/", {"expressions": "zeppelin"})
    assert refused.status_code == 422
    assert "at least two words" in refused.content.decode()

    ada.post(f"{SYNONYMS}{row.pk}/", {"expressions": "zeppelin, airship"})
    row.refresh_from_db()
    assert row.expressions == "zeppelin, airship"
    assert enter(make_person("Tina", "technician")).post(f"{SYNONYMS}{row.pk}/removal/").status_code == 403
    assert ada.post(f"{SYNONYMS}{row.pk}/removal/").status_code == 303
    assert ada.post(f"{SYNONYMS}{row.pk}/removal/").status_code == 404
    assert not Synonym.objects.filter(expressions__contains="zeppelin").exists()


@pytest.mark.slow
def test_a_judged_set_is_measured_and_forgotten(ada: Client) -> None:
    answer = ada.post(EVALUATION, {"documents": lines(DOCUMENTS), "queries": lines(QUERIES)})
    assert answer.status_code == 303
    assert "being measured" in ada.get(EVALUATION).content.decode()
    again = ada.post(EVALUATION, {"documents": lines(DOCUMENTS), "queries": lines(QUERIES)})
    assert again.status_code == 409

    drain()

    run = JudgedRun.objects.get()
    assert (run.state, run.document_count, run.query_count) == (JudgedState.DONE, 3, 3)
    assert run.figures["hit@1"] == pytest.approx(2 / 3, abs=0.001)
    assert [miss["text"] for miss in run.misses] == ["zebra crossing"]
    page = ada.get(EVALUATION).content.decode()
    assert "Toner is empty" in page
    assert "0.667" in page
    assert not list((settings.FIRSTLINE_DATA_DIR / "judged").iterdir())
    assert AuditRecord.objects.filter(verb="search.judged_run_started").count() == 1


@pytest.mark.parametrize(
    ("documents", "queries", "words"),
    [
        (b"", b"{}", "holds no lines"),
        (b"not json", b"", "not a JSON object"),
        (b'{"id": 1, "text": "a"}', b'{"text": "a", "relevant": "x"}', "must be a list of ids"),
    ],
)
def test_a_bad_set_is_refused_with_its_line(
    ada: Client, documents: bytes, queries: bytes, words: str
) -> None:
    answer = ada.post(
        EVALUATION,
        {
            "documents": SimpleUploadedFile("docs.jsonl", documents or b"\n"),
            "queries": SimpleUploadedFile("queries.jsonl", queries or b"\n"),
        },
    )

    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not JudgedRun.objects.exists()
