"""The parts that remember and decide: spool, journal, consent desk, phrases, backoff."""

import asyncio
import re
import time
from uuid import uuid4

import pytest

from firstline_agent.capabilities.commands import ShellCommand
from firstline_agent.cli import phrases
from firstline_agent.core.consent import ConsentDesk, NotAsked
from firstline_agent.core.journal import Journal, read_entries
from firstline_agent.core.runner import Runner
from firstline_agent.core.spool import Spool
from firstline_agent.core.state import StateError, StateFolder
from firstline_agent.platform import current
from firstline_agent.transport.backoff import Backoff
from firstline_agent.transport.pace import Pace
from firstline_protocol import messages as m
from firstline_protocol.enums import ConsentPlace


def request(**changes):
    fields = {"kind": "command", "text": "true", "timeout_seconds": 120, "technician": "Ana"} | changes
    return m.RunCommand(uuid4(), **fields)


def output(asked, data=b"x"):
    return m.CommandOutput(asked.command_id, 1, 1, "stdout", data)


def test_spool_survives_being_cut_short(tmp_path):
    asked = request()
    spool = Spool(tmp_path)
    spool.open(asked)
    spool.add(asked.command_id, m.CommandStarted(asked.command_id, 1, 1))
    spool.add(asked.command_id, output(asked, b"whole"))
    path = tmp_path / f"{asked.command_id}.frames"
    path.write_bytes(path.read_bytes() + b"\x00\x00\x00\x20half")

    [record] = Spool(tmp_path).records()

    assert record.request == asked
    assert [type(result).__name__ for result in record.results] == [
        "CommandStarted",
        "CommandOutput",
        "CommandFinished",
    ]
    assert [result.seq for result in record.results] == [1, 2, 3]
    assert record.results[-1].reason == "interrupted"


def test_spool_forgets_what_was_acknowledged(tmp_path):
    asked = request()
    spool = Spool(tmp_path)
    spool.open(asked)
    for _ in range(3):
        spool.add(asked.command_id, output(asked))
    spool.acknowledge(asked.command_id, 2)
    spool.acknowledge(uuid4(), 1)

    [record] = Spool(tmp_path).records()
    assert [result.seq for result in record.results] == [3, 4]

    again = Spool(tmp_path)
    again.acknowledge(asked.command_id, 4)
    assert again.records() == []
    assert again.knows(asked.command_id)
    assert Spool(tmp_path).knows(asked.command_id)
    assert not list(tmp_path.glob("*.frames"))


def test_request_cut_short_was_never_accepted(tmp_path):
    (tmp_path / f"{uuid4()}.frames").write_bytes(b"\x00\x00")

    assert Spool(tmp_path).records() == []


def test_request_not_answered_before_a_crash_is_refused(tmp_path):
    asked = request()
    Spool(tmp_path).open(asked)

    [record] = Spool(tmp_path).records()

    assert [result.reason for result in record.results] == ["agent_stopped"]


def test_journal_is_chained(tmp_path):
    path = tmp_path / "journal"
    Journal(path).note("requested", request(reason="disk"))
    Journal(path).note("finished", how="exited")
    path.write_bytes(path.read_bytes() + b'{"seq":3,"half')
    Journal(path).note("enrolled")

    entries, holds = read_entries(path)
    assert [entry.kind for entry in entries] == ["requested", "finished", "enrolled"]
    assert entries[0].facts["reason"] == "disk"
    assert holds

    path.write_text(path.read_text().replace("disk", "desk"))
    assert not read_entries(path)[1]


def run_requests(tmp_path, asked, answer=None, **desk_options):
    """Put requests to a runner without a gateway; return the last result of each."""

    async def story():
        spool = Spool(tmp_path)
        desk = ConsentDesk(**{"prompts_per_hour": 30, "answer_seconds": 120} | desk_options)
        runner = Runner(
            system=current(),
            spool=spool,
            desk=desk,
            journal=Journal(tmp_path / "journal"),
            diagnose=never,
            on_result=changed.set,
        )
        ends = []
        for one in asked:
            if answer is not None:
                desk.on_question = lambda one=one: asyncio.get_running_loop().call_soon(
                    lambda: desk.answer(one.command_id, is_allowed=answer, place=ConsentPlace.PAGE)
                )
            runner.request(one, is_quarantined=False)
            [record] = [found for found in spool.records() if found.request == one]
            async with asyncio.timeout(120):
                while not record.is_ended:
                    changed.clear()
                    await changed.wait()
            ends.append(record.results[-1].reason)
        return ends

    async def never():
        raise OSError

    changed = asyncio.Event()
    return asyncio.run(story())


