"""Hostile forms: each field of each form of each page, and every route that takes a POST."""

import json
import random
import re
import time
from typing import Any

import pytest
from tests.campaigns.forms import Form, forms_of
from tests.campaigns.hostile import CHINESE, REFUSALS, Desk
from tests.campaigns.payloads import NAMES, QUERIES, VALUES
from tests.campaigns.process import Client, is_full

pytestmark = [pytest.mark.campaign, pytest.mark.usefixtures("unharmed")]
PEOPLE = ("administrator", "colleague", "specialist", "requester")
LANGUAGE = {"administrator": "zh-CN", "colleague": "zh-CN", "specialist": "en", "requester": "en"}
# They end the session that asks, or change its password.
LEFT_ALONE = ("/accounts/logout/", "/accounts/sessions/", "/accounts/password/")
SLICE_SECONDS = 20
FULL_SECONDS = 240


class Crowd:
    """People with browsers, who sign in again where their session went."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self._clients: dict[str, Client] = {}

    def __getitem__(self, name: str) -> Client:
        if name not in self._clients:
            self._clients[name] = self.desk.client(name, LANGUAGE[name])
        return self._clients[name]

    def forget(self, name: str) -> None:
        self._clients.pop(name, None)


@pytest.fixture(scope="module")
def crowd(desk: Desk) -> Crowd:
    return Crowd(desk)


def seconds() -> float:
    return FULL_SECONDS if is_full() else SLICE_SECONDS


def test_every_field_of_every_form_answers_clearly(desk: Desk, crowd: Crowd) -> None:
    chosen = random.Random(7)
    work = [(name, form) for name in PEOPLE for form in all_forms(desk, crowd, name)]
    assert len({path_of(form) for _, form in work}) > 40, "the pages show hardly any forms"
    trials = [
        (name, form, field, value)
        for name, form in work
        for field in [*form.fields, "version", "unknown"]
        for value in VALUES
    ]
    chosen.shuffle(trials)
    until, wrong, tried = time.monotonic() + seconds(), [], set()
    for name, form, field, value in trials:
        if time.monotonic() > until:
            break
        tried.add((path_of(form), field))
        wrong += trial(desk, crowd, name, form, field, value)
    print(f"\nhostile forms: {len(tried)} fields of {len({path for path, _ in tried})} forms")

    assert not wrong, "\n".join(map(repr, wrong[:12]))


def test_every_route_that_takes_a_post_answers_clearly(desk: Desk, crowd: Crowd) -> None:
    chosen = random.Random(11)
    wrong: list[Any] = []
    for path in posts(desk):
        for value in VALUES if is_full() else chosen.sample(VALUES, 1):
            name = chosen.choice(PEOPLE)
            wrong += trial(desk, crowd, name, Form(path), "", value, dict.fromkeys(NAMES, value))

    assert not wrong, "\n".join(map(repr, wrong[:12]))


def test_a_form_without_its_token_or_from_another_site_changes_nothing(desk: Desk, crowd: Crowd) -> None:
    client = crowd["colleague"]
    wrong = []
    with desk.untouched():
        for path in posts(desk):
            for headers in (
                {"X-CSRFToken": ""},
                {"X-CSRFToken": "x" * 64},
                {"Origin": "https://evil.example"},
            ):
                status, body = client.post_form(path, {"body": "x", "name": "x"}, **headers)
                desk.note("forged forms", status)
                if status not in {401, 403, 404, 405} or not CHINESE.search(body.decode()):
                    wrong.append((path, headers, status, body[:80]))

    assert not wrong, "\n".join(map(repr, wrong[:12]))


def test_what_is_no_form_is_answered_clearly(desk: Desk, crowd: Crowd) -> None:
    client = crowd["colleague"]
    kinds = {
        "application/json": b'{"body": "x"}',
        "multipart/form-data; boundary=x": b"--x\r\nContent-Disposition: form-data; name=body\r\n\r\ncut",
        "multipart/form-data": b"--x",
        "multipart/form-data; boundary=" + "b" * 300: b"",
        "multipart/form-data; boundary=y": b"--y\r\nContent-Disposition: form-data\r\n" * 3000,
        "application/x-www-form-urlencoded; charset=utf-99": b"body=x",
        "application/x-www-form-urlencoded": b"a=1&" * 5000,
    }
    kinds["text/plain; charset=nobody"] = b"\xff" * 2000
    wrong = []
    before = desk.books.count("SELECT count(*) FROM tickets_ticket")
    paths = [*posts(desk)]
    for path in paths if is_full() else random.Random(5).sample(paths, 25):
        for kind, body in kinds.items():
            token = {"X-CSRFToken": client.cookies["firstline_csrf"], "Content-Type": kind}
            status, answer = client.request("POST", path, body, token)
            desk.note("bodies", status)
            if status >= 500 or (status in REFUSALS and not CHINESE.search(answer.decode(errors="replace"))):
                wrong.append((path, kind, status, answer[:80]))

    assert not wrong, "\n".join(map(repr, wrong[:12]))
    assert desk.books.count("SELECT count(*) FROM tickets_ticket") == before


def test_searches_and_filters_of_every_page(desk: Desk, crowd: Crowd) -> None:
    chosen = random.Random(3)
    paths = [path for path in gets(desk) if "<" not in path]
    wrong = []
    for path in paths:
        for text in QUERIES if is_full() or "search" in path else chosen.sample(QUERIES, 2):
            name = chosen.choice(PEOPLE)
            status = ask(desk, crowd[name], path, text)
            if status >= 500:
                wrong.append((path, text[:60], status))

    assert not wrong, "\n".join(map(repr, wrong[:12]))


def test_a_request_sent_twice_is_one_ticket(desk: Desk, crowd: Crowd) -> None:
    client = crowd["requester"]
    (form,) = [form for form in forms_of(client.get("/portal/")[1], "/portal/") if "draft_key" in form.fields]
    typed = form.filled(subject="Sent twice by an impatient hand", body="Nothing happens.", can_work="yes")
    before = desk.books.count("SELECT count(*) FROM tickets_ticket")

    answers = [client.post_form(form.action, typed) for _ in range(3)]
    desk.sent["forms"] += 3

    assert {status for status, _ in answers} <= {200, 204, 302, 303}, answers
    assert desk.books.count("SELECT count(*) FROM tickets_ticket") == before + 1


def trial(
    desk: Desk,
    crowd: Crowd,
    name: str,
    form: Form,
    field: str,
    value: str,
    fields: dict[str, Any] | None = None,
) -> list[Any]:
    """Send one changed form; what is wrong with the answer, if anything."""
    client, language = crowd[name], LANGUAGE[name]
    is_fragment = random.Random(f"{form.action}{field}{value}").random() < 0.5
    sent = form.filled(**{field: value}) if fields is None else fields
    status, body = client.post_form(form.action, sent, **{"HX-Request": "true" if is_fragment else "false"})
    desk.note("forms", status)
    text = body.decode(errors="replace")
    if "json" in (client.headers.get("Content-Type") or ""):
        text = str(json.loads(text))  # as the script reads it that asked
    if status == 401:
        crowd.forget(name)
    if status in REFUSALS and desk.audited(client):
        return [("half-written", form.action, field, value[:40], status)]
    if status >= 500 or (status in REFUSALS and language != "en" and not CHINESE.search(text)):
        return [(form.action, field, value[:40], status, text[:120])]
    if status in REFUSALS and not re.search(r"\w", text):
        return [("without a word", form.action, field, value[:40], status)]
    return []


def ask(desk: Desk, client: Client, path: str, text: str) -> int:
    from urllib.parse import quote, urlencode

    names = ("q", "view", "sort", "page", "cursor", "after", "status", "team", "state", "kind", "text", "at")
    query = urlencode(dict.fromkeys(names, text[:1500]))
    status = client.get(f"{path}?{query}")[0]
    desk.note("searches", status)
    if "search" in path:
        status = max(status, client.get(f"{path}?q={quote(text[:6000])}&kind=ticket&page=2")[0])
    return status


def all_forms(desk: Desk, crowd: Crowd, name: str) -> list[Form]:
    """Every form on every page that this person can open, each once."""
    seen: dict[tuple[str, ...], Form] = {}
    for path in gets(desk):
        status, page = crowd[name].get(path)
        assert status < 500, (path, status)
        for form in forms_of(page, path) if status == 200 else ():
            if not form.action.startswith(LEFT_ALONE):
                seen.setdefault((form.action, *sorted(form.fields)), form)
    return list(seen.values())


def gets(desk: Desk) -> list[str]:
    """Every page, with ids of things that exist."""
    skipped = ("api/", "agent/download/", "accounts/logout/", "files/")
    return [fill(desk, route, kinds) for route, kinds in desk.routes if not route.startswith(skipped)]


def posts(desk: Desk) -> list[str]:
    """Every route that may be posted to."""
    return [path for path in gets(desk) if not path.startswith(LEFT_ALONE)]


def fill(desk: Desk, route: str, kinds: dict[str, str]) -> str:
    path = "/" + route
    for name, kind in kinds.items():
        known = desk.things["ids"].get(name, [1])
        value = {"IntConverter": str(known[0]), "UUIDConverter": desk.things["files"][0]}.get(kind, "csv")
        path = re.sub(rf"<(?:\w+:)?{name}>", value, path)
    return path


def path_of(form: Form) -> str:
    return re.sub(r"\d+", "#", form.action)
