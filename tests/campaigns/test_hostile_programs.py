"""Hostile programs: the API's bodies, keys and tokens, uploads, and lines that are hardly HTTP."""

import json
import random
import socket
import uuid
from collections.abc import Iterator

import pytest
from tests.campaigns.forms import forms_of
from tests.campaigns.hostile import CHINESE, Desk
from tests.campaigns.payloads import BODIES, CONTENT_TYPES, DOCUMENTS, QUERIES, document_bomb, files
from tests.campaigns.process import Client

pytestmark = [pytest.mark.campaign, pytest.mark.usefixtures("unharmed")]
OPERATIONS = ("/api/v1/tickets", "/api/v1/tickets/1/replies", "/api/v1/alerts")
# What a file is served as, whatever its sender said: nothing that a browser runs.
INERT = ("image/png", "image/jpeg", "image/gif", "image/webp", "text/plain", "application/", "video/mp4")


def bodies() -> Iterator[tuple[bytes, str]]:
    for document in DOCUMENTS:
        yield json.dumps(document).encode(), "application/json"
    for raw in BODIES:
        yield raw, "application/json"
    for kind in CONTENT_TYPES:
        yield b'{"body": 5, "severity": []}', kind


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_hostile_documents_are_problems_in_the_callers_language(desk: Desk, language: str) -> None:
    program = desk.program(language=language)
    wrong = []
    for path in OPERATIONS:
        for raw, kind in bodies():
            status, body = program.request("POST", path, raw, {"Content-Type": kind} if kind else {})
            desk.note("documents", status)
            if status in {200, 201}:
                continue  # Some of it is a good reply, or a good alert.
            problem = json.loads(body) if "problem+json" in (program.headers["Content-Type"] or "") else {}
            said = problem.get("detail", "")
            is_clear = 400 <= status < 500 and said and bool(CHINESE.search(said)) == (language != "en")
            if not is_clear or problem["request_id"] != program.headers["X-Request-ID"]:
                wrong.append((path, raw[:60], kind[:30], status, body[:160]))
            if desk.audited(program):
                wrong.append(("half-written", path, raw[:60], kind[:30], status))

    assert not wrong, "\n".join(map(repr, wrong[:12]))


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_bodies_beyond_the_limit_are_refused_unread(desk: Desk, language: str) -> None:
    program = desk.program(language=language)
    for size in (2 * 2**20, 60 * 2**20):
        status, body = program.request(
            "POST", "/api/v1/tickets", b"x" * size, {"Content-Type": "application/json"}
        )
        desk.note("documents", status)
        assert status == 413
        assert size > 2**25 or bool(CHINESE.search(body.decode())) == (language != "en")


def test_hostile_questions_to_the_api(desk: Desk) -> None:
    from urllib.parse import quote

    program = desk.program(language="zh-CN")
    for text in QUERIES:
        for path in (
            f"/api/v1/tickets?q={quote(text[:3000])}",
            f"/api/v1/tickets?cursor={quote(text[:3000])}&limit={quote(text[:50])}",
            f"/api/v1/tickets/{quote(text[:200], safe='')}",
            f"/api/v1/{quote(text[:200])}",
        ):
            status, body = program.get(path)
            desk.note("questions", status)
            assert status < 500, (path[:100], body[:300])
            assert status < 400 or CHINESE.search(body.decode()), (path[:100], status, body[:300])


def test_a_key_used_for_another_request_is_refused(desk: Desk) -> None:
    program = desk.program()
    mine = {"body": "Once.", "requester": "client03@works.example"}
    first = program.post_json("/api/v1/tickets", mine, **{"Idempotency-Key": "one"})
    again = program.post_json("/api/v1/tickets", mine, **{"Idempotency-Key": "one"})
    other = program.post_json("/api/v1/tickets", {**mine, "body": "Twice."}, **{"Idempotency-Key": "one"})
    strange = program.post_json("/api/v1/tickets", mine, **{"Idempotency-Key": "k" * 5000})

    assert (first[0], again) == (201, first)
    assert (other[0], other[1]["code"]) == (422, "idempotency_key_reused")
    assert (strange[0], strange[1]["code"]) == (400, "idempotency_key_invalid")


def test_wrong_tokens_are_refused_alike(desk: Desk) -> None:
    answers = set()
    for token in ("flt_" + "x" * 43, "x", "中文".encode().decode("latin-1"), "a" * 7000, "flt_\t"):
        program = desk.stranger(token)
        status, body = program.get("/api/v1/tickets")
        answers.add((status, json.loads(body)["code"]))

    assert answers == {(401, "token_unknown")}


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_a_program_that_never_rests_is_told_when_to_come_again(desk: Desk, language: str) -> None:
    admin = desk.client("administrator")
    (form,) = [
        form
        for form in forms_of(admin.get("/admin/installation/")[1], "/admin/installation/")
        if "api_requests_per_minute" in form.fields
    ]
    assert admin.post_form(form.action, form.filled(api_requests_per_minute="20"))[0] in {204, 303, 200}
    try:
        program = desk.program("colleague", language)
        # Now and then one is answered again: on a slow day the last of so many may be.
        asked = (program.get("/api/v1/tickets") for _ in range(400))
        status, body = next(answer for answer in asked if answer[0] != 200)
        assert status == 429
        assert 1 <= int(program.headers["Retry-After"]) <= 60
        assert bool(CHINESE.search(json.loads(body)["detail"])) == (language != "en")
        assert desk.program("specialist").get("/api/v1/tickets")[0] == 200
    finally:
        admin.post_form(form.action, form.filled(api_requests_per_minute="1000000"))


