"""Every message of protocol version 1, as frozen dataclasses with their wire keys and limits.

A frame is the canonical map {1: type number, 2: fields}. Numbers below 128, of types as of fields, are
critical: a side that does not know one refuses the frame. From 128 on they are ignorable.
"""

from dataclasses import dataclass
from typing import Annotated, ClassVar
from uuid import UUID

from firstline_protocol import limits
from firstline_protocol.enums import (
    CheckStatus,
    CollectKind,
    CommandKind,
    ConsentAnswer,
    ConsentPlace,
    DeviceState,
    FinishReason,
    Stream,
)
from firstline_protocol.schema import (
    Block,
    Choice,
    Code,
    CommandText,
    Field,
    Flag,
    Identifier,
    Many,
    Octets,
    Record,
    Text,
    Uint,
)

_UINT32 = 2**32 - 1
_VERSIONS = Many(Uint(65535, 1), 16)
_PERCENT = Uint(100)


# ---- gateway to agent


@dataclass(frozen=True)
class Challenge:
    """The gateway speaks first; the nonce makes every hello good for one connection only."""

    TYPE: ClassVar[int] = 1
    nonce: Annotated[bytes, Field(1, Octets(64, 16))]
    versions: Annotated[tuple[int, ...], Field(2, _VERSIONS)]


@dataclass(frozen=True)
class Welcome:
    TYPE: ClassVar[int] = 3
    device_id: Annotated[bytes, Field(1, Octets(32, 32))]
    state: Annotated[DeviceState, Field(2, Choice(DeviceState))]
    organization: Annotated[str, Field(3, Text())]
    device_name: Annotated[str, Field(4, Text())]
    heartbeat_seconds: Annotated[int, Field(5, Uint(3600, 1))]
    server_time_ms: Annotated[int, Field(6, Uint())]
    genesis: Annotated[bytes, Field(7, Octets(32, 32))]
    log_seq: Annotated[int, Field(8, Uint())]
    log_head: Annotated[bytes, Field(9, Octets(32, 32))]


@dataclass(frozen=True)
class Refused:
    TYPE: ClassVar[int] = 4
    code: Annotated[str, Field(1, Code())]


@dataclass(frozen=True)
class RunCommand:
    """Ask for a shell command, or for diagnostics (then `text` is empty). Nothing runs without consent.

    Sent again with the same id it is the same request: the agent never runs it twice.
    """

    TYPE: ClassVar[int] = 10
    command_id: Annotated[UUID, Field(1, Identifier())]
    kind: Annotated[CommandKind, Field(2, Choice(CommandKind))]
    text: Annotated[str, Field(3, CommandText(limits.COMMAND_CHARS_MAX))]
    timeout_seconds: Annotated[int, Field(4, Uint(limits.TIMEOUT_SECONDS_MAX, 1))]
    technician: Annotated[str, Field(5, Text(minimum=1))]
    ticket: Annotated[str, Field(6, Text(64))] = ""
    reason: Annotated[str, Field(7, Text())] = ""
    verbs: Annotated[tuple[str, ...], Field(8, Many(Code(), 16))] = ()


@dataclass(frozen=True)
class Cancel:
    TYPE: ClassVar[int] = 11
    command_id: Annotated[UUID, Field(1, Identifier())]


@dataclass(frozen=True)
class Ack:
    """Every result of the command up to and including `seq` is stored durably; the agent may forget it."""

    TYPE: ClassVar[int] = 12
    command_id: Annotated[UUID, Field(1, Identifier())]
    seq: Annotated[int, Field(2, Uint(_UINT32, 1))]


@dataclass(frozen=True)
class Collect:
    """Ask for a fixed self-description, without arguments; agents answer at most once a minute each."""

    TYPE: ClassVar[int] = 13
    what: Annotated[CollectKind, Field(1, Choice(CollectKind))]


@dataclass(frozen=True)
class Ping:
    TYPE: ClassVar[int] = 14
    sent_at_ms: Annotated[int, Field(1, Uint())]


# ---- agent to gateway


@dataclass(frozen=True)
class SignedHello:
    """The frame of a hello: `body` is verified as received and never encoded again.

    `token_id` and `mac` = HMAC-SHA256(token secret, body) come together, at enrolment only.
    """

    TYPE: ClassVar[int] = 2
    body: Annotated[bytes, Field(1, Octets(limits.HELLO_BYTES_MAX))]
    signature: Annotated[bytes, Field(2, Octets(64, 64))]
    token_id: Annotated[bytes | None, Field(3, Octets(32, 8))] = None
    mac: Annotated[bytes | None, Field(4, Octets(32, 32))] = None


