"""How a search reads: counts, filters as links, completions, problems."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from django.utils import translation

from firstline.kit.actor import SYSTEM
from firstline.search import presenting
from firstline.search.queries import (
    Completion,
    Correction,
    Facet,
    FacetValue,
    FieldSpec,
    Problem,
    Results,
    Source,
    forget_source,
    register_source,
)

STATUS = FieldSpec(
    "state_of_test",
    "State",
    ["stateful", "测试状态"],
    choices=lambda: {"open": "Open", "waiting": "Waiting for somebody"},
)


@pytest.fixture(autouse=True)
def things() -> Iterator[None]:
    """A kind of things of this test only."""
    register_source(
        Source(
            kind="thing", label="Things", icon="inbox",
            documents=lambda _ids: [], ids_after=lambda _after, _limit: [],
            visible=lambda _actor, _ids: set(),
            url=lambda _id, _actor: "/", tokens=lambda _actor: [], fields=[STATUS],
        )
    )  # fmt: skip
    yield
    forget_source("thing")


@pytest.mark.parametrize(
    ("text", "value", "is_chosen", "becomes"),
    [
        ("vpn", "open", False, "vpn state_of_test:open"),
        ("", "waiting room", False, 'state_of_test:"waiting room"'),
        ("vpn state_of_test:open now", "open", True, "vpn now"),
        ("vpn stateful:Open", "open", True, "vpn"),
        ('测试状态："Waiting for somebody" vpn', "waiting", True, "vpn"),
        ("state_of_test:ope vpn", "open", True, "vpn"),
        ("url:open state_of_test:waiting state_of_test:open", "open", True, "url:open state_of_test:waiting"),
    ],
)
def test_a_filter_is_added_and_taken_out_however_it_was_typed(
    text: str, value: str, is_chosen: bool, becomes: str
) -> None:
    assert presenting.toggled(text, "state_of_test", value, is_chosen=is_chosen) == becomes


def test_counts_say_that_there_are_more() -> None:
    assert presenting.found_words(1) == "1 result"
    assert presenting.found_words(1234) == "1,234 results"
    assert presenting.found_words(2000, is_capped=True) == "2,000+ results"
    assert presenting.summary(Results(total=3, is_partial=True)).startswith("Nothing holds every word")


def test_tabs_hold_what_was_found_and_the_one_that_is_on() -> None:
    kinds = Facet("kind", "Kind", [FacetValue("thing", "Things", 3), FacetValue("gone", "Gone", 1)])
    results = Results(total=4, facets=[kinds])

    assert [(tab.kind, tab.count, tab.is_on) for tab in presenting.tabs(results, "thing")] == [
        ("", "4", False),
        ("thing", "3", True),
    ]
    assert presenting.tabs(Results(), "") == []


def test_facets_that_say_nothing_are_left_out() -> None:
    same = Facet("language", "Language", [FacetValue("en", "English", 4)])
    telling = Facet(
        "state_of_test", "State", [FacetValue("open", "Open", 3), FacetValue("waiting", "Waiting", 1)]
    )
    shown = presenting.narrowings(Results(total=4, facets=[same, telling], is_capped=True), "vpn")

    assert [(each.name, [choice.count for choice in each.choices]) for each in shown] == [
        ("state_of_test", ["3+", "1+"])
    ]
    assert shown[0].choices[0].text == "vpn state_of_test:open"


def test_a_filter_typed_by_an_alias_can_be_taken_out() -> None:
    only = Facet("state_of_test", "State", [FacetValue("open", "Open", 4)])
    shown = presenting.narrowings(Results(total=4, facets=[only]), "vpn 测试状态:Open")

    assert [(choice.is_chosen, choice.text) for choice in shown[0].choices] == [(True, "vpn")]


def test_corrections_can_be_taken_back() -> None:
    results = Results(corrections=[Correction("pasword", "password")])

    assert presenting.literally("outlook pasword", results) == 'outlook "pasword"'
    assert presenting.literally("outlook", Results()) == ""


def test_completions_leave_the_caret_where_typing_goes_on() -> None:
    field = presenting.made_offer("vpn st", 6, Completion("state_of_test:", "State", start=4))
    value = presenting.made_offer(
        "vpn state_of_test:op now", 20, Completion("state_of_test:open", "Open", start=4)
    )

    assert (field.text, field.caret) == ("vpn state_of_test:", 18)
    assert (value.text, value.caret) == ("vpn state_of_test:open now", 23)
    assert presenting.offers(SYSTEM, "", 99) == []


def test_every_problem_has_its_sentence_in_both_languages() -> None:
    codes = (
        "filter_unknown",
        "filters_dropped",
        "quote_open",
        "query_too_long",
        "words_dropped",
        "value_missing",
    )
    for language in ("en", "zh-hans"):
        with translation.override(language):
            said = [presenting.problem_words(Problem(code, "farbe")) for code in codes]
            assert len(set(said)) == len(codes)


def test_examples_are_in_the_readers_words() -> None:
    def of(language: str) -> list[str]:
        return [
            example.text
            for example in presenting.examples(replace(SYSTEM, language=language), kinds=["thing"])
        ]

    assert of("en")[0] == "state_of_test:open"
    assert of("zh-hans")[0] == "测试状态:Open"


def test_an_articles_signs_of_markup_are_left_out() -> None:
    parts = [("**First:** run `ipconfig` - then ", False), ("VPN", True), (" 5 * 3", False)]

    assert "".join(text for text, _is_match in presenting.without_markup(parts)) == (
        "First: run ipconfig then VPN 5 3"
    )