def test_an_invented_address_does_not_open_a_locked_door(desk: Desk) -> None:
    """Whoever guesses passwords is locked out whatever X-Forwarded-For says."""
    stranger = desk.stranger(language="zh-CN")
    victim = desk.cast["manager"]["email"]
    stranger.get("/accounts/login/")
    answers = [
        stranger.post_form(
            "/accounts/login/",
            {"login": victim, "password": f"guess-{number}"},
            **{"X-Forwarded-For": f"203.0.113.{number}", "X-Real-IP": f"203.0.113.{number}"},
        )
        for number in range(12)
    ]

    assert answers[0][0] == 422
    assert answers[-1][0] == 429
    assert CHINESE.search(answers[-1][1].decode())
    locked = "SELECT count(*) FROM audit_auditrecord WHERE verb = 'accounts.sign_in_locked'"
    assert desk.books.count(locked) >= 1


def test_uploads_are_what_they_are_and_not_what_they_say(desk: Desk) -> None:
    client = desk.client("colleague", "zh-CN")
    wrong = []
    for name, kind, content in files():
        before = set(desk.books.column("SELECT id FROM files_storedfile"))
        status, body = upload(desk, client, [("files", name, kind, content)])
        assert status < 500, (name, body[:300])
        if status >= 400:
            assert CHINESE.search(body.decode()), (name, status)
            continue
        (fresh,) = set(desk.books.column("SELECT id FROM files_storedfile")) - before
        served, _body = client.get(f"/files/{uuid.UUID(str(fresh))}/")
        headers = client.headers
        shown = headers["Content-Type"] or ""
        is_inert = shown.startswith(INERT) and headers["X-Content-Type-Options"] == "nosniff"
        if served != 200 or not is_inert or headers["X-Injected"] or "html" in shown or "svg" in shown:
            wrong.append((name, served, dict(headers)))
    desk.settle()
    desk.memory_bytes()

    assert not wrong, wrong[:3]


def test_uploads_beyond_the_limit_and_empty_ones_are_refused_in_words(desk: Desk) -> None:
    client = desk.client("colleague", "zh-CN")
    before = desk.books.count("SELECT count(*) FROM tickets_ticket")
    for content in (b"", b"\x01" * (26 * 2**20)):
        status, body = upload(desk, client, [("files", "x.bin", "application/octet-stream", content)])
        assert 400 <= status < 500
        assert CHINESE.search(body.decode())
    many = [("files", f"{number}.txt", "text/plain", b"x") for number in range(300)]
    status, body = upload(desk, client, many)
    assert 400 <= status < 500
    assert CHINESE.search(body.decode())
    desk.memory_bytes()

    assert desk.books.count("SELECT count(*) FROM tickets_ticket") == before


@pytest.mark.parametrize("page", ["/admin/people/import/", "/desk/devices/import/"])
def test_lists_that_are_none_are_refused_in_words(desk: Desk, page: str) -> None:
    client = desk.client("administrator", "zh-CN")
    lists = [
        b"", b"\x00" * 5000, b"name,email\n" * 3, b"\xff\xfe\xfd", b'"' * 3000, b"a" * 3_000_000,
        document_bomb(), "姓名,邮箱\n王芳,不是地址\n".encode("gb18030"), b"name,email\n" + b"x," * 50_000,
    ]  # fmt: skip
    with desk.untouched():
        for content in lists:
            (form,) = [form for form in forms_of(client.get(page)[1], page) if form.files]
            status, body = client.post_files(
                form.action, {}, [(form.files[0], "list.csv", "text/csv", content)], **{"HX-Request": "true"}
            )
            desk.note("lists", status)
            assert status in {200, 400, 413, 422}, (content[:40], status, body[:300])
            assert CHINESE.search(body.decode())


def test_lines_that_are_hardly_http(desk: Desk) -> None:
    chosen = random.Random(5)
    host = b"Host: localhost\r\n"
    for line in (
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET " + b"/" * 100_000 + b" HTTP/1.1\r\n" + host + b"\r\n",
        b"GET / HTTP/1.1\r\n" + b"".join(b"X-%d: y\r\n" % n for n in range(3000)) + host + b"\r\n",
        b"POST / HTTP/1.1\r\n" + host + b"Content-Length: -5\r\n\r\n",
        b"POST / HTTP/1.1\r\n" + host + b"Content-Length: 99999999999999999999\r\n\r\n",
        b"POST / HTTP/1.1\r\n" + host + b"Transfer-Encoding: chunked\r\n\r\nZZ\r\n",
        b"POST / HTTP/1.1\r\n" + host + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"GET /%ff%fe%00 HTTP/1.1\r\n" + host + b"\r\n",
        b"GET /?%ff=%ff&q=%00 HTTP/1.1\r\n" + host + b"Cookie: \xff\xfe=\x80\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: \x00\r\n\r\n",
        b"GET http://evil.example/ HTTP/1.1\r\n" + host + b"\r\n",
        b"BREW /coffee HTTP/1.1\r\n" + host + b"\r\n",
        chosen.randbytes(5000),
    ):
        with socket.create_connection(("127.0.0.1", desk.service.port), timeout=240) as wire:
            wire.sendall(line)
            wire.shutdown(socket.SHUT_WR)
            try:
                heard = wire.recv(4096)
            except ConnectionResetError:
                heard = b""
        desk.sent["lines"] += 1
        assert not heard.startswith(b"HTTP/1.1 5"), (line[:60], heard[:300])


def upload(desk: Desk, client: Client, sent: list[tuple[str, str, str, bytes]]) -> tuple[int, bytes]:
    """A request in the portal with these files."""
    typed = {"subject": "See the file", "body": "It is attached.", "can_work": "yes"}
    status, body = client.post_files("/portal/ask/", typed, sent, **{"HX-Request": "true"})
    desk.note("uploads", status)
    return status, body
