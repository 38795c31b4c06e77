"""The registry: events, their handlers, jobs and schedules, and how each declares its retries."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, field, fields
from typing import Any, TypeVar

from firstline.kit.actor import Actor

Args = dict[str, Any]

DEFAULT_QUEUE = "default"


@dataclass(frozen=True, slots=True)
class Retry:
    """How often and how patiently a failing job is tried again before it is a dead letter.

    The wait doubles from `base_seconds` up to `cap_seconds`, with a fifth of jitter.
    """

    attempts: int = 8
    base_seconds: float = 2.0
    cap_seconds: float = 3600.0


class Drop(Exception):
    """Raised by a handler or job: there is nothing left to do; forget it without an error."""


class GiveUp(Exception):
    """Raised by a handler or job: trying again cannot help; make it a dead letter now."""


class RetryLater(Exception):
    """Raised by a handler or job: try again after `seconds`; counts as an attempt."""

    def __init__(self, seconds: float, why: str = "") -> None:
        super().__init__(why)
        self.seconds = seconds


@dataclass(frozen=True, slots=True)
class Context:
    """What a handler or job knows of its own run.

    A job that takes long asks `is_stopping` now and then and leaves with `RetryLater`.

    `event_id` is the same on every attempt: use it as the key of idempotency. `actor` carries
    the chain's causal id and depth on to whatever the handler does.
    """

    actor: Actor
    event_id: str
    job_id: int
    attempt: int
    is_stopping: Callable[[], bool] = lambda: False


@dataclass(frozen=True, slots=True)
class Task:
    """Something a worker can run: a handler, a job or a periodic job."""

    name: str
    run: Callable[[Args, Context], None]
    retry: Retry = field(default_factory=Retry)
    queue: str = DEFAULT_QUEUE
    # After this long the worker stops extending the lease: the job counts as hung.
    timeout_seconds: float = 900.0


@dataclass(frozen=True, slots=True)
class Period:
    """A periodic job's task and interval."""

    task: Task
    seconds: float


EVENTS: dict[str, type[Any]] = {}
TASKS: dict[str, Task] = {}
HANDLERS: dict[str, list[Task]] = {}
PERIODS: dict[str, Period] = {}
STEPS: dict[str, Callable[[], int]] = {}

EventClass = TypeVar("EventClass", bound=type[Any])
EventType = TypeVar("EventType")
Handler = TypeVar("Handler", bound=Callable[..., None])


def event(name: str) -> Callable[[EventClass], EventClass]:
    """Class decorator: a frozen dataclass of JSON values becomes the event `slice.noun_past`."""

    def register(cls: EventClass) -> EventClass:
        if name in EVENTS:
            raise ValueError(f"event {name} is declared twice")
        EVENTS[name] = cls
        cls.event_name = name
        return cls

    return register


def handles(
    event_class: type[EventType],
    *,
    name: str,
    retry: Retry | None = None,
    queue: str = DEFAULT_QUEUE,
    timeout_seconds: float = 900.0,
) -> Callable[[Callable[[EventType, Context], None]], Callable[[EventType, Context], None]]:
    """`def f(event, context)` runs at least once after each such event, outside any transaction."""

    def register(function: Callable[[EventType, Context], None]) -> Callable[[EventType, Context], None]:
        def run(args: Args, context: Context) -> None:
            function(from_payload(event_class, args), context)

        task = _add(Task(name, run, retry or Retry(), queue, timeout_seconds))
        HANDLERS.setdefault(event_name(event_class), []).append(task)
        return function

    return register


def job(
    name: str, *, retry: Retry | None = None, queue: str = DEFAULT_QUEUE, timeout_seconds: float = 900.0
) -> Callable[[Callable[[Args, Context], None]], Callable[[Args, Context], None]]:
    """`def f(args, context)` can be enqueued as `slice.verb`; runs at least once."""

    def register(function: Callable[[Args, Context], None]) -> Callable[[Args, Context], None]:
        _add(Task(name, function, retry or Retry(), queue, timeout_seconds))
        return function

    return register


def periodic(
    name: str,
    *,
    seconds: float,
    retry: Retry | None = None,
    queue: str = DEFAULT_QUEUE,
    timeout_seconds: float = 900.0,
) -> Callable[[Callable[[Context], None]], Callable[[Context], None]]:
    """`def f(context)` runs about every `seconds`, on one worker, never beside itself."""

    def register(function: Callable[[Context], None]) -> Callable[[Context], None]:
        def run(_args: Args, context: Context) -> None:
            function(context)

        # The next tick is the retry, unless the job says otherwise.
        task = _add(Task(name, run, retry or Retry(attempts=1), queue, timeout_seconds))
        PERIODS[name] = Period(task, seconds)
        return function

    return register


def step(name: str) -> Callable[[Callable[[], int]], Callable[[], int]]:
    """`def f() -> int` does a part of what waits in a table of its slice and says how much it did.

    Every worker has a thread for it: called again at once while it did something, otherwise
    woken by the next commit or within a second. Cheaper than a job where work comes with nearly
    every change; several workers may run it at once.
    """

    def register(function: Callable[[], int]) -> Callable[[], int]:
        if name in STEPS:
            raise ValueError(f"{name} is declared twice")
        STEPS[name] = function
        return function

    return register


def event_name(event_class: type[Any]) -> str:
    """The declared name of an event class; raises TypeError where there is none."""
    name = getattr(event_class, "event_name", None)
    if not isinstance(name, str):
        raise TypeError(f"{event_class.__name__} is not declared with @event")
    return name


def to_payload(value: Any) -> Args:
    """An event's fields as JSON values."""
    return asdict(value)


def from_payload(event_class: type[EventType], payload: Args) -> EventType:
    """The event again; fields unknown to this version are ignored, missing ones need defaults."""
    known = {item.name for item in fields(event_class)}  # type: ignore[arg-type]
    return event_class(**{key: value for key, value in payload.items() if key in known})


def _add(task: Task) -> Task:
    if task.name in TASKS:
        raise ValueError(f"{task.name} is declared twice")
    TASKS[task.name] = task
    return task
