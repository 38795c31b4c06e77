"""The index on whichever database the tests run on."""

from collections.abc import Collection, Iterator
from dataclasses import replace

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from firstline.accounts.testing import make_actor
from firstline.audit.queries import trigger_faults
from firstline.kit.actor import Actor
from firstline.organizations.testing import make_team
from firstline.search import actions, queries, vocabulary
from firstline.search.actions import Document
from firstline.search.models import Synonym, Term
from firstline.search.queries import FieldSpec, Results, Source, forget_source, register_source, source_of

pytestmark = pytest.mark.django_db


def reader(*tokens: str, notes: tuple[str, ...] = ()) -> Actor:
    """Somebody who holds visibility tokens, and others for restricted texts."""
    return Actor(kind="person", id=1, label=" ".join(tokens), request_id=" ".join(notes))


def visible(_actor: Actor, ids: Collection[int]) -> set[int]:
    return set(ids)


@pytest.fixture(autouse=True)
def own_kinds() -> Iterator[None]:
    vocabulary.forget()
    for kind in ("book", "tool"):
        register_source(
            Source(
                kind=kind,
                label=kind.title(),
                icon=kind,
                documents=lambda _ids: (),
                ids_after=lambda _after, _limit: (),
                visible=visible,
                url=lambda pk, _actor, kind=kind: f"/{kind}/{pk}/",
                tokens=lambda actor: actor.label.split(),
                restricted_tokens=lambda actor: actor.request_id.split(),
            )
        )
    yield
    for kind in ("book", "tool"):
        forget_source(kind)
    vocabulary.forget()


def add(object_id: int, title: str, text: str = "", visibility=("all",), kind: str = "book", **more) -> None:
    with transaction.atomic():
        actions.index(
            kind=kind,
            object_id=object_id,
            organization_id=1,
            title=title,
            text=text,
            visibility=visibility,
            **more,
        )


def ask(text: str, *tokens: str, **options) -> Results:
    options.setdefault("kinds", ["book", "tool"])
    notes = options.pop("notes", ())
    return queries.find(reader(*(tokens or ("all",)), notes=notes), text, **options)


def found(text: str, *tokens: str, **options) -> list[int]:
    return [hit.object_id for hit in ask(text, *tokens, **options).hits]


def count() -> None:
    while actions.count_terms():
        pass
    vocabulary.forget()


def test_every_word_and_the_last_as_a_beginning():
    add(1, "VPN does not connect", "error 0x8007-05, user's laptop")
    add(2, "VPN slow", "connection drops")
    add(3, "打印机没有硒鼓了", "型号 HP-400")

    assert sorted(found("vpn conn")) == [1, 2]
    assert [(hit.object_id, hit.is_partial) for hit in ask("VPN 0x8007-05").hits] == [(1, False), (2, True)]
    assert found("user's laptop") == [1]
    assert found("硒鼓") == [3]
    assert found("hp-4") == [3]
    assert found("hp400") == [3]
    assert found("\" OR vpn* & | ! :( \\ ' )")[0] in {1, 2}
    assert found("") == []


def test_a_question_that_quotes_what_nobody_wrote_is_answered_by_its_words():
    add(1, "打印机脱机", "机器开着，电脑上却是灰的。")
    add(2, "Printer offline", "The queue says offline, the device says Ready.")
    count()

    exact = ask('printer "says offline"', live=False)
    assert [(hit.object_id, hit.is_partial) for hit in exact.hits] == [(2, False)]
    quoted = ask('why is "set up my printer" offline', live=False)
    assert quoted.hits[0].object_id == 2
    assert quoted.is_partial
    assert all(hit.is_partial for hit in quoted.hits)
    assert found("“打印机脱机” 怎么办？", live=False)[0] == 1
    assert found('"set up my printer"') == []


