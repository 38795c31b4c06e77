"""Both ends talking to each other: order, repetition, identity and refusal."""

import dataclasses

import pytest

from firstline_protocol import agent_side as agent_events
from firstline_protocol import cbor, schema
from firstline_protocol import gateway_side as gateway_events
from firstline_protocol import messages as m
from firstline_protocol.agent_side import AgentConnection
from firstline_protocol.enrolment import EnrolmentToken
from firstline_protocol.enums import CollectKind, ConsentAnswer, ConsentPlace, FinishReason, Stream
from firstline_protocol.errors import ProtocolError
from firstline_protocol.frames import decode_frame, encode_frame
from firstline_protocol.gateway_side import GatewayConnection
from firstline_protocol.identity import DEMO_GENESIS, DeviceKey, digest
from firstline_protocol.limits import TRACKED_COMMANDS_MAX

from .samples import FACTS, ID, SAMPLES

KEY = DeviceKey.generate()
TOKEN = EnrolmentToken(
    DEMO_GENESIS, 0, DEMO_GENESIS, "wss://desk.example/agent/v1", b"t" * 16, b"s" * 16, (), 1, 2_000_000_000
)
REQUEST = m.RunCommand(ID, "command", "df -h", 60, "Ana")


def welcome(gateway, **changes):
    arguments = {
        "state": "active",
        "organization": "Example",
        "device_name": "pc-7",
        "server_time_ms": 1,
        "genesis": DEMO_GENESIS,
    }
    return gateway.send_welcome(**arguments | changes)


def greeted(token=None):
    agent = AgentConnection(KEY, genesis=DEMO_GENESIS)
    gateway = GatewayConnection(nonce=b"n" * 32)
    agent.receive(gateway.send_challenge())
    hello = agent.send_hello(agent_version="0.1.0", facts=FACTS, token=token, owner_email="a@example.com")
    return agent, gateway, hello


def connected():
    agent, gateway, hello = greeted()
    gateway.receive(hello)
    agent.receive(welcome(gateway))
    return agent, gateway


def refusal(call, *arguments, **named):
    with pytest.raises(ProtocolError) as caught:
        call(*arguments, **named)
    return caught.value.code


def output(seq):
    return m.CommandOutput(ID, seq, 5, Stream.STDOUT, b"x")


def test_device_is_welcomed():
    agent = AgentConnection(KEY, genesis=DEMO_GENESIS)
    gateway = GatewayConnection(nonce=b"n" * 32)

    assert agent.receive(gateway.send_challenge()) == [agent_events.Challenged(1)]
    [event] = gateway.receive(agent.send_hello(agent_version="0.1.0", facts=FACTS))
    [welcomed] = agent.receive(welcome(gateway))

    assert event.hello.device_id == KEY.device_id
    assert event.hello.facts == FACTS
    assert event.enrolment is None
    assert gateway.hello == event.hello
    assert welcomed.welcome.organization == "Example"
    assert agent.is_open
    assert gateway.is_open


def test_enrolment_is_proved_without_the_secret():
    _agent, gateway, hello = greeted(TOKEN)

    [event] = gateway.receive(hello)

    assert event.enrolment.token_id == TOKEN.token_id
    assert event.enrolment.holds(TOKEN.secret)
    assert not event.enrolment.holds(b"x" * 16)
    assert TOKEN.secret not in hello


def test_device_is_turned_away():
    agent, gateway, hello = greeted(TOKEN)
    gateway.receive(hello)

    assert agent.receive(gateway.send_refused("token_used")) == [agent_events.TurnedAway("token_used")]
    assert refusal(agent.receive, b"") == "closed"
    assert refusal(gateway.receive, b"") == "closed"


def test_requests_and_results_travel():
    agent, gateway = connected()

    assert agent.receive(gateway.send_run_command(REQUEST)) == [
        agent_events.CommandRequested(REQUEST, is_repeated=False)
    ]
    assert agent.receive(gateway.send_run_command(REQUEST)) == [
        agent_events.CommandRequested(REQUEST, is_repeated=True)
    ]
    results = [
        m.ConsentAsked(ID, 1, 5, 60),
        m.ConsentAnswered(ID, 2, 5, ConsentAnswer.ALLOWED, ConsentPlace.TERMINAL),
        m.CommandStarted(ID, 3, 5),
        output(4),
        m.CommandFinished(ID, 5, 5, FinishReason.EXITED, 1, 0),
    ]
    for result in results:
        [event] = gateway.receive(agent.send_result(result))
        assert event == gateway_events.ResultReceived(result, is_duplicate=False)
        assert agent.receive(gateway.send_ack(ID, result.seq)) == [agent_events.Acknowledged(ID, result.seq)]
    assert agent.receive(gateway.send_cancel(ID)) == [agent_events.CancelRequested(ID)]