@dataclass(frozen=True)
class MachineFacts:
    hostname: Annotated[str, Field(1, Text(minimum=1))]
    os_name: Annotated[str, Field(2, Text())]
    os_version: Annotated[str, Field(3, Text())]
    architecture: Annotated[str, Field(4, Text(64))]
    machine_id: Annotated[str, Field(5, Text(128))] = ""


@dataclass(frozen=True)
class Hello:
    """The body that the device key signs."""

    nonce: Annotated[bytes, Field(1, Octets(64, 16))]
    protocol_version: Annotated[int, Field(2, Uint(65535, 1))]
    public_point: Annotated[bytes, Field(3, Octets(65, 65))]
    device_id: Annotated[bytes, Field(4, Octets(32, 32))]
    agent_version: Annotated[str, Field(5, Text(64, 1))]
    facts: Annotated[MachineFacts, Field(6, Record(MachineFacts))]
    owner_email: Annotated[str, Field(7, Text())] = ""


@dataclass(frozen=True)
class Disk:
    mount: Annotated[str, Field(1, Text())]
    device: Annotated[str, Field(2, Text())]
    file_system: Annotated[str, Field(3, Text(64))]
    size_bytes: Annotated[int, Field(4, Uint())]
    used_bytes: Annotated[int, Field(5, Uint())]


@dataclass(frozen=True)
class NetworkInterface:
    name: Annotated[str, Field(1, Text())]
    mac: Annotated[str, Field(2, Text(64))]
    addresses: Annotated[tuple[str, ...], Field(3, Many(Text(64), 16))]
    is_up: Annotated[bool, Field(4, Flag())]


@dataclass(frozen=True)
class Inventory:
    """What the machine is. Empty text and None mean: could not be read."""

    TYPE: ClassVar[int] = 20
    at_ms: Annotated[int, Field(1, Uint())]
    hostname: Annotated[str, Field(2, Text(minimum=1))]
    os_name: Annotated[str, Field(3, Text())]
    os_version: Annotated[str, Field(4, Text())]
    kernel: Annotated[str, Field(5, Text())]
    architecture: Annotated[str, Field(6, Text(64))]
    cpu_model: Annotated[str, Field(7, Text())]
    cpu_cores: Annotated[int, Field(8, Uint(65535))]
    memory_bytes: Annotated[int, Field(9, Uint())]
    disks: Annotated[tuple[Disk, ...], Field(10, Many(Record(Disk), limits.LIST_ITEMS_MAX))]
    interfaces: Annotated[
        tuple[NetworkInterface, ...], Field(11, Many(Record(NetworkInterface), limits.LIST_ITEMS_MAX))
    ]
    users: Annotated[tuple[str, ...], Field(12, Many(Text(64), limits.LIST_ITEMS_MAX))]
    manufacturer: Annotated[str, Field(13, Text())] = ""
    model: Annotated[str, Field(14, Text())] = ""
    serial: Annotated[str, Field(15, Text())] = ""
    package_count: Annotated[int | None, Field(16, Uint())] = None
    booted_at_ms: Annotated[int | None, Field(17, Uint())] = None
    agent_version: Annotated[str, Field(18, Text(64))] = ""
    agent_user: Annotated[str, Field(19, Text(64))] = ""


@dataclass(frozen=True)
class Heartbeat:
    TYPE: ClassVar[int] = 21
    at_ms: Annotated[int, Field(1, Uint())]
    cpu_percent: Annotated[int, Field(2, _PERCENT)]
    memory_total_bytes: Annotated[int, Field(3, Uint())]
    memory_used_bytes: Annotated[int, Field(4, Uint())]
    disk_total_bytes: Annotated[int, Field(5, Uint())]
    disk_used_bytes: Annotated[int, Field(6, Uint())]
    uptime_seconds: Annotated[int, Field(7, Uint())]
    load_percent: Annotated[int, Field(8, Uint(1_000_000))] = 0
    swap_used_bytes: Annotated[int, Field(9, Uint())] = 0
    process_count: Annotated[int, Field(10, Uint())] = 0
    running_commands: Annotated[int, Field(11, Uint(65535))] = 0