def test_nobody_finds_what_they_may_not_see():
    add(1, "Payroll", visibility=("org:1", "team:5"))
    add(2, "Payroll", visibility=("person:9",))
    add(3, "Payroll", visibility=(), kind="tool")

    assert found("payroll", "org:2", "team:6") == []
    assert found("payroll", "org:1") == [1]
    assert sorted(found("payroll", "team:5", "person:9")) == [1, 2]
    assert found("=book/org:1", "person:9") == []
    assert found("payroll", "person:9", kinds=["tool"]) == []
    with pytest.raises(ValueError, match="visibility"):
        add(4, "Payroll", visibility=("org: 1",))


def test_a_change_is_found_as_it_is_now_and_a_removed_record_is_not():
    add(1, "Scanner")
    add(2, "Scanner")
    add(1, "Scanner broken", visibility=("org:2",))

    assert found("scanner") == [2]
    assert found("broken", "org:2") == [1]
    with transaction.atomic():
        actions.remove(kind="book", object_ids=[2])
    assert found("scanner", "all", "org:2") == [1]
    count()
    assert sorted(Term.objects.values_list("text", "documents")) == [("broken", 1), ("scanner", 1)]


def test_many_at_once_in_few_statements(django_assert_max_num_queries):
    documents = [Document("book", n, 1, f"Ticket {n}", "body", ("all",)) for n in range(150)]

    with transaction.atomic(), django_assert_max_num_queries(10):
        actions.index_many(documents)

    assert ask("ticket body", limit=2).total == 150


def test_writing_needs_the_transaction_of_the_change(transactional_db):
    with pytest.raises(RuntimeError):
        actions.remove(kind="book", object_ids=[1])


def test_restricted_words_do_not_exist_for_others():
    add(
        1,
        "Laptop",
        "screen broken",
        restricted_text="password is hunter2, 硒鼓",
        restricted_visibility=("staff",),
    )
    add(2, "Laptop", "hunter season")
    add(3, "Desk")
    count()

    for query in ("hunter2", '"is hunter2"', "password", "硒鼓", "hunt hunter2", "passwrod"):
        results = ask(query, facets=True, live=False)
        assert 1 not in [hit.object_id for hit in results.hits], query
        assert not results.corrections
    for query in ("hunter2", '"is hunter2"', "laptop password", "硒鼓"):
        hits = ask(query, notes=("staff",)).hits
        assert [hit.object_id for hit in hits if not hit.is_partial] == [1], query
    assert 1 not in found("hunter2", notes=("other",))
    plain, inner = ask("laptop").hits, ask("laptop", notes=("staff",)).hits
    assert "hunter2" not in str([hit for hit in plain if hit.object_id == 1])
    assert len(plain) == len(inner) == 2
    assert ask("password", notes=("staff",)).hits[0].snippet_parts[1] == ("password", True)


def test_an_actor_holds_tokens_by_what_they_are():
    actor = make_actor("Tess", "technician", teams=[make_team()])

    assert queries.tokens_of(actor) == [
        f"team:{next(iter(actor.team_ids))}",
        f"person:{actor.id}",
        f"org:{actor.organization_id}",
        "provider",
    ]


def test_the_matching_structures_are_declared():
    assert [fault for fault in trigger_faults() if "search" in fault] == []
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO search_fts (search_fts) VALUES ('integrity-check')")


