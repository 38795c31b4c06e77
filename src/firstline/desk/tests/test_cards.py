"""Cards of requests to devices: what is going on, how it ended, what a check found."""

import pytest
from django.utils import translation

from firstline.desk.cards import CommandCard, command_card
from firstline.devices.models import Device
from firstline.kit import clock
from firstline.remote.models import Command
from firstline.remote.queries import OutputBlock

LINE = {"code": "system.memory", "status": "ok", "value": "11.0 GB", "params": ["11"]}


def card(online: bool = True, may_cancel: bool = True, blocks=(), **fields: object) -> CommandCard:
    """The card of a request that no database has seen."""
    device = Device(pk=7, hostname="lt-042", is_online=online)
    given = {"kind": "command", "text": "id", "asked_by_name": "Tina", "created_at": clock.now(), **fields}
    return command_card(Command(pk=3, device=device, **given), blocks, may_cancel=may_cancel)


@pytest.mark.parametrize(
    ("fields", "tag", "note"),
    [
        ({"state": "queued"}, ("Waiting for the device", ""), "On its way to the device"),
        ({"state": "queued", "online": False}, ("Waiting for the device", ""), "Sent as soon as"),
        ({"state": "asked"}, ("Asking at the device", "blue"), "is being asked now"),
        ({"state": "running"}, ("Running", "blue"), ""),
        ({"state": "running", "cancel_wanted": True}, ("Running", "blue"), "Being cancelled"),
        ({"state": "done", "exit_code": 0}, ("exit code 0", "green"), ""),
        ({"state": "done", "exit_code": 127}, ("exit code 127", "red"), ""),
        ({"state": "refused", "end_reason": "user_refused"}, ("Refused at the device", "amber"), "said no"),
        ({"state": "failed", "end_reason": "timeout"}, ("Did not finish", "red"), "longer than allowed"),
        ({"state": "failed", "end_reason": "from a newer agent"}, ("Did not finish", "red"), ""),
        ({"state": "expired", "end_reason": "expired"}, ("Device did not come on line", "amber"), "in time"),
        ({"state": "cancelled", "cancel_wanted": True}, ("Cancelled", ""), ""),
    ],
)
def test_every_state_says_what_is_going_on(
    fields: dict[str, object], tag: tuple[str, str], note: str
) -> None:
    made = card(**fields)

    assert (made.tag, made.tag_kind) == tag
    assert note in made.note
    assert bool(made.note) is bool(note)


def test_only_open_requests_can_be_cancelled_and_only_by_some() -> None:
    assert card(state="asked").may_cancel
    assert not card(state="asked", may_cancel=False).may_cancel
    assert not card(state="asked", cancel_wanted=True).may_cancel
    assert not card(state="done", exit_code=0).may_cancel


def test_output_keeps_its_streams_and_says_when_it_was_cut() -> None:
    blocks = [OutputBlock("stdout", "one\n"), OutputBlock("stderr", "two\n"), OutputBlock("new", "three")]

    made = card(state="failed", end_reason="timeout", is_truncated=True, blocks=blocks, duration_ms=61_000)

    assert made.lines == [("out", "one\n"), ("err", "two\n"), ("out", "three")]
    assert made.note.endswith("its end is missing.")
    assert made.note.startswith("It took longer")
    assert made.took == "1 min"


def test_a_check_counts_what_to_look_at() -> None:
    fine = card(kind="diagnostics", text="", state="done", consent="allowed", report=[LINE])
    bad = card(kind="diagnostics", text="", state="done", report=[LINE, {**LINE, "status": "bad"}])

    assert fine.about == "Tina on lt-042 · agreed at the device · 1 checks, all fine"
    assert bad.about == "Tina on lt-042 · 2 checks, 1 to look at"
    assert (fine.tag, fine.icon, fine.title) == ("", "pulse", "Device check")
    assert [state for state, _name, _value in bad.checks] == ["ok", "bad"]


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ({"code": "updates.pending", "params": ["0"], "value": "0"}, "none"),
        ({"code": "updates.pending", "params": ["3"], "value": "3"}, "3"),
        ({"code": "services.failed", "params": ["2"], "value": "cups\nssh"}, "2 · cups · ssh"),
        ({"code": "system.uptime", "params": ["7200"], "value": "7200"}, "2 h"),
        ({"code": "system.uptime", "params": ["soon"], "value": "x"}, "x"),
        ({"code": "not.known.yet", "params": None, "value": "a\nb"}, "a · b"),
        ({}, ""),
    ],
)
def test_a_line_of_a_check_in_words(line: dict[str, object], value: str) -> None:
    assert card(kind="diagnostics", state="done", report=[line]).checks[0][2] == value


def test_the_place_of_a_check_is_part_of_its_name() -> None:
    line = {"code": "disk.space", "status": "warn", "value": "2.1 GB", "params": ["/var"]}

    state, name, _value = card(kind="diagnostics", state="done", report=[line]).checks[0]

    assert (state, "/var" in name, "%(" in name) == ("mind", True, False)


def test_cards_in_chinese() -> None:
    with translation.override("zh-hans"):
        made = card(state="done", exit_code=1, consent="allowed")

    assert made.tag == "退出码 1"
    assert "已在设备上同意" in made.about
