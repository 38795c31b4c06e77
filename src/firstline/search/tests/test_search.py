"""The index on whichever database the tests run on."""

from collections.abc import Collection, Iterator
from dataclasses import replace

import pytest
from django.db import connection, transaction

from firstline.accounts.testing import make_actor
from firstline.audit.queries import trigger_faults
from firstline.kit.actor import Actor
from firstline.organizations.testing import make_team
from firstline.search import actions, queries, vocabulary
from firstline.search.actions import Document
from firstline.search.models import Term
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
