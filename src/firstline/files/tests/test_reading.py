import io
import resource
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from django.db import transaction

from firstline.files import permissions, reading
from firstline.files.actions import attach, erase, read_missing_texts, read_text, store
from firstline.files.enums import ERRORS, TextState
from firstline.files.models import FileText, StoredFile
from firstline.files.queries import texts_of
from firstline.files.reading import Reading, form_of, read_file
from firstline.files.sniffing import sniff
from firstline.files.tests.hostile import billion_laughs, docx, package, pdf, zip_bomb
from firstline.kit.actor import SYSTEM, Actor
from firstline.kit.refs import Ref
from firstline.outbox.models import Job
from firstline.outbox.testing import drain

MEI = Actor(kind="person", id=7, label="Mei Lin", organization_id=3)
INC = Ref("ticket_message", 42, "INC-42")


@pytest.fixture(autouse=True)
def own_access(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(permissions, "_access", {})


def read(folder: Path, content: bytes, form: str, **limits: float) -> Reading:
    path = folder / "given"
    path.write_bytes(content)
    return read_file(path, form, **limits)  # type: ignore[arg-type]


def failed(code: str) -> Reading:
    return Reading(TextState.FAILED, problem=code)


def keep(content: bytes, name: str) -> StoredFile:
    file = store(actor=MEI, stream=io.BytesIO(content), name=name)
    with transaction.atomic():
        attach([file], ref=INC, organization_id=3)
    return file


def test_documents_yield_their_words(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["工单", "Ticket"])
    book.active.append([7, "Printer on floor 3"])
    sheet = io.BytesIO()
    book.save(sheet)
    slides = package(
        {
            "ppt/presentation.xml": "<p/>",
            "ppt/slides/slide1.xml": '<s xmlns:a="a"><a:p><a:r><a:t>VPN plan</a:t></a:r></a:p></s>',
        }
    )

    assert read(tmp_path, docx("Hello 打印机", "0x80070005"), "office").text == "Hello 打印机\n0x80070005"
    assert read(tmp_path, sheet.getvalue(), "office").text == "工单\tTicket\t\n7\tPrinter on floor 3"
    assert read(tmp_path, slides, "office").text == "VPN plan"
    assert read(tmp_path, pdf("Replace the toner"), "pdf").text == "Replace the toner"


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("打印机无法连接，请检查网络。", "gbk"),
        ("打印机无法连接，请检查网络。", "utf-8"),
        ("打印机 offline", "utf-8-sig"),
        ("打印机 offline", "utf-16"),
        ("Error 0x80070005 in setup.log", "utf-16-le"),
        ("印表機無法連線，請檢查網路設定。", "big5"),
        ("プリンターに接続できません。確認してください。", "cp932"),
        ("déjà vu: où est le garçon naïf?", "latin-1"),
        ("", "ascii"),
    ],
)
def test_text_is_read_in_its_own_encoding(text: str, encoding: str, tmp_path: Path) -> None:
    found = read(tmp_path, text.encode(encoding), "plain")

    assert found == (Reading(TextState.READ, text) if text else Reading(TextState.EMPTY))


def test_cut_chinese_text_loses_only_its_last_character(tmp_path: Path) -> None:
    assert read(tmp_path, "打印机".encode("gbk")[:-1], "plain").text == "打印"


