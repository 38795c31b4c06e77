"""Codes that travel between agent and gateway."""

from enum import StrEnum


class CommandKind(StrEnum):
    COMMAND = "command"
    DIAGNOSTICS = "diagnostics"


class Verb(StrEnum):
    """What a request may do on the device; shown to the person who is asked."""

    RUN_COMMAND = "command.run"
    RUN_DIAGNOSTICS = "diagnostics.run"


class CollectKind(StrEnum):
    INVENTORY = "inventory"
    HEALTH = "health"


class Stream(StrEnum):
    STDOUT = "stdout"
    STDERR = "stderr"


class ConsentAnswer(StrEnum):
    ALLOWED = "allowed"
    REFUSED = "refused"
    NO_ANSWER = "no_answer"


class ConsentPlace(StrEnum):
    """Where at the device the answer was given."""

    PAGE = "page"
    TERMINAL = "terminal"
    NONE = "none"


class FinishReason(StrEnum):
    EXITED = "exited"
    TIMEOUT = "timeout"
    CANCELLED = "cancelled"
    STOPPED_BY_USER = "stopped_by_user"
    INTERRUPTED = "interrupted"
    NOT_STARTED = "not_started"


class CheckStatus(StrEnum):
    OK = "ok"
    WARN = "warn"
    BAD = "bad"
    UNKNOWN = "unknown"


class DeviceState(StrEnum):
    PENDING = "pending"
    ACTIVE = "active"


class RefusalCode(StrEnum):
    """Why a gateway turns a device away; the set is open on the wire."""

    BAD_SIGNATURE = "bad_signature"
    DEVICE_UNKNOWN = "device_unknown"
    DEVICE_REVOKED = "device_revoked"
    TOKEN_UNKNOWN = "token_unknown"  # noqa: S105 - a code
    TOKEN_EXPIRED = "token_expired"  # noqa: S105 - a code
    TOKEN_USED = "token_used"  # noqa: S105 - a code
    TOKEN_WRONG = "token_wrong"  # noqa: S105 - a code
    VERSION = "version"
    TRY_LATER = "try_later"


class CommandRefusal(StrEnum):
    """Why a device did not do what was asked; the set is open on the wire."""

    USER_REFUSED = "user_refused"
    NO_ANSWER = "no_answer"
    CANCELLED = "cancelled"
    BUSY = "busy"
    SILENCED = "silenced"
    TOO_MANY_PROMPTS = "too_many_prompts"
    VERB_NOT_ALLOWED = "verb_not_allowed"
    QUARANTINE = "quarantine"
    AGENT_STOPPED = "agent_stopped"
    NOT_SUPPORTED = "not_supported"


LAST_REFUSALS = frozenset(
    {RefusalCode.DEVICE_REVOKED, RefusalCode.DEVICE_UNKNOWN, RefusalCode.BAD_SIGNATURE, RefusalCode.VERSION}
)