def test_what_the_owner_withholds_now_is_not_shown_whatever_the_tokens_say():
    source = source_of("book")
    hidden: set[int] = set()
    register_source(
        replace(
            source,
            visible=lambda _actor, ids: set(ids) - hidden,
            restricted_visible=lambda _actor, ids: set(ids) - {2},
            fields=[
                FieldSpec("shelf", "Shelf"),
                FieldSpec("price", "Price", is_open_to=lambda _actor: False),
            ],
        )
    )
    for number in (1, 2, 3):
        add(
            number,
            "Atlas",
            "maps",
            restricted_text="stolen goods",
            restricted_visibility=("staff",),
            fields={"shelf": ["B"], "price": ["9"]},
        )

    assert sorted(found("stolen", notes=("staff",))) == [1, 3]
    results = ask("atlas", notes=("staff",), facets=True)
    assert [facet.name for facet in results.facets] == ["kind", "shelf"]
    assert {tuple(hit.fields) for hit in results.hits} == {("shelf",)}
    assert "stolen" not in str([hit.snippet_parts for hit in results.hits if hit.object_id == 2])
    assert ask("price:9").total == 0
    hidden.add(3)
    results = ask("shelf:b atlas", facets=True)
    assert (sorted(hit.object_id for hit in results.hits), results.total) == ([1, 2], 2)
    assert results.facets[1].values[0].count == 2


def test_mistyped_words_are_searched_as_what_was_meant():
    for number in range(1, 13):
        add(number, "Printer offline" if number % 2 else "Docking station dead", "the wireless pointer")
    add(20, "更换硒鼓", "共享文件夹")
    count()

    for typed, right in [
        ("pritner offline", "printer offline"),
        ("prnter", "printer"),
        ("dockingstation", "docking station"),
        ("wireles pointr", "wireless pointer"),
        ("printer thhe offline", "printer offline"),
    ]:
        assert found(typed, live=False) == found(right, live=False) != [], typed
    assert [fix.used for fix in ask("pritner offl").corrections] == ["printer"]
    assert found("硒股") == found("genghuan") == found("gh") == found("gongxiang wenjian ") == [20]
    assert ask("硒股").corrections[0].used == "硒鼓"
    assert found("zzzqqq") == []


def test_a_repair_never_names_a_word_that_the_reader_cannot_find():
    add(1, "Acquisition of Globex", visibility=("board",))
    add(2, "Printer", visibility=("all",))
    count()

    results = ask("globx")

    assert (results.hits, results.corrections) == ([], [])
    assert ask("globx", "board").corrections[0].used == "globex"


def test_fragments_of_chinese_and_of_mixed_text_are_found():
    text = "财务部的ERP系统无法连接VPN网络，请重启打印机"
    add(1, "工单", text)
    add(2, "别的", "电脑很慢")
    count()

    for start in range(len(text)):
        for length in (2, 3, 5):
            fragment = text[start : start + length]
            if "，" not in fragment and len(fragment) > 1 and not fragment.isascii():
                assert 1 in found(fragment), fragment


def test_identifiers_are_found_whole_in_part_and_from_the_start():
    add(
        1,
        "Laptop",
        "failed with 0x0000011b on 10.20.30.40",
        identifiers=["SRV-DB01.corp.example", "5CD1234XYZ", "INC-42"],
    )
    add(2, "Other", "2024")
    count()

    for typed in (
        "srv-db01",
        "db01",
        "SRVDB01",
        "cd1234",
        "34xyz",
        "inc-42",
        "INC42",
        "42",
        "11b",
        "10.20.30",
    ):
        assert found(typed) == [1], typed
    assert found("v-db0") == [1]


def test_what_means_the_same_is_found_and_ranks_lower():
    Synonym.objects.all().delete()
    Synonym.objects.create(expressions="log in, sign in, 登录")
    add(1, "Cannot log in")
    add(2, "登录失败")
    add(3, "Sign in fails")
    count()

    assert found("sign in", live=False) == [3, 1, 2]
    assert found("登录")[0] == 2
    assert sorted(found("登录")) == [1, 2, 3]