def test_small_talk():
    agent, gateway = connected()
    inventory = next(message for message in SAMPLES if isinstance(message, m.Inventory))
    heartbeat = next(message for message in SAMPLES if isinstance(message, m.Heartbeat))

    assert agent.receive(gateway.send_ping(7)) == [agent_events.Pinged(7)]
    assert agent.receive(gateway.send_collect(CollectKind.HEALTH)) == [
        agent_events.CollectRequested(CollectKind.HEALTH)
    ]
    assert gateway.receive(agent.send_pong(sent_at_ms=7, device_time_ms=8)) == [
        gateway_events.PongReceived(m.Pong(7, 8))
    ]
    assert gateway.receive(agent.send_inventory(inventory)) == [gateway_events.InventoryReceived(inventory)]
    assert gateway.receive(agent.send_heartbeat(heartbeat)) == [gateway_events.HeartbeatReceived(heartbeat)]


def test_newer_ignorable_message_is_reported_and_ignored():
    agent, gateway = connected()
    newer = cbor.encode({1: 130, 2: {}})

    assert agent.receive(newer) == [agent_events.Ignored(130)]
    assert gateway.receive(newer) == [gateway_events.Ignored(130)]
    assert agent.is_open


def test_result_repeated_is_a_duplicate():
    agent, gateway = connected()
    frame = agent.send_result(output(1))

    gateway.receive(frame)

    assert gateway.receive(frame) == [gateway_events.ResultReceived(output(1), is_duplicate=True)]


def test_agent_resumes_where_the_store_ends():
    agent, gateway = connected()
    gateway.note_stored(ID, 4)

    assert gateway.receive(encode_frame(output(4)))[0].is_duplicate
    assert not gateway.receive(encode_frame(output(5)))[0].is_duplicate
    assert agent.send_result(output(5)) == encode_frame(output(5))


def test_stored_may_be_named_at_once():
    gateway = GatewayConnection(nonce=b"n" * 32, stored={ID: 2})
    agent = AgentConnection(KEY, genesis=DEMO_GENESIS)
    agent.receive(gateway.send_challenge())
    gateway.receive(agent.send_hello(agent_version="1", facts=FACTS))
    welcome(gateway)

    assert gateway.receive(encode_frame(output(2)))[0].is_duplicate


def test_reordered_results_are_refused():
    agent, gateway = connected()
    gateway.receive(agent.send_result(output(1)))

    assert refusal(agent.send_result, output(3)) == "out_of_order"
    assert refusal(gateway.receive, encode_frame(output(3))) == "sequence_gap"
    assert refusal(gateway.receive, encode_frame(output(2))) == "closed"


def test_nothing_follows_the_end():
    agent, gateway = connected()
    gateway.receive(agent.send_result(m.CommandRefused(ID, 1, 5, "no_answer")))

    assert refusal(gateway.receive, encode_frame(output(2))) == "after_end"


def test_finished_commands_make_room():
    _agent, gateway = connected()
    for number in range(TRACKED_COMMANDS_MAX):
        gateway.note_stored(dataclasses.replace(REQUEST, command_id=_id(number)).command_id, 1)

    refused = encode_frame(m.CommandRefused(_id(1), 2, 5, "busy"))
    gateway.receive(refused)
    gateway.receive(encode_frame(m.CommandOutput(_id(9999), 1, 5, Stream.STDOUT, b"x")))

    late = encode_frame(m.CommandOutput(_id(9998), 1, 5, Stream.STDOUT, b"x"))
    assert refusal(gateway.receive, late) == "too_many_commands"


def test_agent_forgets_oldest_requests():
    agent, gateway = connected()
    for number in range(TRACKED_COMMANDS_MAX + 1):
        agent.receive(gateway.send_run_command(dataclasses.replace(REQUEST, command_id=_id(number))))

    [event] = agent.receive(gateway.send_run_command(dataclasses.replace(REQUEST, command_id=_id(0))))

    assert not event.is_repeated


def test_command_id_is_not_reused():
    agent, gateway = connected()
    agent.receive(gateway.send_run_command(REQUEST))

    other = gateway.send_run_command(dataclasses.replace(REQUEST, text="rm -rf /"))

    assert refusal(agent.receive, other) == "command_id_reused"


def test_ack_ahead_is_refused():
    agent, gateway = connected()
    agent.send_result(output(1))

    assert refusal(agent.receive, gateway.send_ack(ID, 2)) == "ack_ahead"


@pytest.mark.parametrize("message", SAMPLES, ids=lambda message: type(message).__name__)
def test_message_out_of_place_closes_the_connection(message):
    frame = encode_frame(message)
    agent, gateway = connected()
    if not isinstance(message, m.RunCommand | m.Cancel | m.Ack | m.Collect | m.Ping):
        assert refusal(agent.receive, frame) == "unexpected_message"
        assert refusal(agent.receive, frame) == "closed"
    if isinstance(message, (*m.GATEWAY_TYPES, m.SignedHello)):
        assert refusal(gateway.receive, frame) == "unexpected_message"
    if not isinstance(message, m.Challenge | m.Refused):
        assert refusal(AgentConnection(KEY, genesis=DEMO_GENESIS).receive, frame) == "unexpected_message"
    assert refusal(GatewayConnection(nonce=b"n" * 32).receive, frame) == "unexpected_message"