@pytest.mark.parametrize(
    ("make", "form", "code"),
    [
        (zip_bomb, "office", "text_too_big"),
        (billion_laughs, "office", "text_hostile"),
        (lambda: docx("Hello")[:-30], "office", "text_damaged"),
        (lambda: b"#!/bin/sh\nrm -rf /\n", "office", "text_damaged"),
        (lambda: package({"evil.exe": "MZ"}), "office", "text_unknown"),
        (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "office", "text_encrypted"),
        (lambda: pdf(password="geheim"), "pdf", "text_encrypted"),
        (lambda: pdf()[: len(pdf()) // 2], "pdf", "text_damaged"),
        (lambda: pdf(bomb_mb=160), "pdf", "text_too_big"),
        (lambda: bytes(range(256)) * 50, "plain", "text_unknown"),
    ],
    ids=["bomb", "laughs", "cut", "script", "zip", "locked", "locked-pdf", "cut-pdf", "pdf-bomb", "binary"],
)
def test_hostile_file_costs_only_the_child(
    make: Callable[[], bytes], form: str, code: str, tmp_path: Path
) -> None:
    content = make()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    assert read(tmp_path, content, form) == failed(code)
    assert code in ERRORS
    # The service never holds what the file unpacks to.
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50 * 1024


def test_two_gigabytes_of_nothing_are_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "huge.docx"
    with path.open("wb") as stream:
        stream.write(b"PK\x03\x04")
        stream.truncate(2 * 2**30)

    assert read_file(path, "office") == failed("text_too_big")


def test_text_is_cut_at_the_limit(tmp_path: Path) -> None:
    endless = docx("A" * 5_000_000)

    assert read(tmp_path, endless, "office", chars_max=1000) == Reading(
        TextState.READ, "A" * 1000, is_cut=True
    )


@pytest.mark.parametrize(
    ("body", "seconds", "code"),
    [
        ("import time; time.sleep(600)", 3, "text_too_slow"),
        ("import os; os.abort()", 120, "text_crashed"),
        ("import sys; sys.stdout.write('ok\\n' + 'x'); sys.exit(3)", 120, "text_crashed"),
        ("import sys\nwhile True: sys.stdout.write('x' * 65536)", 120, "text_crashed"),
    ],
    ids=["hangs", "aborts", "lies", "floods"],
)
def test_child_gone_wild_is_ended(
    body: str, seconds: float, code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "_PROGRAM", body)

    assert read(tmp_path, b"text", "plain", seconds_max=seconds) == failed(code)


def test_child_has_given_its_powers_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = reading._PROGRAM.rpartition("; main(")[0] + (
        "; import os, resource as r; from firstline.files.extracting import child; child._give_up_powers();"
        "print('ok'); print([r.getrlimit(n)[0] for n in (r.RLIMIT_FSIZE, r.RLIMIT_NOFILE, r.RLIMIT_CPU,"
        " r.RLIMIT_AS)], os.nice(0) >= 10, sorted(set(os.environ) - {'LC_CTYPE', 'LD_LIBRARY_PATH'}))"
    )
    monkeypatch.setattr(reading, "_PROGRAM", program)

    assert read(tmp_path, b"", "plain").text.split("\n")[0] == f"[0, 32, 20, {512 * 2**20}] True []"


@pytest.mark.parametrize(
    ("name", "content", "form"),
    [
        ("a.pdf", pdf(), "pdf"),
        ("a.docx", docx("x"), "office"),
        ("a.zip", docx("x"), ""),
        ("notes.txt", b"hello", "plain"),
        ("日志.log", "打印机".encode("gbk"), "plain"),
        ("a.bin", b"\x00\x01\x02", ""),
        ("screen.png", b"\x89PNG\r\n\x1a\n" + bytes(10), ""),
    ],
)
def test_form_follows_bytes_and_name(name: str, content: bytes, form: str) -> None:
    assert form_of(sniff(content[:4096], name), name) == form


@pytest.mark.django_db(transaction=True)
def test_attached_file_is_read_once_by_a_job() -> None:
    file, picture = keep(docx("Hello 打印机"), "a.docx"), keep(b"\x89PNG\r\n\x1a\n" + bytes(10), "b.png")

    drain()

    words = FileText.objects.get()
    assert (words.file_id, words.state, words.text) == (file.id, TextState.READ, "Hello 打印机")
    assert texts_of(INC.kind, [42], chars_max=5) == {42: ["a.docx\nHello", "b.png"]}
    assert not read_text(actor=SYSTEM, file_id=file.id)
    assert not read_text(actor=SYSTEM, file_id=picture.id)


@pytest.mark.django_db(transaction=True)
def test_failure_is_kept_with_its_reason_and_shown() -> None:
    file = keep(pdf(password="geheim"), "plan.pdf")
    lost = keep(b"words", "lost.txt")
    lost.path.unlink()

    drain()

    kept = {row.id: row.text_problem for row in StoredFile.objects.select_related("words")}
    assert kept == {file.id: ERRORS["text_encrypted"], lost.id: ERRORS["text_lost"]}
    assert (Job.objects.count(), texts_of(INC.kind, [42], chars_max=9)) == (0, {42: ["plan.pdf", "lost.txt"]})


@pytest.mark.django_db(transaction=True)
def test_files_of_an_earlier_version_are_read_later() -> None:
    keep(b"words", "old.txt")
    Job.objects.all().delete()

    assert (read_missing_texts(), read_missing_texts()) == (1, 1)
    drain()
    assert read_missing_texts() == 0
    assert FileText.objects.get().text == "words"


@pytest.mark.django_db(transaction=True)
def test_erased_files_leave_neither_bytes_nor_words() -> None:
    file = keep(b"words", "mine.txt")
    drain()

    with transaction.atomic():
        assert erase(actor=SYSTEM, kind=INC.kind, ref_ids=[42]) == 1
        assert erase(actor=SYSTEM, kind=INC.kind, ref_ids=[43]) == 0

    assert (StoredFile.objects.count(), FileText.objects.count(), file.path.exists()) == (0, 0, False)
    assert not read_text(actor=SYSTEM, file_id=file.id)