def test_no_answer_is_a_refusal(tmp_path):
    assert run_requests(tmp_path, [request()], answer_seconds=0.05) == ["no_answer"]


def test_third_refusal_in_a_row_brings_silence(tmp_path):
    ends = run_requests(tmp_path, [request() for _ in range(4)], answer=False)

    assert ends == ["user_refused"] * 3 + ["silenced"]


def test_questions_per_hour_are_limited(tmp_path):
    ends = run_requests(tmp_path, [request() for _ in range(3)], answer=True, prompts_per_hour=2)

    assert ends == ["exited", "exited", "too_many_prompts"]


def test_verbs_must_fit_the_request(tmp_path):
    asked = [request(verbs=("diagnostics.run",)), request(verbs=("command.run",))]

    assert run_requests(tmp_path, asked, answer=True) == ["verb_not_allowed", "exited"]


def test_failed_diagnostics_are_answered(tmp_path):
    assert run_requests(tmp_path, [request(kind="diagnostics", text="")], answer=True) == ["interrupted"]


def test_open_questions_are_limited():
    async def story():
        desk = ConsentDesk(prompts_per_hour=30)
        asking = [asyncio.create_task(desk.ask(request())) for _ in range(8)]
        await asyncio.sleep(0)
        with pytest.raises(NotAsked, match="busy"):
            desk.admit()
        for task in asking:
            task.cancel()
        await asyncio.gather(*asking, return_exceptions=True)
        assert desk.questions() == []

    asyncio.run(story())


def test_state_folder_admits_one_agent_and_replaces_nothing_damaged(tmp_path):
    folder = StateFolder(tmp_path / "state")
    folder.lock()
    with pytest.raises(StateError, match="already_running"):
        StateFolder(tmp_path / "state").lock()
    folder.unlock()
    folder.write("device-key.pem", "damaged")
    folder.write("config.json", "[1]")
    with pytest.raises(StateError, match="state_damaged"):
        folder.load_or_make_key()
    with pytest.raises(StateError, match="state_damaged"):
        folder.load_config()
    folder.forget()
    assert folder.load_or_make_key().device_id == folder.load_or_make_key().device_id
    (tmp_path / "file").write_text("")
    with pytest.raises(StateError, match="state_unusable"):
        StateFolder(tmp_path / "file" / "state")


def test_backoff_grows_with_jitter_and_is_bounded():
    backoff = Backoff(first=1, longest=8, draw=lambda: 1.0)

    assert [backoff.next_delay() for _ in range(5)] == [1, 2, 4, 8, 8]
    backoff.reset()
    assert backoff.next_delay() == 1
    assert Backoff(draw=lambda: 0.0).next_delay() == 0


def test_pace_waits_after_a_burst():
    async def story():
        pace = Pace(burst=5, per_second=100)
        started = time.monotonic()
        for _ in range(15):
            await pace.wait()
        return time.monotonic() - started

    assert asyncio.run(story()) > 0.08


def test_chatty_command_makes_few_messages():
    async def story():
        found = []
        text = "for i in $(seq 1 3000); do echo $i; done"
        command = ShellCommand(current(), text, 120, lambda stream, data: found.append(data))
        outcome = await command.run(lambda: None)
        return outcome, found

    outcome, found = asyncio.run(story())

    assert outcome.exit_code == 0
    assert b"".join(found) == b"".join(b"%d\n" % number for number in range(1, 3001))
    assert len(found) <= outcome.duration_ms / 50 + 3  # on a busy machine it runs longer


def test_every_phrase_is_in_both_languages(monkeypatch):
    for code, (english, chinese) in phrases._PHRASES.items():
        assert set(re.findall(r"\{(\w+)\}", english)) == set(re.findall(r"\{(\w+)\}", chinese)), code
        assert re.search(r"[\u4e00-\u9fff]", chinese), code
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    assert phrases.phrase("was_allowed") == "已允许。"
    assert phrases.phrase("a_newer_code") == "a_newer_code"
