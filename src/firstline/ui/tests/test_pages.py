from dataclasses import dataclass
from pathlib import Path

import jinja2
import pytest
from django import forms
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django.utils import translation

from firstline.kit.actor import Actor
from firstline.kit.errors import Conflict, InvalidInput
from firstline.ui import errors, navigation, pages, toasts
from firstline.ui.forms import apply_error
from firstline.ui.middleware import ContentSecurityPolicyMiddleware

PAGE = """{% extends "ui/desk.html" %}
{% from "ui/macros/core.html" import clock %}
{% block title %}Bikes{% endblock %}
{% block content %}
<div id="list">{{ page.name }} {{ name }} {{ clock("2 h", 40) }}{{ csrf_input }}</div>
{% endblock %}
"""


@dataclass(frozen=True)
class BikePage:
    name: str


@pytest.fixture(autouse=True)
def templates(monkeypatch: pytest.MonkeyPatch) -> None:
    environment = pages.environment()
    extra = jinja2.DictLoader(
        {"test/bikes.html": PAGE, "test/bad.html": "{{ unknown }}", "test/mail.txt": "{{ _('Today') }}"}
    )
    monkeypatch.setattr(environment, "loader", jinja2.ChoiceLoader([extra, environment.loader]))
    monkeypatch.setattr(environment, "cache", None)
    monkeypatch.setattr(navigation, "_bells", [])
    return


def request(path: str = "/desk/", **extra: object) -> HttpRequest:
    made = RequestFactory().get(path, **extra)
    made.actor = Actor(kind="person", id=3, label="Mei Zhao", permissions=frozenset({"bikes:bike:view"}))
    return made


def test_a_plain_request_gets_the_whole_page_from_a_dataclass() -> None:
    response = pages.render(request(), "test/bikes.html", BikePage("Red <b>"), block="content")

    html = response.content.decode()
    assert html.startswith("<!doctype html>")
    assert "Red &lt;b&gt; Red &lt;b&gt;" in html
    assert response["Vary"] == "HX-Request, Cookie, Accept-Language"


def test_htmx_gets_the_block_alone_with_its_imports() -> None:
    response = pages.render(
        request(HTTP_HX_REQUEST="true"), "test/bikes.html", BikePage("Red"), block="content"
    )

    html = response.content.decode()
    assert html.startswith('<div id="list">Red Red <span class="clock">')
    assert 'name="csrfmiddlewaretoken"' in html
    assert "<html" not in html


def test_htmx_that_replaces_the_page_gets_the_page() -> None:
    asked = request(HTTP_HX_REQUEST="true", HTTP_HX_REQUEST_TYPE="full")

    assert (
        b"<!doctype html>" in pages.render(asked, "test/bikes.html", BikePage("Red"), block="content").content
    )


def test_unknown_names_and_blocks_fail_loudly() -> None:
    with pytest.raises(jinja2.UndefinedError):
        pages.render(request(), "test/bad.html")
    with pytest.raises(LookupError):
        pages.render(request(HTTP_HX_REQUEST="true"), "test/bikes.html", BikePage("Red"), block="nothing")


def test_a_mail_is_written_in_its_readers_language() -> None:
    assert pages.render_text("test/mail.txt", language="zh-hans") == "今天"


def test_a_toast_travels_over_a_redirect_once() -> None:
    first = RequestFactory().post("/desk/1/close/")
    response = pages.redirect(first, "/desk/", toast="Closed", undo_url="/desk/1/undo/")
    assert (response.status_code, response["Location"]) == (303, "/desk/")

    following = request()
    following.COOKIES[toasts.COOKIE] = response.cookies[toasts.COOKIE].value
    shown = pages.render(following, "test/bikes.html", BikePage("Red"))

    html = shown.content.decode()
    assert "Closed" in html
    assert 'action="/desk/1/undo/"' in html
    assert shown.cookies[toasts.COOKIE]["max-age"] == 0


def test_a_forged_toast_is_ignored() -> None:
    asked = request()
    asked.COOKIES[toasts.COOKIE] = "forged"

    assert toasts.take(asked) == []


