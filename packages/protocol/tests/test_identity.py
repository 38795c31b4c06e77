"""Digests, keys, enrolment tokens and text that people read."""

import base64
import dataclasses

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519
from hypothesis import given
from hypothesis import strategies as st

from firstline_protocol import cbor, schema, text
from firstline_protocol.enrolment import EnrolmentToken, decode_token, encode_token, proof, proof_holds
from firstline_protocol.errors import ProtocolError
from firstline_protocol.identity import (
    DEMO_GENESIS,
    DeviceKey,
    device_id,
    digest,
    fingerprint,
    key_id,
    verify,
)

from .samples import records

TOKEN = EnrolmentToken(
    DEMO_GENESIS, 0, DEMO_GENESIS, "wss://desk.example/agent/v1", b"t" * 16, b"s" * 16, ("office",), 1, 2
)


def test_digests_separate_kinds():
    assert digest("hello", b"x").hex() == "8b6f685454a33eb9c1ca955313afd4fe111d2769bd6d1ecb97f04826c80b802f"
    assert digest("hello", b"x") != digest("order", b"x")
    with pytest.raises(ValueError, match="unknown kind"):
        digest("greeting", b"x")


def test_demo_genesis_never_changes():
    assert DEMO_GENESIS.hex() == "26779dd8ef938b9ee7e6c0d75a52c8b09ef9e985af145d7ecc73ac92e976b194"


def test_key_ids_depend_on_where_the_key_lives():
    assert len(key_id(1, b"p")) == 16
    assert key_id(1, b"p") != key_id(2, b"p")
    assert key_id(1, b"p") != key_id(1, b"p", "localhost")


def test_signature_is_verified():
    key = DeviceKey.generate()
    signature = key.sign(digest("hello", b"x"))

    verify(key.public_point, digest("hello", b"x"), signature)

    for point, signed, made in [
        (key.public_point, digest("order", b"x"), signature),
        (DeviceKey.generate().public_point, digest("hello", b"x"), signature),
        (key.public_point, digest("hello", b"x"), bytes(64)),
        (key.public_point, digest("hello", b"x"), signature[:-1]),
        (b"\x04" + bytes(64), digest("hello", b"x"), signature),
    ]:
        with pytest.raises(ProtocolError) as caught:
            verify(point, signed, made)
        assert caught.value.code == "bad_signature"


def test_key_is_kept_as_pem():
    key = DeviceKey.generate()

    again = DeviceKey.from_pem(key.to_pem())

    assert again.device_id == key.device_id == device_id(key.public_point)


def test_other_keys_are_not_device_keys():
    pem = ed25519.Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )

    with pytest.raises(ValueError, match="P-256"):
        DeviceKey.from_pem(pem)


def test_fingerprint_is_in_groups():
    assert fingerprint(bytes(range(32))) == "0001 0203 0405 0607 0809"


@given(records(EnrolmentToken))
def test_any_token_comes_back(token):
    assert decode_token(f"  {encode_token(token)}\n") == token


def test_token_hides_its_secret_in_logs():
    assert "s" * 16 not in repr(TOKEN)
    assert TOKEN.secret.hex() not in repr(TOKEN)


@given(st.data())
def test_damaged_token_is_refused_or_another(data):
    whole = encode_token(TOKEN)
    position = data.draw(st.integers(0, len(whole) - 1))
    other = data.draw(st.sampled_from("ABCxyz019-_ =+é"))
    damaged = whole[:position] + other + whole[position + 1 :]

    try:
        token = decode_token(damaged)
    except ProtocolError:
        return
    assert (token == TOKEN) == (damaged.strip() == whole)


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "FL1.",
        "FL2." + encode_token(TOKEN)[4:],
        encode_token(TOKEN)[:-8],
        encode_token(TOKEN) + "=",
        "FL1." + "A" * 5000,
        "FL1.A",
        "FL1." + base64.urlsafe_b64encode(cbor.encode({1: 1})).decode().rstrip("="),
        "FL1." + base64.urlsafe_b64encode(cbor.encode(schema.pack(TOKEN) | {10: 1})).decode().rstrip("="),
    ],
)
def test_wrong_token_is_refused(wrong):
    with pytest.raises(ProtocolError) as caught:
        decode_token(wrong)

    assert caught.value.code == "bad_token"


def test_token_with_a_wrong_field_is_not_made():
    with pytest.raises(ProtocolError):
        encode_token(dataclasses.replace(TOKEN, secret=b"short"))


def test_proof_of_holding_a_token():
    assert proof_holds(b"secret", b"body", proof(b"secret", b"body"))
    assert not proof_holds(b"secret", b"other", proof(b"secret", b"body"))


@given(st.text())
def test_cleaned_text_may_be_shown(value):
    assert text.is_shown_line(text.clean_line(value, 20))
    assert len(text.clean_line(value, 20)) <= 20
    assert text.is_shown_block(text.clean_block(value, 20))
    assert len(text.clean_block(value, 20)) <= 20


def test_cleaning_keeps_what_is_harmless():
    assert text.clean_line("  a\tb\x1b c ", 200) == "a b c"
    assert text.clean_line("x" * 30, 5) == "xxxx…"
    assert text.clean_block("a\r\nb\tc\x07", 200) == "a\nb\tc "
    assert text.clean_block("\ud800", 200) == "?"
    assert text.is_shown_command("echo 声音\n\tfi")