def test_filters_phrases_and_exclusions(fields):
    for number, (status, team) in enumerate(
        [("open", "网络"), ("closed", "ERP team"), ("open", "ERP team")], 1
    ):
        add(number, "VPN drops", f"again and again {number}", fields={"status": [status], "team": [team]})
    add(4, "Drops VPN")

    assert sorted(found("status:open")) == [1, 3]
    assert found("状态:Open team:网络") == [1]
    assert found('team:"erp team" -status:closed vpn') == [3]
    assert sorted(found("team:网络,erp")) == [1]
    assert sorted(found('"vpn  DROPS"')) == [1, 2, 3]
    assert found('-"vpn drops" vpn') == [4]
    assert sorted(found("vpn -again")) == [4]
    assert [(p.code, p.text) for p in ask("stauts:open").problems] == [("filter_unknown", "stauts")]
    assert [p.code for p in ask('"vpn').problems] == ["quote_open"]
    results = ask("vpn status:open", facets=True)
    facet = {facet.name: facet for facet in results.facets}["status"]
    assert [(v.value, v.count, v.is_chosen) for v in facet.values] == [("open", 2, True)]
    done = [one.insert for one in queries.complete(reader("all"), "vpn sta", 7)]
    assert "status:" in done
    assert [one.insert for one in queries.complete(reader("all"), "状态:O", 4)] == ["状态:open "]


@pytest.fixture
def fields() -> None:
    spec = FieldSpec(
        "status", "Status", aliases=("状态",), choices=lambda: {"open": "Open", "closed": "Closed"}
    )
    register_source(replace(source_of("book"), fields=[spec, FieldSpec("team", "Team")]))


@pytest.mark.parametrize(
    "text",
    [
        '"' * 500,
        "(" * 400,
        "a" * 9_999,
        '* OR NOT "' * 900,
        "\x00\ud800 x",
        ".*(a+)+$",
        "-",
        "status:",
        "你" * 9_000,
    ],
)
def test_any_text_is_answered(text):
    add(1, "VPN")

    assert ask(text).total in {0, 1}


@given(st.text(max_size=80))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_text_is_an_error(text):
    ask(text, facets=True)


def test_the_whole_of_what_was_found_is_counted_up_to_the_cap(monkeypatch):
    monkeypatch.setattr("firstline.search.finding.CAP", 5)
    monkeypatch.setattr("firstline.search.finding.TYPING_CAP", 3)
    with transaction.atomic():
        actions.index_many(Document("book", n, 1, "Printer", "", ("all",)) for n in range(1, 9))

    whole, glance = ask("printer", live=False), ask("printer")

    assert (whole.total, whole.is_capped, len(whole.hits)) == (5, True, 5)
    assert (glance.total, glance.is_capped, len(glance.hits)) == (3, True, 3)


def test_a_dash_before_a_word_that_says_little_is_part_of_the_text():
    add(1, "Wi-Fi not working")
    add(2, "ping -t shows the printer")
    add(3, "printer is jammed")

    assert found("wi-fi -not working") == [1]
    assert found("ping -t printer")[0] == 2
    assert found("printer -jammed") == [2]


def test_what_is_too_much_is_left_out_and_said():
    words = ask(" ".join(f"word{n}" for n in range(200))).problems
    filters = ask("printer " + " ".join(f"kind:s{n}" for n in range(30))).problems

    assert [p.code for p in words] == ["query_too_long", "words_dropped"]
    assert "word33 word34" in words[1].text
    assert [(p.code, p.text) for p in filters] == [("filters_dropped", "16")]


def test_similar_documents_for_a_text():
    add(1, "Printer on floor two shows offline", "the queue on print01 stands still")
    add(2, "Cannot connect to the VPN from home", "certificate expired")
    add(3, "打印机显示脱机", "队列停住了，无法打印")
    count()
    actor = reader("all")

    assert [
        hit.object_id for hit in queries.similar(actor, "our printer is offline, queue stuck", kinds=["book"])
    ] == [1]
    assert [hit.object_id for hit in queries.similar(actor, "二楼打印机脱机，队列不动", kinds=["book"])] == [
        3
    ]
    assert queries.similar(actor, "printer offline", kinds=["book"]) == []
    assert queries.similar(actor, "our printer is offline now", kinds=["book"], exclude=("book", 1)) == []
    assert queries.similar(reader("none"), "our printer is offline now", kinds=["book"]) == []
