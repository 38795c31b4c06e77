"""From request to last result: journal, question, work, report."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from uuid import UUID

from firstline_agent.capabilities.commands import Outcome, ShellCommand
from firstline_agent.core.consent import ConsentDesk, NotAsked
from firstline_agent.core.journal import Journal
from firstline_agent.core.spool import Spool
from firstline_agent.platform.base import Platform
from firstline_protocol.enums import (
    CommandKind,
    CommandRefusal,
    ConsentAnswer,
    FinishReason,
    Stream,
    Verb,
)
from firstline_protocol.messages import (
    Check,
    CommandFinished,
    CommandOutput,
    CommandRefused,
    CommandStarted,
    ConsentAnswered,
    ConsentAsked,
    DiagnosticsReport,
    Result,
    RunCommand,
)
from firstline_protocol.text import clean_line

_NEEDED = {CommandKind.COMMAND: Verb.RUN_COMMAND, CommandKind.DIAGNOSTICS: Verb.RUN_DIAGNOSTICS}


@dataclass
class _Work:
    task: asyncio.Task[None]
    shell: ShellCommand | None = None
    cancelled_by: str = ""


class Runner:
    """Runs requests side by side; each leaves exactly one last result in the spool."""

    def __init__(
        self,
        *,
        system: Platform,
        spool: Spool,
        desk: ConsentDesk,
        journal: Journal,
        diagnose: Callable[[], Awaitable[tuple[Check, ...]]],
        on_result: Callable[[], None],
    ) -> None:
        self._system = system
        self._spool = spool
        self._desk = desk
        self._journal = journal
        self._diagnose = diagnose
        self._on_result = on_result
        self._work: dict[UUID, _Work] = {}

    @property
    def running_count(self) -> int:
        return len(self._desk.running)

    def request(self, request: RunCommand, *, is_quarantined: bool) -> None:
        """Take a request on, once: a known id is never asked or run again."""
        if self._spool.knows(request.command_id):
            return
        self._spool.open(request)
        self._journal.note("requested", request)
        if is_quarantined:
            self._refuse(request, CommandRefusal.QUARANTINE)
        elif set(request.verbs or {_NEEDED[request.kind]}) != {_NEEDED[request.kind]}:
            self._refuse(request, CommandRefusal.VERB_NOT_ALLOWED)
        else:
            task = asyncio.create_task(self._handle(request))
            self._work[request.command_id] = _Work(task)
            task.add_done_callback(lambda _task: self._work.pop(request.command_id, None))

    def cancel(self, command_id: UUID, reason: FinishReason = FinishReason.CANCELLED) -> None:
        """Withdraw a question or end what runs; nothing happens to what has ended."""
        work = self._work.get(command_id)
        if work is None:
            return
        if work.shell is not None:
            work.shell.stop(reason)
        else:
            work.cancelled_by = work.cancelled_by or reason
            work.task.cancel()

    async def stop(self) -> None:
        """End everything at once; what ran is reported as interrupted."""
        tasks = []
        for work in self._work.values():
            if work.shell is not None:
                work.shell.kill()
            work.task.cancel()
            tasks.append(work.task)
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _handle(self, request: RunCommand) -> None:
        try:
            if await self._is_allowed(request):
                await self._execute(request)
        except asyncio.CancelledError:
            work = self._work.get(request.command_id)
            self._end_cancelled(request, work.cancelled_by if work else "")
        except Exception as error:  # noqa: BLE001 - the top of one request: it is recorded and answered
            self._journal.note("failed", request, error=clean_line(repr(error), 200))
            self._end_cancelled(request, FinishReason.INTERRUPTED)

    async def _is_allowed(self, request: RunCommand) -> bool:
        try:
            self._desk.admit()
        except NotAsked as refusal:
            self._refuse(request, refusal.code)
            return False
        seconds = max(1, round(self._desk.answer_seconds))
        self._add(ConsentAsked(request.command_id, 1, _now_ms(), expires_in_seconds=seconds))
        answer = await self._desk.ask(request)
        self._journal.note("answered", request, answer=answer.answer, place=answer.place)
        self._add(ConsentAnswered(request.command_id, 1, _now_ms(), answer=answer.answer, place=answer.place))
        if answer.answer is ConsentAnswer.ALLOWED:
            return True
        is_refused = answer.answer is ConsentAnswer.REFUSED
        self._refuse(request, CommandRefusal.USER_REFUSED if is_refused else CommandRefusal.NO_ANSWER)
        return False

    async def _execute(self, request: RunCommand) -> None:
        def stop() -> None:
            self.cancel(request.command_id, FinishReason.STOPPED_BY_USER)

        self._desk.running[request.command_id] = (request, stop)
        self._desk.touch()
        try:
            if request.kind == CommandKind.DIAGNOSTICS:
                outcome = await self._run_diagnostics(request)
            else:
                outcome = await self._run_shell(request)
            self._finish(request, outcome)
        finally:
            self._desk.running.pop(request.command_id, None)
            self._desk.touch()

    async def _run_shell(self, request: RunCommand) -> Outcome:
        def keep(stream: Stream, data: bytes) -> None:
            self._add(CommandOutput(request.command_id, 1, _now_ms(), stream=stream, data=data))

        shell = ShellCommand(self._system, request.text, request.timeout_seconds, keep)
        self._work[request.command_id].shell = shell
        return await shell.run(lambda: self._started(request, shell.group))

    async def _run_diagnostics(self, request: RunCommand) -> Outcome:
        started = time.monotonic()
        self._started(request)
        try:
            async with asyncio.timeout(request.timeout_seconds):
                checks = await self._diagnose()
        except TimeoutError:
            return Outcome(FinishReason.TIMEOUT, int(1000 * (time.monotonic() - started)))
        self._add(DiagnosticsReport(request.command_id, 1, _now_ms(), checks=checks))
        return Outcome(FinishReason.EXITED, int(1000 * (time.monotonic() - started)), exit_code=0)

    def _started(self, request: RunCommand, group: int | None = None) -> None:
        if group is not None:
            self._spool.note_group(request.command_id, group, self._system.group_mark(group))
        self._journal.note("started", request)
        run_as = clean_line(self._system.user_name(), 64)
        self._add(CommandStarted(request.command_id, 1, _now_ms(), run_as=run_as))

    def _finish(self, request: RunCommand, outcome: Outcome) -> None:
        exit_code = "" if outcome.exit_code is None else str(outcome.exit_code)
        self._journal.note("finished", request, how=outcome.reason, exit_code=exit_code)
        self._add(
            CommandFinished(
                request.command_id,
                1,
                _now_ms(),
                reason=outcome.reason,
                duration_ms=outcome.duration_ms,
                exit_code=outcome.exit_code,
                signal=outcome.signal,
                is_truncated=outcome.dropped_bytes > 0,
                dropped_bytes=outcome.dropped_bytes,
            )
        )

    def _end_cancelled(self, request: RunCommand, cancelled_by: str) -> None:
        """Cancelled before or while it ran; without a canceller it is the agent itself that stops."""
        record = next(
            (found for found in self._spool.records() if found.request.command_id == request.command_id), None
        )
        if record is None or record.is_ended:
            return
        if record.is_started:
            reason = FinishReason(cancelled_by or FinishReason.INTERRUPTED)
            self._finish(request, Outcome(reason, 0))
        else:
            self._refuse(request, CommandRefusal.CANCELLED if cancelled_by else CommandRefusal.AGENT_STOPPED)

    def _refuse(self, request: RunCommand, code: str) -> None:
        self._journal.note("refused", request, why=code)
        self._add(CommandRefused(request.command_id, 1, _now_ms(), reason=code))

    def _add(self, result: Result) -> None:
        self._spool.add(result.command_id, result)
        self._on_result()


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
