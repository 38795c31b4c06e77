"""The agent's end of a connection, without any input or output of its own."""

from dataclasses import dataclass
from uuid import UUID

from firstline_protocol import PROTOCOL_VERSION, SUPPORTED_VERSIONS, cbor, schema
from firstline_protocol.enrolment import EnrolmentToken, proof
from firstline_protocol.enums import CollectKind
from firstline_protocol.errors import ProtocolError
from firstline_protocol.frames import UnknownMessage, decode_frame, encode_frame
from firstline_protocol.identity import DeviceKey, digest
from firstline_protocol.limits import TRACKED_COMMANDS_MAX
from firstline_protocol.messages import (
    Ack,
    Cancel,
    Challenge,
    Collect,
    Heartbeat,
    Hello,
    Inventory,
    MachineFacts,
    Ping,
    Pong,
    Refused,
    Result,
    RunCommand,
    SignedHello,
    Welcome,
)


@dataclass(frozen=True)
class Challenged:
    """Answer with `send_hello`."""

    version: int


@dataclass(frozen=True)
class Welcomed:
    welcome: Welcome


@dataclass(frozen=True)
class TurnedAway:
    """The gateway refused this device and will close."""

    code: str


@dataclass(frozen=True)
class CommandRequested:
    """`is_repeated`: this connection has brought the same request before."""

    request: RunCommand
    is_repeated: bool


@dataclass(frozen=True)
class CancelRequested:
    command_id: UUID


@dataclass(frozen=True)
class Acknowledged:
    command_id: UUID
    seq: int


@dataclass(frozen=True)
class CollectRequested:
    what: CollectKind


@dataclass(frozen=True)
class Pinged:
    sent_at_ms: int


@dataclass(frozen=True)
class Ignored:
    """A message of a newer version, which says of itself that it may be ignored."""

    type: int


AgentEvent = (
    Challenged
    | Welcomed
    | TurnedAway
    | CommandRequested
    | CancelRequested
    | Acknowledged
    | CollectRequested
    | Pinged
    | Ignored
)


