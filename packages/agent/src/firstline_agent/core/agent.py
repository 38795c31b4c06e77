"""Puts the parts together: enrol a device once, then run it until it is told to stop."""

import asyncio
import shutil
import signal
from contextlib import AsyncExitStack
from pathlib import Path

from firstline_agent.capabilities.diagnostics import GatewayPath, read_report
from firstline_agent.core.consent import ANSWER_SECONDS, ConsentDesk
from firstline_agent.core.journal import Journal
from firstline_agent.core.link import Link, Report, greet
from firstline_agent.core.page import PromptPage
from firstline_agent.core.runner import Runner
from firstline_agent.core.spool import Spool
from firstline_agent.core.state import Config, StateError, StateFolder
from firstline_agent.core.terminal import TerminalServer
from firstline_agent.platform import current
from firstline_agent.platform.base import Platform
from firstline_agent.transport.socket import connect, parse_address
from firstline_protocol.agent_side import AgentConnection
from firstline_protocol.enrolment import EnrolmentToken
from firstline_protocol.messages import Check, Welcome


async def enrol(
    folder: StateFolder, token: EnrolmentToken, *, ca_file: Path | None, owner_email: str
) -> Welcome:
    """Become a device of the token's organisation, and remember that.

    The key is kept when the connection fails, so that trying again is the same device and not a second use.
    Raises StateError, TransportError, ProtocolError, Refusal or one of LOST.
    """
    address = parse_address(token.gateway_url)
    system = current()
    key = folder.load_or_make_key()
    socket = await connect(address, ca_file)
    try:
        connection = AgentConnection(key, genesis=token.genesis, log_seq=token.log_seq)
        welcome = await greet(socket, connection, system, token=token, owner_email=owner_email)
    finally:
        await socket.close()
    kept_ca = ""
    if ca_file is not None:
        kept_ca = "ca.pem"
        shutil.copyfile(ca_file, folder.path / kept_ca)
    folder.save_config(
        Config(
            gateway_url=token.gateway_url,
            genesis=token.genesis.hex(),
            log_seq=welcome.log_seq,
            organization=welcome.organization,
            device_name=welcome.device_name,
            ca_file=kept_ca,
        )
    )
    Journal(folder.journal).note(
        "enrolled", organization=welcome.organization, gateway=token.gateway_url, owner=owner_email
    )
    return welcome


async def run(
    folder: StateFolder, *, prompt: str, report: Report, answer_seconds: float = ANSWER_SECONDS
) -> None:
    """Run until SIGTERM or SIGINT; then everything this agent started has ended too.

    `prompt`: "auto" serves the consent page and opens it where there is a desktop session, "page" only
    serves it, "terminal" leaves it out. `firstline-agent consent` answers in every case.
    """
    config = folder.load_config()
    if config is None:
        raise StateError("not_enrolled", path=str(folder.path))
    folder.lock()
    system = current()
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with AsyncExitStack() as stack:
        stack.callback(folder.unlock)
        link = await _start(
            folder,
            config,
            system,
            stack=stack,
            prompt=prompt,
            report=report,
            answer_seconds=answer_seconds,
        )
        task = asyncio.create_task(link.run())
        stack.push_async_callback(_end, task)
        stopped = asyncio.create_task(stop.wait())
        await asyncio.wait({task, stopped}, return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        if task.done():
            task.result()


async def _start(
    folder: StateFolder,
    config: Config,
    system: Platform,
    *,
    stack: AsyncExitStack,
    prompt: str,
    report: Report,
    answer_seconds: float,
) -> Link:
    spool, journal = Spool(folder.spool), Journal(folder.journal)
    for group, mark in spool.orphans:
        if mark and system.group_mark(group) == mark:
            system.end_group(group, at_once=True)
    desk = ConsentDesk(prompts_per_hour=config.prompts_per_hour, answer_seconds=answer_seconds)
    link = Link(
        address=parse_address(config.gateway_url),
        ca_file=folder.path / config.ca_file if config.ca_file else None,
        key=folder.load_or_make_key(),
        genesis=bytes.fromhex(config.genesis),
        log_seq=config.log_seq,
        system=system,
        spool=spool,
        report=report,
    )

    async def diagnose() -> tuple[Check, ...]:
        path = GatewayPath(link.address.host, link.address.port, link.clock_offset_ms)
        return await read_report(system, path)

    link.runner = Runner(
        system=system, spool=spool, desk=desk, journal=journal, diagnose=diagnose, on_result=link.wake
    )
    terminal = TerminalServer(folder, desk, lambda: link.is_connected)
    await terminal.start()
    stack.push_async_callback(terminal.close)
    if prompt != "terminal":
        page = PromptPage(folder, desk, config.organization, system if prompt == "auto" else None)
        url = await page.start()
        stack.push_async_callback(page.close)
        report("prompt_at", url=url)
    stack.push_async_callback(link.runner.stop)
    return link


async def _end(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