@dataclass(frozen=True)
class Pong:
    TYPE: ClassVar[int] = 22
    sent_at_ms: Annotated[int, Field(1, Uint())]
    device_time_ms: Annotated[int, Field(2, Uint())]


@dataclass(frozen=True)
class _Result:
    """Results of one command are numbered 1, 2, 3, … and repeated until they are acknowledged."""

    command_id: Annotated[UUID, Field(1, Identifier())]
    seq: Annotated[int, Field(2, Uint(_UINT32, 1))]
    at_ms: Annotated[int, Field(3, Uint())]


@dataclass(frozen=True)
class ConsentAsked(_Result):
    """The person at the device is being asked; unanswered, it ends after `expires_in_seconds`."""

    TYPE: ClassVar[int] = 30
    expires_in_seconds: Annotated[int, Field(4, Uint(3600, 1))]


@dataclass(frozen=True)
class ConsentAnswered(_Result):
    TYPE: ClassVar[int] = 31
    answer: Annotated[ConsentAnswer, Field(4, Choice(ConsentAnswer))]
    place: Annotated[ConsentPlace, Field(5, Choice(ConsentPlace))]


@dataclass(frozen=True)
class CommandStarted(_Result):
    TYPE: ClassVar[int] = 32
    run_as: Annotated[str, Field(4, Text(64))] = ""


@dataclass(frozen=True)
class CommandOutput(_Result):
    """Raw bytes: a character may be split between two chunks of one stream."""

    TYPE: ClassVar[int] = 33
    stream: Annotated[Stream, Field(4, Choice(Stream))]
    data: Annotated[bytes, Field(5, Octets(limits.OUTPUT_CHUNK_BYTES_MAX, 1))]


@dataclass(frozen=True)
class CommandFinished(_Result):
    """The last result of a command that was allowed. `exit_code` is None where the command did not exit
    by itself; `signal` is 0 unless one ended it."""

    TYPE: ClassVar[int] = 34
    reason: Annotated[FinishReason, Field(4, Choice(FinishReason))]
    duration_ms: Annotated[int, Field(5, Uint())]
    exit_code: Annotated[int | None, Field(6, Uint(_UINT32))] = None
    signal: Annotated[int, Field(7, Uint(255))] = 0
    is_truncated: Annotated[bool, Field(8, Flag())] = False
    dropped_bytes: Annotated[int, Field(9, Uint())] = 0


@dataclass(frozen=True)
class CommandRefused(_Result):
    """The last result of a command that was not run."""

    TYPE: ClassVar[int] = 35
    reason: Annotated[str, Field(4, Code())]


@dataclass(frozen=True)
class Check:
    """One line of a health report: the reader's language comes from `code` and `params`."""

    code: Annotated[str, Field(1, Code())]
    status: Annotated[CheckStatus, Field(2, Choice(CheckStatus))]
    value: Annotated[str, Field(3, Block(limits.CHECK_VALUE_CHARS_MAX))]
    params: Annotated[tuple[str, ...], Field(4, Many(Text(), 8))] = ()


@dataclass(frozen=True)
class DiagnosticsReport(_Result):
    TYPE: ClassVar[int] = 36
    checks: Annotated[tuple[Check, ...], Field(4, Many(Record(Check), limits.CHECKS_MAX))]


GatewayMessage = Challenge | Welcome | Refused | RunCommand | Cancel | Ack | Collect | Ping
Result = (
    ConsentAsked
    | ConsentAnswered
    | CommandStarted
    | CommandOutput
    | CommandFinished
    | CommandRefused
    | DiagnosticsReport
)
AgentMessage = SignedHello | Inventory | Heartbeat | Pong | Result
Message = GatewayMessage | AgentMessage

RESULT_TYPES = (
    ConsentAsked,
    ConsentAnswered,
    CommandStarted,
    CommandOutput,
    CommandFinished,
    CommandRefused,
    DiagnosticsReport,
)
LAST_RESULT_TYPES = (CommandFinished, CommandRefused)
GATEWAY_TYPES = (Challenge, Welcome, Refused, RunCommand, Cancel, Ack, Collect, Ping)
AGENT_TYPES = (SignedHello, Inventory, Heartbeat, Pong, *RESULT_TYPES)
