"""Text modules and signatures: who may change them, what they are filled with, what a mail ends with."""

import pytest
from django.test import Client

from firstline.accounts.actions import anonymise_person
from firstline.accounts.models import Person
from firstline.accounts.queries import actor_for
from firstline.accounts.testing import make_person
from firstline.audit.models import AuditRecord
from firstline.kit.actor import Actor
from firstline.kit.errors import InvalidInput, NotAllowed, NotFound
from firstline.mail.models import OutboundMessage
from firstline.outbox import events
from firstline.outbox.testing import drain
from firstline.tickets import actions as tickets
from firstline.tickets.models import Ticket
from firstline.tickets.testing import Cast, make_ticket
from firstline.writing import actions, queries
from firstline.writing.filling import filled, first_name
from firstline.writing.models import Signature, TextModule

HELLO = "Hello {{ requester.first_name }}, {{ticket.number}} on {{ device.name }}."


@pytest.fixture
def admin(cast: Cast) -> Actor:
    return actor_for(make_person("Ada Admin", "administrator"))


@pytest.fixture
def no_delivery(monkeypatch: pytest.MonkeyPatch) -> None:
    """Mail stays in its queue."""
    monkeypatch.setitem(events.TASKS, "mail.deliver", events.Task("mail.deliver", lambda args, context: None))


def texts(cast: Cast, ticket: Ticket, typed: str = "", name: str = "technician") -> list[str]:
    return [row.text for row in queries.ready_modules(cast.actor(name), ticket, typed)]


def test_a_text_is_filled_in_the_requesters_language(cast: Cast, admin: Actor) -> None:
    actions.save_module(
        actor=admin, name="Hello", keyword="/hi", body_en=HELLO, body_zh="{{requester.name}}您好"
    )
    ticket = make_ticket(cast)

    english = texts(cast, ticket)
    Person.objects.filter(pk=cast.requester.pk).update(language="zh-hans")
    chinese = texts(cast, Ticket.objects.get(pk=ticket.pk))

    assert english == [f"Hello Rita, {ticket.display_id} on ."]
    assert chinese == ["Rita Requester您好"]


def test_keywords_come_before_names_and_other_teams_stay_out(cast: Cast, admin: Actor) -> None:
    actions.save_module(actor=admin, name="All about vpn", body_en="long")
    actions.save_module(actor=admin, name="Restart", keyword="vpn", body_en="short")
    actions.save_module(actor=admin, name="vpn of the network", body_en="theirs", team=cast.network)
    actions.save_module(actor=admin, name="vpn once", body_en="old", is_active=False)
    ticket = make_ticket(cast)

    assert texts(cast, ticket, "VPN") == ["short", "long"]
    assert "theirs" in texts(cast, ticket, "vpn", "outsider")
    assert texts(cast, ticket, "nothing like it") == []


def test_a_value_is_plain_words(cast: Cast) -> None:
    hostile = {
        "ticket.subject": "[log in](https://evil.example)\n{{ requester.name }}",
        "requester.name": "R",
    }

    assert filled("{{ ticket.subject }} {{ nobody }}", hostile) == (
        "[log in] (https://evil.example) {{ requester.name }} {{ nobody }}"
    )
    assert (first_name("Ana Maria"), first_name("赵梅"), first_name("")) == ("Ana", "赵梅", "")


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"name": " "}, "text_module_name_missing"),
        ({"body_en": " "}, "text_module_empty"),
        ({"keyword": "two words"}, "text_module_keyword_invalid"),
        ({"keyword": "taken"}, "text_module_keyword_taken"),
        ({"body_en": "{{ ticket.__class__ }}"}, "text_variable_unknown"),
        ({"body_en": "x" * 20_001}, "text_module_too_long"),
    ],
)
def test_bad_texts_are_refused(cast: Cast, admin: Actor, fields: dict[str, str], code: str) -> None:
    actions.save_module(actor=admin, name="First", keyword="taken", body_en="x")

    with pytest.raises(InvalidInput, match=code):
        actions.save_module(**{"actor": admin, "name": "Second", "body_en": "y"} | fields)

    assert TextModule.objects.count() == 1


def test_texts_are_changed_by_administrators_only_and_audited(cast: Cast, admin: Actor) -> None:
    row = actions.save_module(actor=admin, name="First", body_en="x")
    actions.save_module(actor=admin, module_id=row.pk, name="Second", body_en="y")

    for name in ("technician", "requester", "manager"):
        with pytest.raises(NotAllowed):
            actions.save_module(actor=cast.actor(name), name="Mine", body_en="x")
        with pytest.raises(NotAllowed):
            actions.remove_module(actor=cast.actor(name), module_id=row.pk)
        with pytest.raises(NotAllowed):
            actions.save_signature(actor=cast.actor(name), text_en="x", text_zh="")
    with pytest.raises(NotAllowed):
        actions.save_own_signature(actor=cast.actor("requester"), text_en="x", text_zh="")
    with pytest.raises(NotFound):
        actions.remove_module(actor=admin, module_id=4711)
    actions.remove_module(actor=admin, module_id=row.pk)
    assert not TextModule.objects.exists()
    verbs = (
        AuditRecord.objects.filter(verb__startswith="writing.").order_by("id").values_list("verb", flat=True)
    )
    assert list(verbs) == ["writing.module_made", "writing.module_changed", "writing.module_removed"]


