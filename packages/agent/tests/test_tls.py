"""Other machines are reached over verified TLS only."""

import asyncio
import datetime as dt
import ipaddress
import ssl

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from firstline_agent.transport.socket import TransportError, parse_address

from .gateway import Gateway
from .programs import agent_command


def self_signed(folder):
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "gateway")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = folder / "gateway.pem"
    pem.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    ca = folder / "ca.pem"
    ca.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    return pem, ca


@pytest.mark.slow
def test_certificate_must_be_trusted(tmp_path):
    pem, ca = self_signed(tmp_path)

    async def story():
        gateway = Gateway()
        gateway.scheme, gateway.tls = "wss", ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        gateway.tls.load_cert_chain(pem)
        await gateway.start()
        state = tmp_path / "state"
        unknown = await agent_command("enrol", gateway.token, "--state", state)
        missing = await agent_command(
            "enrol", gateway.token, "--state", state, "--ca-file", tmp_path / "none"
        )
        trusted = await agent_command("enrol", gateway.token, "--state", state, "--ca-file", ca)
        await gateway.stop()
        return unknown, missing, trusted

    unknown, missing, trusted = asyncio.run(story())

    assert (unknown[0], "cannot be reached" in unknown[2]) == (1, True)
    assert (missing[0], "certificates cannot be read" in missing[2]) == (1, True)
    assert trusted[0] == 0, trusted[2]
    assert (tmp_path / "state" / "ca.pem").read_bytes() == ca.read_bytes()


@pytest.mark.parametrize(
    "url", ["ws://localhost:8000/x", "ws://127.0.0.1/x", "ws://[::1]:9/x", "wss://desk.example"]
)
def test_address_is_accepted(url):
    assert parse_address(url).url == url


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("ws://desk.example/x", "plain_not_local"),
        ("ws://192.168.1.5/x", "plain_not_local"),
        ("ws://localhost.example/x", "plain_not_local"),
        ("http://localhost/x", "bad_gateway_url"),
        ("wss:///x", "bad_gateway_url"),
        ("wss://desk.example:99999/", "bad_gateway_url"),
        ("wss://user:secret@desk.example/", "bad_gateway_url"),
    ],
)
def test_address_is_refused(url, code):
    with pytest.raises(TransportError) as caught:
        parse_address(url)

    assert caught.value.code == code