def test_sending_out_of_place_is_refused():
    agent = AgentConnection(KEY, genesis=DEMO_GENESIS)
    gateway = GatewayConnection(nonce=b"n" * 32)

    assert refusal(agent.send_hello, agent_version="1", facts=FACTS) == "unexpected_message"
    assert refusal(agent.send_result, output(1)) == "unexpected_message"
    assert refusal(welcome, gateway) == "unexpected_message"
    assert refusal(gateway.send_run_command, REQUEST) == "unexpected_message"
    assert refusal(gateway.send_refused, "busy") == "unexpected_message"
    assert refusal(lambda: gateway.hello) == "unexpected_message"
    gateway.send_challenge()
    assert refusal(gateway.send_challenge) == "unexpected_message"


def test_only_newer_versions_on_offer():
    agent = AgentConnection(KEY, genesis=DEMO_GENESIS)

    assert refusal(agent.receive, encode_frame(m.Challenge(b"n" * 32, (7, 8)))) == "no_common_version"


def test_a_common_version_is_found():
    agent = AgentConnection(KEY, genesis=DEMO_GENESIS)

    assert agent.receive(encode_frame(m.Challenge(b"n" * 32, (1, 2)))) == [agent_events.Challenged(1)]


@pytest.mark.parametrize(
    ("changes", "code"),
    [({"genesis": b"g" * 32}, "foreign_organization"), ({"log_seq": 2}, "stale_log")],
)
def test_gateway_of_another_or_an_older_organization(changes, code):
    agent, gateway, hello = greeted()
    agent = AgentConnection(KEY, genesis=DEMO_GENESIS, log_seq=3)
    agent.receive(encode_frame(m.Challenge(b"n" * 32, (1,))))
    hello = agent.send_hello(agent_version="1", facts=FACTS)
    gateway.receive(hello)

    assert refusal(agent.receive, welcome(gateway, **changes)) == code


def test_welcome_for_another_device():
    _agent, gateway, hello = greeted()
    gateway.receive(hello)
    other = AgentConnection(DeviceKey.generate(), genesis=DEMO_GENESIS)
    other.receive(encode_frame(m.Challenge(b"n" * 32, (1,))))
    other.send_hello(agent_version="1", facts=FACTS)

    assert refusal(other.receive, welcome(gateway)) == "wrong_device"


def signed(**changes):
    """A hello that says something else than an honest agent would, but is signed by its key."""
    hello = m.Hello(b"n" * 32, 1, KEY.public_point, KEY.device_id, "0.1.0", FACTS)
    extra = {name: changes.pop(name) for name in ("token_id", "mac") if name in changes}
    body = cbor.encode(schema.pack(dataclasses.replace(hello, **changes)))
    return encode_frame(m.SignedHello(body, KEY.sign(digest("hello", body)), **extra))


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"nonce": b"o" * 32}, "wrong_nonce"),
        ({"device_id": b"d" * 32}, "wrong_device"),
        ({"protocol_version": 2}, "wrong_version"),
        ({"token_id": b"t" * 16}, "bad_field"),
        ({"public_point": DeviceKey.generate().public_point}, "wrong_device"),
    ],
)
def test_false_hello_is_refused(changes, code):
    gateway = GatewayConnection(nonce=b"n" * 32)
    gateway.send_challenge()

    assert refusal(gateway.receive, signed(**changes)) == code


def test_hello_of_a_newer_version_is_answered_before_the_end():
    gateway = GatewayConnection(nonce=b"n" * 32)
    gateway.send_challenge()
    assert refusal(gateway.receive, signed(protocol_version=2)) == "wrong_version"

    assert decode_frame(gateway.send_refused("version")) == m.Refused("version")
    assert refusal(gateway.receive, signed()) == "closed"


def test_hello_signed_by_another_key_is_refused():
    body = cbor.encode(schema.pack(m.Hello(b"n" * 32, 1, KEY.public_point, KEY.device_id, "1", FACTS)))
    gateway = GatewayConnection(nonce=b"n" * 32)
    gateway.send_challenge()

    forged = m.SignedHello(body, DeviceKey.generate().sign(digest("hello", body)))

    assert refusal(gateway.receive, encode_frame(forged)) == "bad_signature"


def test_hello_replayed_on_another_connection_is_refused():
    _agent, _gateway, hello = greeted()
    other = GatewayConnection(nonce=b"o" * 32)
    other.send_challenge()

    assert refusal(other.receive, hello) == "wrong_nonce"


def _id(number):
    return type(ID)(int=number)
