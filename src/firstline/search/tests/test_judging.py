"""Judged sets are read strictly, and measured as the textbooks do."""

import json
from pathlib import Path

import pytest

from firstline.kit.errors import InvalidInput
from firstline.search.judging import (
    JudgedDocument,
    JudgedQuery,
    measure,
    of_ranking,
    read_documents,
    read_queries,
)


def _file(folder: Path, *lines: str) -> Path:
    path = folder / "set.jsonl"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_documents_are_read(tmp_path: Path) -> None:
    path = _file(
        tmp_path, '\ufeff{"id": 7, "title": "VPN", "text": "断了", "more": 1}', "", '{"id": "b", "text": ""}'
    )

    documents = read_documents(path)

    assert documents == [JudgedDocument("7", "VPN", "断了"), JudgedDocument("b", "", "")]


def test_queries_are_read(tmp_path: Path) -> None:
    path = _file(
        tmp_path, '{"text": "vpn", "relevant": [7, "b"], "exclude": [9]}', '{"text": "", "relevant": []}'
    )

    queries = read_queries(path)

    assert queries == [
        JudgedQuery("vpn", frozenset({"7", "b"}), frozenset({"9"})),
        JudgedQuery("", frozenset()),
    ]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("nonsense", "judged_line_unreadable"),
        ("[1]", "judged_line_unreadable"),
        ("[" * 100_000, "judged_line_unreadable"),
        ('{"id": 1, "title": "x"}', "judged_text_missing"),
        ('{"id": 1, "title": 3, "text": "x"}', "judged_text_missing"),
        ('{"title": "x", "text": "x"}', "judged_id_missing"),
        ('{"id": true, "text": "x"}', "judged_id_missing"),
        ('{"id": "first", "text": "x"}', "judged_id_twice"),
    ],
)
def test_a_bad_document_is_named_by_its_line(tmp_path: Path, line: str, code: str) -> None:
    path = _file(tmp_path, '{"id": "first", "text": "x"}', "", line)

    with pytest.raises(InvalidInput) as caught:
        read_documents(path)

    assert (caught.value.code, caught.value.params["line"]) == (code, 3)


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ('{"text": "x"}', "judged_ids_missing"),
        ('{"text": "x", "relevant": "7"}', "judged_ids_missing"),
        ('{"text": "x", "relevant": [1.5]}', "judged_id_missing"),
        ('{"text": "x", "relevant": [1], "exclude": null}', "judged_ids_missing"),
        ('{"relevant": [1]}', "judged_text_missing"),
    ],
)
def test_a_bad_question_is_named_by_its_line(tmp_path: Path, line: str, code: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        read_queries(_file(tmp_path, line))

    assert (caught.value.code, caught.value.params["line"]) == (code, 1)


def test_bytes_that_are_no_text_are_named_by_their_line(tmp_path: Path) -> None:
    path = tmp_path / "set.jsonl"
    path.write_bytes(b'{"id": 1, "text": "x"}\n{"id": 2, "text": "\xff"}\n')

    with pytest.raises(InvalidInput) as caught:
        read_documents(path)

    assert (caught.value.code, caught.value.params["line"]) == ("judged_line_unreadable", 2)


def test_a_file_without_use_is_refused(tmp_path: Path) -> None:
    empty = _file(tmp_path, "", " ")
    for read in (read_documents, read_queries):
        with pytest.raises(InvalidInput, match="judged_file_empty"):
            read(empty)
        with pytest.raises(InvalidInput, match="judged_file_unreadable"):
            read(tmp_path / "missing.jsonl")
    with pytest.raises(InvalidInput, match="judged_nothing_relevant"):
        read_queries(_file(tmp_path, json.dumps({"text": "x", "relevant": [1], "exclude": [1]})))


def test_measures_of_one_ranking() -> None:
    query = JudgedQuery("x", frozenset("ab"))

    found = of_ranking(query, ["c", "a", "d", "e", "f", "b"])

    assert found == {
        "map": pytest.approx((1 / 2 + 2 / 6) / 2),
        "mrr": 1 / 2,
        "recall@5": 1 / 2,
        "ndcg@10": pytest.approx((0.6309298 + 0.3562072) / (1 + 0.6309298)),
        "hit@1": 0,
        "hit@5": 1,
        "hit@10": 1,
    }


def test_excluded_documents_neither_take_a_place_nor_count() -> None:
    query = JudgedQuery("x", frozenset("ab"), frozenset("bc"))

    found = of_ranking(query, ["c", "b", "a"])

    assert found == dict.fromkeys(found, 1)


def test_nothing_found_and_nothing_relevant() -> None:
    asked = [
        JudgedQuery("x", frozenset("a")),
        JudgedQuery("y", frozenset("b")),
        JudgedQuery("z", frozenset()),
    ]

    figures = measure(asked, [["a"], [], ["a"]])

    assert figures == dict.fromkeys(figures, 1 / 2)
