"""The gateway's end of a connection, without any input or output of its own."""

from dataclasses import dataclass
from uuid import UUID

from firstline_protocol import SUPPORTED_VERSIONS, cbor, schema
from firstline_protocol.enrolment import proof_holds
from firstline_protocol.enums import CollectKind, DeviceState
from firstline_protocol.errors import ProtocolError
from firstline_protocol.frames import UnknownMessage, decode_frame, encode_frame
from firstline_protocol.identity import device_id, digest, verify
from firstline_protocol.limits import HELLO_BYTES_MAX, TRACKED_COMMANDS_MAX
from firstline_protocol.messages import (
    LAST_RESULT_TYPES,
    RESULT_TYPES,
    Ack,
    Cancel,
    Challenge,
    Collect,
    GatewayMessage,
    Heartbeat,
    Hello,
    Inventory,
    Ping,
    Pong,
    Refused,
    Result,
    RunCommand,
    SignedHello,
    Welcome,
)


@dataclass(frozen=True)
class Enrolment:
    """A device that asks to be taken in: find the token by its id, then ask whether the proof holds."""

    token_id: bytes
    mac: bytes
    body: bytes

    def holds(self, secret: bytes) -> bool:
        return proof_holds(secret, self.body, self.mac)


@dataclass(frozen=True)
class HelloReceived:
    """The device proved that it holds the key of `hello.device_id`. Answer with `send_welcome` or
    `send_refused`; whether that device is known, revoked or new is the gateway's to know."""

    hello: Hello
    enrolment: Enrolment | None


@dataclass(frozen=True)
class InventoryReceived:
    inventory: Inventory


@dataclass(frozen=True)
class HeartbeatReceived:
    heartbeat: Heartbeat


@dataclass(frozen=True)
class PongReceived:
    pong: Pong


@dataclass(frozen=True)
class ResultReceived:
    """Store it unless `is_duplicate`, then acknowledge it in both cases.

    Across connections the unique pair (command id, seq) in the gateway's own store decides: after a
    reconnect the agent starts again at the first result that was not acknowledged.
    """

    result: Result
    is_duplicate: bool


@dataclass(frozen=True)
class Ignored:
    """A message of a newer version, which says of itself that it may be ignored."""

    type: int


GatewayEvent = HelloReceived | InventoryReceived | HeartbeatReceived | PongReceived | ResultReceived | Ignored


@dataclass
class _Progress:
    seq: int
    is_ended: bool