def test_the_nearest_signature_counts(cast: Cast, admin: Actor) -> None:
    ticket, tina = make_ticket(cast, team=cast.desk), cast.actor("technician")

    def signed() -> str:
        return queries.signature_of(ticket, tina.id, "en")

    assert signed() == ""
    actions.save_signature(actor=admin, text_en="The desk", text_zh="服务台")
    assert (signed(), queries.signature_of(ticket, tina.id, "zh-hans")) == ("The desk", "服务台")
    actions.save_signature(actor=admin, team=cast.desk, text_en="{{ team.name }}", text_zh="")
    assert signed() == "Service desk"
    actions.save_own_signature(actor=tina, text_en="{{ technician.name }}\n+86 10", text_zh="")
    assert signed() == "Tina Technician\n+86 10"
    actions.save_own_signature(actor=tina, text_en=" ", text_zh="")
    assert signed() == "Service desk"
    assert Signature.objects.count() == 2


def test_a_mail_ends_with_it(cast: Cast, admin: Actor, no_delivery: None) -> None:
    ticket, tina = make_ticket(cast), cast.actor("technician")
    actions.save_own_signature(actor=tina, text_en="Tina <b>T.</b>\nIT support", text_zh="")

    tickets.reply(actor=tina, ticket=ticket, body="Try **it**.", from_box=True)
    drain()

    sent = OutboundMessage.objects.get(text__contains="Try **it**.")
    assert "--\nTina <b>T.</b>\nIT support\n" in sent.text
    assert "<strong>it</strong>" in sent.html
    assert "Tina &lt;b&gt;T.&lt;/b&gt;<br>IT support<br>" in sent.html


PAGES = [
    "/admin/text-modules/",
    "/admin/text-modules/new/",
    "/admin/signatures/",
    "/admin/signatures/default/",
]


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_pages_of_administration(cast: Cast, admin: Actor, enter: object, path: str, language: str) -> None:
    Person.objects.filter(pk=admin.id).update(language=language)
    actions.save_module(actor=admin, name="First", body_en=HELLO)
    assert callable(enter)

    page = enter(Person.objects.get(pk=admin.id)).get(path)

    assert page.status_code == 200
    assert enter(cast.technician).get(path).status_code == 403
    assert Client().get(path).status_code == 302


def test_a_text_is_made_previewed_changed_and_removed_by_forms(
    cast: Cast, admin: Actor, enter: object
) -> None:
    assert callable(enter)
    ada = enter(Person.objects.get(pk=admin.id))
    words = {"name": "Hello", "keyword": "hi", "body_en": f"{HELLO} <script>", "is_active": "on"}

    shown = ada.post("/admin/text-modules/new/", {**words, "preview": "1"}).content.decode()
    made = ada.post("/admin/text-modules/new/", words)
    row = TextModule.objects.get()
    bad = ada.post(f"/admin/text-modules/{row.pk}/", {**words, "body_en": "{{ x }}"})
    ada.post(f"/admin/text-modules/{row.pk}/", {**words, "name": "Bye", "team": cast.desk.pk})

    assert "Hello Gillian, INC-42 on LT-042. &lt;script&gt;" in shown
    assert (made.status_code, bad.status_code) == (303, 422)
    assert "is not a variable" in bad.content.decode()
    row.refresh_from_db()
    assert (row.name, row.team) == ("Bye", cast.desk)
    ada.post(f"/admin/text-modules/{row.pk}/removal/")
    assert not TextModule.objects.exists()


def test_signatures_by_forms(cast: Cast, admin: Actor, enter: object) -> None:
    assert callable(enter)
    ada, tina = enter(Person.objects.get(pk=admin.id)), enter(cast.technician)

    ada.post(f"/admin/signatures/{cast.network.pk}/", {"text_en": "Network", "text_zh": "网络"})
    tina.post("/desk/signature/", {"text_en": "{{ technician.name }}", "text_zh": ""})
    shown = tina.get("/desk/signature/").content.decode()

    assert sorted(Signature.objects.values_list("key", flat=True)) == sorted(
        [f"team:{cast.network.pk}", f"person:{cast.technician.pk}"]
    )
    assert "Mei Zhao" in shown
    assert ada.get("/admin/signatures/4711/").status_code == 404
    assert enter(cast.requester).get("/desk/signature/").status_code == 403


def test_an_erased_person_leaves_the_texts(cast: Cast, admin: Actor) -> None:
    tina = cast.actor("technician")
    actions.save_own_signature(actor=tina, text_en="Tina", text_zh="")
    actions.save_module(actor=admin, name="Ask Tina", body_en="Write to tina.technician@example.com.")

    person = Person.objects.get(pk=cast.technician.pk)
    anonymise_person(actor=admin, person=person, confirmation=person.name)
    drain()

    assert not Signature.objects.exists()
    assert "tina.technician" not in TextModule.objects.get().body_en
