"""The agent as a real process against a real socket: enrol, ask, run, survive."""

import asyncio
import contextlib
import json
import signal
import stat

import psutil
import pytest

from firstline_protocol import messages as m
from firstline_protocol.enums import CollectKind

from .gateway import Gateway
from .programs import Page, agent_command, running_agent, start_agent

pytestmark = pytest.mark.slow


@contextlib.asynccontextmanager
async def enrolled(state):
    gateway = Gateway()
    await gateway.start()
    try:
        code, _out, err = await agent_command(
            "enrol", gateway.token, "--state", state, "--owner", "li@example.com"
        )
        assert code == 0, err
        yield gateway
    finally:
        await gateway.stop()
        assert gateway.errors == []


@contextlib.asynccontextmanager
async def connected(state):
    async with enrolled(state) as gateway, running_agent(state) as process:
        await gateway.until(lambda: gateway.heartbeats)
        yield gateway, Page(state), process


async def still_alive(processes, seconds=60):
    """Those of `processes` that do not end within a generous time."""
    until = asyncio.get_running_loop().time() + seconds
    while True:
        alive = [process for process in processes if is_alive(process)]
        if not alive or asyncio.get_running_loop().time() > until:
            return alive
        await asyncio.sleep(0.05)


def is_alive(process):
    """Whether it runs: what waits to be reaped has ended."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def scenario(function):
    """Run an async test with a deadline."""

    def test(tmp_path):
        asyncio.run(asyncio.wait_for(function(tmp_path / "state"), 300))

    test.__name__ = function.__name__
    return test


@scenario
async def test_enrolled_device_describes_itself(state):
    async with connected(state) as (gateway, _page, _process):
        await gateway.until(lambda: gateway.inventories)
        await gateway.send(lambda connection: connection.send_ping(7))
        await gateway.until(lambda: gateway.pongs)
        await gateway.send(lambda connection: connection.send_collect(CollectKind.HEALTH))
        seen = len(gateway.heartbeats)
        await gateway.until(lambda: len(gateway.heartbeats) > seen)
        code, status, _err = await agent_command("status", "--state", state)

    inventory = gateway.inventories[0]
    assert gateway.hellos[0].owner_email == "li@example.com"
    assert inventory.hostname == gateway.hellos[-1].facts.hostname
    assert inventory.memory_bytes > 0
    assert inventory.disks
    assert gateway.pongs[0].sent_at_ms == 7
    assert (code, "connected to ws://127.0.0.1" in status) == (0, True)
    assert stat.S_IMODE(state.stat().st_mode) == 0o700
    assert stat.S_IMODE((state / "device-key.pem").stat().st_mode) == 0o600


@scenario
async def test_command_allowed_on_the_page(state):
    async with connected(state) as (gateway, page, _process):
        command_id = await gateway.run("echo out; echo err >&2; printf 声; exit 3")
        status, question = await page.answer(allow=True)
        results = await gateway.ended(command_id)

    assert status == 200
    assert question["technician"] == "Ana"
    assert question["text"].startswith("echo out")
    assert [type(result).__name__ for result in results if not isinstance(result, m.CommandOutput)] == [
        "ConsentAsked",
        "ConsentAnswered",
        "CommandStarted",
        "CommandFinished",
    ]
    assert (results[1].answer, results[1].place) == ("allowed", "page")
    assert gateway.output(command_id) == b"out\n" + "声".encode()
    assert gateway.output(command_id, "stderr") == b"err\n"
    assert (results[-1].reason, results[-1].exit_code) == ("exited", 3)


@scenario
async def test_diagnostics_allowed_in_a_terminal(state):
    async with connected(state) as (gateway, _page, _process):
        command_id = await gateway.run("", kind="diagnostics")
        await gateway.until(lambda: gateway.stored(command_id))
        socket_mode = stat.S_IMODE((state / "consent.sock").stat().st_mode)
        _code, listed, _err = await agent_command("consent", "--state", state, language="zh_CN.UTF-8")
        code, out, _err = await agent_command("consent", "--state", state, "--allow", command_id)
        late, _out, _err = await agent_command("consent", "--state", state, "--allow", command_id)
        results = await gateway.ended(command_id)

    report = next(result for result in results if isinstance(result, m.DiagnosticsReport))
    checks = {check.code: check for check in report.checks}
    assert socket_mode == 0o600
    assert "Ana 请求对本机做健康检查" in listed
    assert (code, out, late) == (0, "Allowed.\n", 1)
    assert results[1].place == "terminal"
    assert checks["network.gateway"].status == "ok"
    assert checks["clock.offset"].status == "ok"
    assert {"system.load", "system.memory", "disk.space", "network.dns", "logs.errors"} <= set(checks)
    assert results[-1].exit_code == 0


@scenario
async def test_refused_command_does_not_run(state):
    async with connected(state) as (gateway, page, _process):
        command_id = await gateway.run(f"touch {state}/ran")
        await page.answer(allow=False)
        results = await gateway.ended(command_id)
        code, journal, _err = await agent_command("journal", "--state", state, "--json")

    assert not (state / "ran").exists()
    assert (results[1].answer, results[-1].reason) == ("refused", "user_refused")
    assert code == 0
    kinds = [json.loads(line)["kind"] for line in journal.splitlines()]
    assert kinds == ["enrolled", "requested", "answered", "refused"]


@scenario
async def test_gateway_restart_loses_and_doubles_nothing(state):
    async with connected(state) as (gateway, page, _process):
        # It goes on until it is told: however slow the machine is, it speaks while nobody acknowledges.
        command_id = await gateway.run(
            f"i=0; until [ -e {state}/enough ]; do i=$((i+1)); echo line $i; sleep 0.005; done; echo end >&2"
        )
        await page.answer(allow=True)
        await gateway.until(lambda: b"line 20\n" in gateway.output(command_id))
        gateway.is_acknowledging = False
        await gateway.until(lambda: gateway.deliveries > len(gateway.stored(command_id)) + 5)
        await gateway.stop()
        gateway.is_acknowledging = True
        (state / "enough").touch()
        await gateway.start()
        results = await gateway.ended(command_id)
        await gateway.until(lambda: not list((state / "spool").glob("*.frames")))

    lines = gateway.output(command_id).splitlines()
    assert len(lines) > 20
    assert lines == [b"line %d" % number for number in range(1, len(lines) + 1)]
    assert gateway.output(command_id, "stderr") == b"end\n"
    assert [result.seq for result in results] == list(range(1, len(results) + 1))
    assert gateway.deliveries > len(results)
    assert results[-1].exit_code == 0


@scenario
async def test_same_request_is_never_run_twice(state):
    async with connected(state) as (gateway, page, _process):
        command_id = await gateway.run(f"echo x >> {state}/ran")
        await page.answer(allow=True)
        await gateway.ended(command_id)
        again = m.RunCommand(
            command_id, "command", f"echo x >> {state}/ran", 300, "Ana", "INC-42", "disk full"
        )
        await gateway.send(lambda connection: connection.send_run_command(again))
        other = await gateway.run("true")
        question = await page.question()

    assert question["id"] == str(other)
    assert (state / "ran").read_text() == "x\n"


@scenario
async def test_timeout_and_cancel_end_every_process(state):
    async with connected(state) as (gateway, page, process):
        late = await gateway.run("sleep 61 & sleep 62", timeout_seconds=1)
        await page.answer(allow=True)
        cancelled = await gateway.run("trap '' TERM; echo up; sleep 63")
        await page.answer(allow=True)
        await gateway.until(lambda: gateway.output(cancelled))
        await gateway.send(lambda connection: connection.send_cancel(cancelled))
        withdrawn = await gateway.run("true")
        await page.question()
        await gateway.send(lambda connection: connection.send_cancel(withdrawn))
        ends = [(await gateway.ended(command_id))[-1] for command_id in (late, cancelled, withdrawn)]
        stopped = await gateway.run("sleep 64")
        await page.answer(allow=True)
        await gateway.until(lambda: len(gateway.stored(stopped)) == 3)
        await page.post("/stop", {"id": str(stopped)})
        ends.append((await gateway.ended(stopped))[-1])
        alive = await still_alive(psutil.Process(process.pid).children(recursive=True))

    assert [end.reason for end in ends] == ["timeout", "cancelled", "cancelled", "stopped_by_user"]
    assert isinstance(ends[2], m.CommandRefused)
    assert ends[0].exit_code is None
    assert alive == []


@scenario
async def test_output_is_capped(state):
    async with connected(state) as (gateway, page, _process):
        command_id = await gateway.run("head -c 1500000 /dev/zero")
        await page.answer(allow=True)
        results = await gateway.ended(command_id)

    assert len(gateway.output(command_id)) == 1024 * 1024
    assert results[-1].is_truncated
    assert results[-1].dropped_bytes == 1500000 - 1024 * 1024
    assert results[-1].exit_code == 0


@scenario
async def test_agent_ends_at_once_and_reports_later(state):
    async with enrolled(state) as gateway:
        async with running_agent(state) as process:
            await gateway.until(lambda: gateway.heartbeats)
            command_id = await gateway.run("echo up; sleep 65")
            await Page(state).answer(allow=True)
            await gateway.until(lambda: gateway.output(command_id))
            children = psutil.Process(process.pid).children(recursive=True)
            page = Page(state)
            view = json.loads((await page.get("/desk"))[2])
            watching = asyncio.create_task(page.get(f"/desk?seen={view['revision']}"))
            half_open = await asyncio.open_unix_connection(state / "consent.sock")
            await page.get("/desk")
            process.send_signal(signal.SIGINT)
            # Less than a page's poll lasts: nobody who watches holds the agent up.
            async with asyncio.timeout(15):
                await process.wait()
            alive = await still_alive(children)
            half_open[1].close()
            await asyncio.gather(watching, return_exceptions=True)
        async with running_agent(state):
            results = await gateway.ended(command_id)

    assert children
    assert alive == []
    assert not (state / "prompt-url").exists()
    assert results[-1].reason == "interrupted"


@scenario
async def test_killed_agent_tells_what_it_was_doing(state):
    async with enrolled(state) as gateway:
        process = await start_agent(state)
        await gateway.until(lambda: gateway.heartbeats)
        command_id = await gateway.run("echo up; sleep 66")
        await Page(state).answer(allow=True)
        await gateway.until(lambda: gateway.output(command_id))
        children = psutil.Process(process.pid).children(recursive=True)
        process.kill()
        await process.wait()
        async with running_agent(state):
            results = await gateway.ended(command_id)
        alive = await still_alive(children)

    assert children
    assert alive == []
    assert results[-1].reason == "interrupted"
    assert gateway.output(command_id) == b"up\n"


@scenario
async def test_page_lets_nobody_else_in(state):
    async with connected(state) as (gateway, page, _process):
        command_id = await gateway.run("echo '<script>alert(1)</script>'")
        question = await page.question()
        body = {"id": question["id"], "allow": True}
        refused = [
            await page.get("/desk", Authorization="Bearer wrong"),
            await page.get("/desk", Authorization=""),
            await page.get("/desk", Host="localhost:1"),
            await page.get("/", Host="attacker.example"),
            await page.get("/other"),
            await page.get("/desk?seen=x"),
            await page.post("/answer", body, Authorization=""),
            await page.post("/answer", body, Origin="http://attacker.example"),
            await page.post("/answer", body, Content_Type="text/plain"),
            await page.post("/answer", {"id": question["id"], "allow": "yes"}),
            await page.post("/answer", {"id": "1"}),
            await page.post("/answer", {"id": "x" * 5000}),
            await page.post("/answer", body | {"id": question["id"].replace("-", "")[::-1]}),
        ]
        still_asked = await page.question()
        home = await page.get("/", Authorization="")
        script = await page.get("/prompt.js", Authorization="")
        await page.answer(allow=False)
        await gateway.ended(command_id)

    assert [status for status, _headers, _body in refused] == [
        *(401, 401, 421, 421, 404, 400, 401, 403, 415, 400, 400, 413, 409)
    ]
    assert still_asked["id"] == question["id"]
    assert home[0] == script[0] == 200
    assert "default-src 'none'" in home[1]["Content-Security-Policy"]
    assert "Set-Cookie" not in home[1]
    assert b"innerHTML" not in script[2]


@scenario
async def test_enrolment_is_refused_in_plain_words(state):
    async with enrolled(state) as gateway:
        twice = await agent_command("enrol", gateway.token, "--state", state)
        other = await agent_command("enrol", gateway.token, "--state", state.with_name("other"))
        foreign = state.with_name("foreign")
        gateway.uses_left, gateway.genesis = 1, b"g" * 32
        wrong = await agent_command("enrol", gateway.token, "--state", foreign, language="zh_CN.UTF-8")
        broken = await agent_command("enrol", "FL1.nonsense", "--state", foreign)
        unready = await agent_command("run", "--state", foreign)
        silent = await agent_command("consent", "--state", foreign)

    assert (twice[0], "already enrolled in Example 公司" in twice[2]) == (1, True)
    assert (other[0], "already used" in other[2]) == (1, True)
    assert (wrong[0], "设备未注册" in wrong[2]) == (1, True)
    assert (broken[0], "not an enrolment token" in broken[2]) == (1, True)
    assert (unready[0], "Not enrolled yet" in unready[2]) == (1, True)
    assert (silent[0], "not running" in silent[2]) == (1, True)


@scenario
async def test_quarantined_device_does_nothing(state):
    async with enrolled(state) as gateway:
        gateway.state = "pending"
        async with running_agent(state):
            command_id = await gateway.run("true")
            results = await gateway.ended(command_id)

    assert [result.reason for result in results] == ["quarantine"]
