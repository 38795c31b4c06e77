"""`search eval`: the product's own search, on a database of its own."""

import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from firstline.kit.errors import DomainError, InvalidInput
from firstline.search.evaluation import evaluate
from firstline.search.judging import MEASURES, JudgedDocument, JudgedQuery

DOCUMENTS = [
    JudgedDocument("tunnel", "The tunnel closes", "Every ten minutes, error 0x80070005."),
    JudgedDocument("tape", "打印机缺纸", "硒鼓也要换了。"),
    JudgedDocument("twin", "The tunnel closes", "Every ten minutes, error 0x80070005."),
]
QUERIES = [
    JudgedQuery("tunnel closes", frozenset({"tunnel"}), frozenset({"twin"})),
    JudgedQuery("硒鼓", frozenset({"tape"})),
]


@pytest.mark.slow
@pytest.mark.django_db
def test_a_judged_set_is_searched_beside_the_product() -> None:
    result = evaluate(DOCUMENTS, QUERIES)

    assert result.figures == dict.fromkeys(MEASURES, 1)
    assert [set(ranking) for ranking in result.rankings] == [{"tunnel", "twin"}, {"tape"}]


@pytest.mark.slow
@pytest.mark.django_db
def test_postgresql_is_asked_only_where_there_is_one() -> None:
    if connection.vendor != "postgresql":
        with pytest.raises(InvalidInput, match="judged_no_postgresql"):
            evaluate(DOCUMENTS, QUERIES, database="postgresql")
        return

    result = evaluate(DOCUMENTS, QUERIES, database="postgresql")

    with connection.cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database WHERE datname LIKE 'firstline_judged_%%'")
        assert cursor.fetchall() == []
    assert result.figures == dict.fromkeys(MEASURES, 1)


@pytest.mark.django_db
def test_a_server_that_does_not_answer_is_told() -> None:
    with pytest.raises(DomainError, match="judged_no_scratch"):
        evaluate(DOCUMENTS, QUERIES, database="postgresql", server="postgresql://nobody@/none?host=/nowhere")


@pytest.mark.django_db
def test_a_run_that_takes_too_long_is_stopped() -> None:
    with pytest.raises(DomainError, match="judged_too_slow"):
        evaluate(DOCUMENTS, QUERIES, timeout_seconds=0.01)


@pytest.mark.slow
@pytest.mark.django_db
def test_a_run_that_fails_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FIRSTLINE_SECRET_KEY", "short")

    with pytest.raises(DomainError) as caught:
        evaluate(DOCUMENTS, QUERIES)

    assert caught.value.code == "judged_run_failed"
    assert "FIRSTLINE_SECRET_KEY" in str(caught.value.params["reason"])


def _files(folder: Path) -> list[str]:
    docs, queries = folder / "docs.jsonl", folder / "queries.jsonl"
    docs.write_text(
        "".join(json.dumps({"id": d.id, "title": d.title, "text": d.text}) + "\n" for d in DOCUMENTS),
        encoding="utf-8",
    )
    queries.write_text(
        "".join(
            json.dumps({"text": q.text, "relevant": sorted(q.relevant), "exclude": sorted(q.exclude)}) + "\n"
            for q in QUERIES
        ),
        encoding="utf-8",
    )
    return ["--docs", str(docs), "--queries", str(queries)]


@pytest.mark.slow
@pytest.mark.django_db
def test_the_command_prints_one_flat_object(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("search", "eval", *_files(tmp_path), "--json")

    assert json.loads(capsys.readouterr().out) == dict.fromkeys(MEASURES, 1)


@pytest.mark.slow
@pytest.mark.django_db
def test_the_command_prints_a_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("search", "eval", *_files(tmp_path), "--typing")

    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "3 documents, 2 questions, SQLite"
    assert lines[1:] == [f"  {name:<10} 1.000" for name in MEASURES]


def test_a_bad_line_ends_the_command_with_its_number(tmp_path: Path) -> None:
    arguments = _files(tmp_path)
    Path(arguments[3]).write_text('{"text": "x"}\n', encoding="utf-8")

    with pytest.raises(CommandError, match=r"queries\.jsonl, line 1"):
        call_command("search", "eval", *arguments)