class GatewayConnection:
    """One connection from challenge to close.

    Send `send_challenge()` first. `receive` takes one whole binary message and returns what it means;
    `send_…` return the bytes to send. Any ProtocolError ends the connection: close it with the code and
    expect the agent to come back. `stored` may name the last stored result of commands still open.
    """

    def __init__(self, *, nonce: bytes, stored: dict[UUID, int] | None = None) -> None:
        self._nonce = nonce
        self._state = "new"
        self._hello: Hello | None = None
        self._progress: dict[UUID, _Progress] = {
            command_id: _Progress(seq, is_ended=False) for command_id, seq in (stored or {}).items()
        }

    @property
    def is_open(self) -> bool:
        return self._state == "open"

    @property
    def hello(self) -> Hello:
        """What the device said of itself; raises ProtocolError before it did."""
        if self._hello is None:
            raise ProtocolError("unexpected_message", "no hello yet")
        return self._hello

    def note_stored(self, command_id: UUID, seq: int) -> None:
        """Tell the connection what the store already holds, once the device is known."""
        self._progress[command_id] = _Progress(seq, is_ended=False)

    def receive(self, data: bytes) -> list[GatewayEvent]:
        """Raise ProtocolError; besides the codes of frames: `closed`, `unexpected_message`,
        `wrong_version`, `wrong_nonce`, `wrong_device`, `bad_signature`, `sequence_gap`, `after_end`,
        `too_many_commands` (open at once). After `wrong_version` the device may still be refused in words."""
        if self._state in {"closed", "unwelcome"}:
            raise ProtocolError("closed")
        try:
            message = decode_frame(data)
            if isinstance(message, UnknownMessage):
                return [Ignored(message.type)]
            return [self._event(message)]
        except ProtocolError as error:
            self._state = "unwelcome" if error.code == "wrong_version" else "closed"
            raise

    def send_challenge(self) -> bytes:
        if self._state != "new":
            raise ProtocolError("unexpected_message", "challenge twice")
        self._state = "challenged"
        return encode_frame(Challenge(nonce=self._nonce, versions=SUPPORTED_VERSIONS))

    def send_welcome(
        self,
        *,
        state: DeviceState,
        organization: str,
        device_name: str,
        server_time_ms: int,
        genesis: bytes,
        log_seq: int = 0,
        log_head: bytes | None = None,
        heartbeat_seconds: int = 10,
    ) -> bytes:
        """Take the device in. The log head defaults to the genesis: the log is then one entry long."""
        if self._state != "hello_received":
            raise ProtocolError("unexpected_message", "welcome without hello")
        frame = encode_frame(
            Welcome(
                device_id=self.hello.device_id,
                state=state,
                organization=organization,
                device_name=device_name,
                heartbeat_seconds=heartbeat_seconds,
                server_time_ms=server_time_ms,
                genesis=genesis,
                log_seq=log_seq,
                log_head=genesis if log_head is None else log_head,
            )
        )
        self._state = "open"
        return frame

    def send_refused(self, code: str) -> bytes:
        """Turn the device away; the connection is over."""
        if self._state not in ("challenged", "hello_received", "unwelcome"):
            raise ProtocolError("unexpected_message", "refused after welcome")
        self._state = "closed"
        return encode_frame(Refused(code=code))

    def send_run_command(self, request: RunCommand) -> bytes:
        return self._send(request)

    def send_cancel(self, command_id: UUID) -> bytes:
        return self._send(Cancel(command_id))

    def send_ack(self, command_id: UUID, seq: int) -> bytes:
        return self._send(Ack(command_id, seq))

    def send_collect(self, what: CollectKind) -> bytes:
        return self._send(Collect(what))

    def send_ping(self, sent_at_ms: int) -> bytes:
        return self._send(Ping(sent_at_ms))

    def _send(self, message: GatewayMessage) -> bytes:
        if self._state != "open":
            raise ProtocolError("unexpected_message", "not welcomed yet")
        return encode_frame(message)

    def _event(self, message: object) -> GatewayEvent:
        if self._state == "challenged" and isinstance(message, SignedHello):
            return self._on_hello(message)
        if self._state == "open":
            if isinstance(message, RESULT_TYPES):
                return self._on_result(message)
            match message:
                case Inventory():
                    return InventoryReceived(message)
                case Heartbeat():
                    return HeartbeatReceived(message)
                case Pong():
                    return PongReceived(message)
        raise ProtocolError("unexpected_message", type(message).__name__)

    def _on_hello(self, signed: SignedHello) -> HelloReceived:
        hello = schema.unpack(Hello, cbor.decode(signed.body, size_bytes_max=HELLO_BYTES_MAX))
        if hello.device_id != device_id(hello.public_point):
            raise ProtocolError("wrong_device")
        verify(hello.public_point, digest("hello", signed.body), signed.signature)
        if hello.nonce != self._nonce:
            raise ProtocolError("wrong_nonce")
        if hello.protocol_version not in SUPPORTED_VERSIONS:
            raise ProtocolError("wrong_version", str(hello.protocol_version))
        if (signed.token_id is None) != (signed.mac is None):
            raise ProtocolError("bad_field", "half an enrolment")
        enrolment = None
        if signed.token_id is not None and signed.mac is not None:
            enrolment = Enrolment(token_id=signed.token_id, mac=signed.mac, body=signed.body)
        self._hello = hello
        self._state = "hello_received"
        return HelloReceived(hello, enrolment)

    def _on_result(self, result: Result) -> ResultReceived:
        is_last = isinstance(result, LAST_RESULT_TYPES)
        progress = self._progress.get(result.command_id)
        if progress is None:
            self._make_room()
            self._progress[result.command_id] = _Progress(result.seq, is_last)
            return ResultReceived(result, is_duplicate=False)
        if result.seq <= progress.seq:
            return ResultReceived(result, is_duplicate=True)
        if progress.is_ended:
            raise ProtocolError("after_end")
        if result.seq != progress.seq + 1:
            raise ProtocolError("sequence_gap", f"{result.seq} after {progress.seq}")
        progress.seq, progress.is_ended = result.seq, is_last
        return ResultReceived(result, is_duplicate=False)

    def _make_room(self) -> None:
        if len(self._progress) < TRACKED_COMMANDS_MAX:
            return
        ended = next((key for key, progress in self._progress.items() if progress.is_ended), None)
        if ended is None:
            raise ProtocolError("too_many_commands")
        del self._progress[ended]