def test_a_fragment_carries_its_toast_out_of_band() -> None:
    asked = request(HTTP_HX_REQUEST="true")
    toasts.add(asked, "Saved <b>")

    html = pages.render(asked, "test/bikes.html", BikePage("Red"), block="content").content.decode()

    assert 'id="toasts"' in html
    assert "hx-swap-oob" in html
    assert "Saved &lt;b&gt;" in html


def test_htmx_is_redirected_by_header() -> None:
    response = pages.redirect(request(HTTP_HX_REQUEST="true"), "/desk/")

    assert (response.status_code, response["HX-Redirect"]) == (200, "/desk/")


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_error_pages_speak_the_readers_language(language: str) -> None:
    views = [errors.bad_request, errors.forbidden, errors.not_found]
    with translation.override(language):
        answers = [view(request(), Exception()) for view in views] + [errors.server_error(request())]

    assert [answer.status_code for answer in answers] == [400, 403, 404, 500]
    assert [("请" in a.content.decode() or "你" in a.content.decode()) for a in answers] == [
        language == "zh-hans"
    ] * 4


def test_a_domain_error_is_answered_by_its_status() -> None:
    assert errors.domain_error(request(), Conflict("stale")).status_code == 409


def test_the_policy_allows_our_own_files_only() -> None:
    middleware = ContentSecurityPolicyMiddleware(lambda _: HttpResponse("ok"))

    policy = middleware(request())["Content-Security-Policy"]

    assert "default-src 'none'; script-src 'self'; style-src 'self';" in policy
    assert "connect-src 'self' ws://testserver wss://testserver;" in policy
    assert "unsafe" not in policy


def test_no_template_of_ours_needs_an_inline_style_or_script() -> None:
    root = Path(errors.__file__).parents[1]
    found = [
        path.relative_to(root).as_posix()
        for path in root.glob("*/templates/**/*.html")
        for text in [path.read_text(encoding="utf-8")]
        if ' style="' in text or " onclick=" in text or "<script>" in text or "javascript:" in text
    ]

    assert found == []


def test_every_template_of_ours_compiles() -> None:
    environment = pages.environment()

    for name in environment.list_templates(extensions=["html", "txt"]):
        if name.startswith("ui/"):
            environment.get_template(name)


def test_places_are_shown_to_those_who_may_enter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(navigation, "_rail", {})
    navigation.register_rail_item(label="Choices", url_name="ui:theme", icon="sliders", order=2)
    navigation.register_rail_item(
        label="Bikes", url_name="ui:language", icon="home", permission="bikes:bike:view", order=1
    )
    navigation.register_rail_item(
        label="Secret", url_name="ui:bell", icon="key", permission="bikes:bike:melt"
    )
    navigation.register_rail_item(label="Elsewhere", url_name="no:where", icon="key")
    asked = request("/choices/language/detail/")

    assert [(link.label, link.is_on) for link in navigation.rail(asked, asked.actor)] == [
        ("Bikes", True),
        ("Choices", False),
    ]


class BikeForm(forms.Form):
    name = forms.CharField(help_text="As on the frame")
    colour = forms.ChoiceField(choices=[("r", "Red")], widget=forms.RadioSelect)
    photo = forms.FileField(required=False)
    agree = forms.BooleanField()


def test_a_form_with_errors_keeps_every_word_typed() -> None:
    form = BikeForm({"name": 'Old "Faithful"', "colour": "blue"})
    form.is_valid()
    apply_error(form, InvalidInput("name_taken", field="name"))
    apply_error(form, Conflict("stale"))
    macro = pages.environment().get_template("ui/macros/forms.html").module.form

    html = str(macro(form, action="/x/", submit="Save"))

    assert 'value="Old &quot;Faithful&quot;"' in html
    assert 'aria-invalid="true"' in html
    assert 'aria-describedby="id_name-error id_name-hint"' in html
    assert "This value cannot be used." in html
    assert "Somebody changed this meanwhile." in html
    assert 'enctype="multipart/form-data"' in html
