"""The question to the person at the device. Only answers given here count; the gateway has no say in them."""

import asyncio
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import UUID

from firstline_protocol.enums import ConsentAnswer, ConsentPlace
from firstline_protocol.messages import RunCommand

ANSWER_SECONDS = 60
_PENDING_MAX = 8
_HOUR = 3600.0
_REFUSALS_IN_A_ROW = 3


class NotAsked(Exception):
    """The person is left in peace; `code` is a refusal code."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Answer:
    answer: ConsentAnswer
    place: ConsentPlace


@dataclass
class Question:
    request: RunCommand
    expires_at: float
    reply: asyncio.Future[Answer] = field(repr=False)

    def seconds_left(self) -> int:
        return max(0, round(self.expires_at - time.monotonic()))


class ConsentDesk:
    """Holds the open questions and what runs now; every prompt shows the same desk."""

    def __init__(self, *, prompts_per_hour: int, answer_seconds: float = ANSWER_SECONDS) -> None:
        self.answer_seconds = answer_seconds
        self.running: dict[UUID, tuple[RunCommand, Callable[[], None]]] = {}
        self.revision = 0
        self._prompts_per_hour = prompts_per_hour
        self._questions: dict[UUID, Question] = {}
        self._asked_at: deque[float] = deque()
        self._refusals = 0
        self._silent_until = 0.0
        self._changed = asyncio.Event()
        self.on_question: Callable[[], None] = lambda: None

    def questions(self) -> list[Question]:
        return list(self._questions.values())

    def admit(self) -> None:
        """Raise NotAsked if the person was asked enough: `busy`, `silenced`, `too_many_prompts`."""
        now = time.monotonic()
        while self._asked_at and self._asked_at[0] < now - _HOUR:
            self._asked_at.popleft()
        if now < self._silent_until:
            raise NotAsked("silenced")
        if len(self._questions) >= _PENDING_MAX:
            raise NotAsked("busy")
        if len(self._asked_at) >= self._prompts_per_hour:
            raise NotAsked("too_many_prompts")
        self._asked_at.append(now)

    async def ask(self, request: RunCommand) -> Answer:
        """Wait for the person; no answer in time is an answer too."""
        reply: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        question = Question(request, time.monotonic() + self.answer_seconds, reply)
        self._questions[request.command_id] = question
        self.touch()
        self.on_question()
        try:
            async with asyncio.timeout(self.answer_seconds):
                answer = await reply
        except TimeoutError:
            # An answer that was accepted in the last moment counts: the person was told so.
            is_answered = reply.done() and not reply.cancelled()
            answer = reply.result() if is_answered else Answer(ConsentAnswer.NO_ANSWER, ConsentPlace.NONE)
        finally:
            del self._questions[request.command_id]
            self.touch()
        self._count(answer)
        return answer

    def answer(self, command_id: UUID, *, is_allowed: bool, place: ConsentPlace) -> bool:
        """Settle an open question; False if it is no longer open."""
        question = self._questions.get(command_id)
        if question is None or question.reply.done():
            return False
        choice = ConsentAnswer.ALLOWED if is_allowed else ConsentAnswer.REFUSED
        question.reply.set_result(Answer(choice, place))
        return True

    def stop(self, command_id: UUID) -> bool:
        """The person ends what runs; False if it no longer does."""
        found = self.running.get(command_id)
        if found is None:
            return False
        found[1]()
        return True

    def touch(self) -> None:
        """Tell every open prompt to look again."""
        self.revision += 1
        self._changed.set()
        self._changed = asyncio.Event()

    async def wait_change(self, seen: int, seconds: float) -> None:
        """Return when the revision is no longer `seen`, or after some seconds."""
        if self.revision != seen:
            return
        changed = self._changed
        try:
            async with asyncio.timeout(seconds):
                await changed.wait()
        except TimeoutError:
            pass

    def _count(self, answer: Answer) -> None:
        if answer.answer is ConsentAnswer.ALLOWED:
            self._refusals = 0
        elif answer.answer is ConsentAnswer.REFUSED:
            self._refusals += 1
            if self._refusals >= _REFUSALS_IN_A_ROW:
                self._silent_until = time.monotonic() + _HOUR
                self._refusals = 0
