"""Every message: round trip, truncated, oversized, of a newer version."""

import dataclasses

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firstline_protocol import cbor, schema
from firstline_protocol import messages as m
from firstline_protocol.errors import ProtocolError
from firstline_protocol.frames import UnknownMessage, decode_frame, encode_frame
from firstline_protocol.limits import FRAME_BYTES_MAX

from .samples import ID, SAMPLES, records

every_message = pytest.mark.parametrize("message", SAMPLES, ids=lambda message: type(message).__name__)


def test_there_is_a_sample_of_every_message():
    assert {type(message) for message in SAMPLES} == {*m.GATEWAY_TYPES, *m.AGENT_TYPES}


@every_message
def test_message_comes_back(message):
    assert decode_frame(encode_frame(message)) == message


@settings(max_examples=150)
@given(st.sampled_from([*m.GATEWAY_TYPES, *m.AGENT_TYPES]).flatmap(records))
def test_any_message_comes_back(message):
    assert decode_frame(encode_frame(message)) == message


@every_message
def test_truncated_message_is_refused(message):
    frame = encode_frame(message)

    for length in range(len(frame)):
        with pytest.raises(ProtocolError):
            decode_frame(frame[:length])


@every_message
def test_message_with_trailing_bytes_is_refused(message):
    with pytest.raises(ProtocolError):
        decode_frame(encode_frame(message) + b"\x00")


@every_message
def test_oversized_message_is_refused_before_it_is_read(message):
    with pytest.raises(ProtocolError) as caught:
        decode_frame(encode_frame(message) + b"\x00" * FRAME_BYTES_MAX)

    assert caught.value.code == "frame_too_large"


@every_message
def test_critical_field_of_a_newer_version_is_refused(message):
    with pytest.raises(ProtocolError) as caught:
        decode_frame(cbor.encode({1: message.TYPE, 2: schema.pack(message) | {99: 1}}))

    assert caught.value.code == "unknown_field"


@every_message
def test_ignorable_field_of_a_newer_version_is_ignored(message):
    assert decode_frame(cbor.encode({1: message.TYPE, 2: schema.pack(message) | {200: [1]}})) == message


@every_message
def test_every_field_is_checked(message):
    packed = schema.pack(message)
    for key in packed:
        with pytest.raises(ProtocolError) as caught:
            decode_frame(cbor.encode({1: message.TYPE, 2: packed | {key: {}}}))
        assert caught.value.code == "bad_field"


@every_message
def test_missing_fields_are_named(message):
    with pytest.raises(ProtocolError) as caught:
        decode_frame(cbor.encode({1: message.TYPE, 2: {}}))

    assert (caught.value.code, caught.value.detail) == ("missing_field", dataclasses.fields(message)[0].name)


@given(st.binary(max_size=200))
def test_noise_never_crashes(data):
    try:
        decode_frame(data)
    except ProtocolError:
        pass


@given(st.sampled_from(SAMPLES), st.data())
def test_damaged_message_is_refused_or_another_valid_one(message, data):
    frame = bytearray(encode_frame(message))
    frame[data.draw(st.integers(0, len(frame) - 1))] ^= data.draw(st.integers(1, 255))

    try:
        found = decode_frame(bytes(frame))
    except ProtocolError:
        return
    assert found != message


def test_unknown_message_is_critical_below_128():
    with pytest.raises(ProtocolError) as caught:
        decode_frame(cbor.encode({1: 99, 2: {}}))

    assert caught.value.code == "unknown_message"
    assert decode_frame(cbor.encode({1: 128, 2: {1: "new"}})) == UnknownMessage(128)


@pytest.mark.parametrize("frame", [[], {}, {1: True, 2: {}}, {1: 12}, {1: 12, 2: []}, {1: 12, 2: {}, 3: 1}])
def test_other_shapes_are_not_frames(frame):
    with pytest.raises(ProtocolError) as caught:
        decode_frame(cbor.encode(frame))

    assert caught.value.code == "bad_frame"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"technician": ""}, "bad_field"),
        ({"technician": "A" * 201}, "bad_field"),
        ({"technician": "Ana\u202egnihtemos"}, "text_not_allowed"),
        ({"reason": "a\x1b[31mb"}, "text_not_allowed"),
        ({"reason": "a\x9bb"}, "text_not_allowed"),
        ({"ticket": "INC-42\nAllow"}, "text_not_allowed"),
        ({"text": "ls\x00"}, "text_not_allowed"),
        ({"text": "ls \u200b"}, "text_not_allowed"),
        ({"text": "ls \u2066#\u2069 rm"}, "text_not_allowed"),
        ({"timeout_seconds": 0}, "bad_field"),
        ({"timeout_seconds": True}, "bad_field"),
        ({"verbs": ("Not A Code",)}, "text_not_allowed"),
        ({"verbs": ("a",) * 17}, "bad_field"),
        ({"command_id": b"1" * 16}, "bad_field"),
        ({"kind": "reboot"}, "bad_field"),
    ],
)
def test_request_that_could_mislead_is_not_sent(change, code):
    request = m.RunCommand(ID, "command", "df -h", 60, "Ana")

    with pytest.raises(ProtocolError) as caught:
        encode_frame(dataclasses.replace(request, **change))

    assert caught.value.code == code


def test_frame_that_grew_too_large_is_not_sent():
    checks = tuple(m.Check("logs", "ok", "声" * 2000) for _ in range(20))

    with pytest.raises(ProtocolError) as caught:
        encode_frame(m.DiagnosticsReport(ID, 1, 1, checks))

    assert caught.value.code == "frame_too_large"


def test_record_of_another_kind_is_not_sent():
    with pytest.raises(ProtocolError) as caught:
        encode_frame(m.DiagnosticsReport(ID, 1, 1, (m.Ping(1),)))

    assert caught.value.code == "bad_field"