class AgentConnection:
    """One connection from challenge to close.

    `receive` takes one whole binary message and returns what it means; `send_…` return the bytes to send.
    Any ProtocolError ends the connection: everything after it raises `closed`. There is no message by which
    a gateway could grant consent.
    """

    def __init__(self, key: DeviceKey, *, genesis: bytes, log_seq: int = 0) -> None:
        self._key = key
        self._genesis = genesis
        self._log_seq = log_seq
        self._state = "new"
        self._challenge: Challenge | None = None
        self._version = PROTOCOL_VERSION
        self._requests: dict[UUID, int] = {}
        self._sent: dict[UUID, int] = {}

    @property
    def is_open(self) -> bool:
        return self._state == "open"

    def receive(self, data: bytes) -> list[AgentEvent]:
        """Raise ProtocolError; besides the codes of frames: `closed`, `unexpected_message`,
        `no_common_version`, `wrong_device`, `foreign_organization`, `stale_log`, `command_id_reused`,
        `ack_ahead`."""
        if self._state == "closed":
            raise ProtocolError("closed")
        try:
            message = decode_frame(data)
            if isinstance(message, UnknownMessage):
                return [Ignored(message.type)]
            return [self._event(message)]
        except ProtocolError:
            self._state = "closed"
            raise

    def send_hello(
        self,
        *,
        agent_version: str,
        facts: MachineFacts,
        owner_email: str = "",
        token: EnrolmentToken | None = None,
    ) -> bytes:
        """Answer the challenge, signed; with a token it also asks to be enrolled."""
        if self._state != "challenged" or self._challenge is None:
            raise ProtocolError("unexpected_message", "hello without challenge")
        hello = Hello(
            nonce=self._challenge.nonce,
            protocol_version=self._version,
            public_point=self._key.public_point,
            device_id=self._key.device_id,
            agent_version=agent_version,
            facts=facts,
            owner_email=owner_email,
        )
        body = cbor.encode(schema.pack(hello))
        frame = encode_frame(
            SignedHello(
                body=body,
                signature=self._key.sign(digest("hello", body)),
                token_id=token.token_id if token else None,
                mac=proof(token.secret, body) if token else None,
            )
        )
        self._state = "hello_sent"
        return frame

    def send_inventory(self, inventory: Inventory) -> bytes:
        return self._send(inventory)

    def send_heartbeat(self, heartbeat: Heartbeat) -> bytes:
        return self._send(heartbeat)

    def send_pong(self, *, sent_at_ms: int, device_time_ms: int) -> bytes:
        return self._send(Pong(sent_at_ms=sent_at_ms, device_time_ms=device_time_ms))

    def send_result(self, result: Result) -> bytes:
        """Results of one command go in the order of their numbers, each once per connection; on a new
        connection they start again at the first one that was not acknowledged."""
        last = self._sent.get(result.command_id)
        if last is not None and result.seq != last + 1:
            raise ProtocolError("out_of_order", f"{result.seq} after {last}")
        frame = self._send(result)
        self._sent[result.command_id] = result.seq
        _forget_oldest(self._sent)
        return frame

    def _send(self, message: Inventory | Heartbeat | Pong | Result) -> bytes:
        if self._state != "open":
            raise ProtocolError("unexpected_message", "not welcomed yet")
        return encode_frame(message)

    def _event(self, message: object) -> AgentEvent:
        if self._state == "new" and isinstance(message, Challenge):
            return self._on_challenge(message)
        if self._state == "hello_sent" and isinstance(message, Welcome):
            return self._on_welcome(message)
        if self._state != "open" and isinstance(message, Refused):
            self._state = "closed"
            return TurnedAway(message.code)
        if self._state == "open":
            return self._on_open(message)
        raise ProtocolError("unexpected_message", type(message).__name__)

    def _on_challenge(self, challenge: Challenge) -> Challenged:
        common = set(challenge.versions) & set(SUPPORTED_VERSIONS)
        if not common:
            raise ProtocolError("no_common_version", str(challenge.versions))
        self._version = max(common)
        self._challenge = challenge
        self._state = "challenged"
        return Challenged(self._version)

    def _on_welcome(self, welcome: Welcome) -> Welcomed:
        if welcome.device_id != self._key.device_id:
            raise ProtocolError("wrong_device")
        if welcome.genesis != self._genesis:
            raise ProtocolError("foreign_organization")
        if welcome.log_seq < self._log_seq:
            raise ProtocolError("stale_log", f"{welcome.log_seq} is behind {self._log_seq}")
        self._state = "open"
        return Welcomed(welcome)

    def _on_open(self, message: object) -> AgentEvent:
        match message:
            case RunCommand():
                return self._on_request(message)
            case Cancel():
                return CancelRequested(message.command_id)
            case Ack():
                if message.seq > self._sent.get(message.command_id, message.seq):
                    raise ProtocolError("ack_ahead")
                return Acknowledged(message.command_id, message.seq)
            case Collect():
                return CollectRequested(message.what)
            case Ping():
                return Pinged(message.sent_at_ms)
        raise ProtocolError("unexpected_message", type(message).__name__)

    def _on_request(self, request: RunCommand) -> CommandRequested:
        earlier = self._requests.get(request.command_id)
        if earlier is not None and earlier != hash(request):
            raise ProtocolError("command_id_reused")
        self._requests[request.command_id] = hash(request)
        _forget_oldest(self._requests)
        return CommandRequested(request, is_repeated=earlier is not None)


def _forget_oldest(table: dict[UUID, int]) -> None:
    """A connection may live for months; what it remembers must not grow with it."""
    if len(table) > TRACKED_COMMANDS_MAX:
        del table[next(iter(table))]
