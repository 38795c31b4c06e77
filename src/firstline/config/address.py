"""Where the service listens and what it is called: loopback by default, TLS everywhere else."""

import datetime
import ipaddress
import socket
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

DEFAULT_PORT = 8000
_LOOPBACK_NAMES = {"localhost", "127.0.0.1", "::1"}


class AddressRefused(Exception):
    """The address cannot be used; `code` and `params` make the sentence."""

    def __init__(self, code: str, **params: str) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


@dataclass(slots=True)
class Address:
    """Listen on every address of `binds` at `port`; people reach it as `public_url`."""

    public_url: str
    port: int
    binds: list[str]
    is_loopback: bool
    cert: Path | None = None
    key: Path | None = None
    self_signed_host: str = ""
    fingerprint: str = field(default="", init=False)

    def tls_files(self, data: Path) -> tuple[Path, Path] | None:
        """Certificate and key; makes the self-signed pair in the data folder the first time."""
        if self.cert and self.key:
            return self.cert, self.key
        if not self.self_signed_host:
            return None
        certificate, key = data / "tls" / "certificate.pem", data / "tls" / "key.pem"
        if not certificate.exists():
            _self_signed(self.self_signed_host, certificate, key)
        self.fingerprint = _fingerprint(certificate)
        return certificate, key


def resolve(*, port: int | None, public_url: str, tls: str | None, cert: str, key: str) -> Address:
    """Work out the address from `up`'s options; raises `AddressRefused`."""
    if bool(cert) != bool(key):
        raise AddressRefused("tls_pair")
    for path in filter(None, (cert, key)):
        if not Path(path).is_file():
            raise AddressRefused("tls_file_missing", file=path)
    if not public_url:
        if tls or cert:
            raise AddressRefused("tls_without_url")
        chosen = port or DEFAULT_PORT
        _check_free("127.0.0.1", chosen)
        return Address(f"http://localhost:{chosen}", chosen, _loopback_binds(), is_loopback=True)
    parts = urlsplit(public_url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path.strip("/"):
        raise AddressRefused("url_malformed", url=public_url)
    is_loopback = parts.hostname in _LOOPBACK_NAMES
    has_tls = bool(tls or cert)
    if not is_loopback and (parts.scheme != "https" or not has_tls):
        raise AddressRefused("needs_tls", url=public_url)
    if has_tls != (parts.scheme == "https"):
        raise AddressRefused("needs_tls" if not has_tls else "tls_without_url", url=public_url)
    chosen = port or parts.port or (443 if has_tls else DEFAULT_PORT)
    binds = _loopback_binds() if is_loopback else ["0.0.0.0"]  # noqa: S104 - asked for, with TLS
    _check_free(binds[0], chosen)
    return Address(
        public_url.rstrip("/"),
        chosen,
        binds,
        is_loopback=is_loopback,
        cert=Path(cert).absolute() if cert else None,
        key=Path(key).absolute() if key else None,
        self_signed_host=parts.hostname if tls else "",
    )


def _loopback_binds() -> list[str]:
    """127.0.0.1, and ::1 where this machine has it, because `localhost` may mean either."""
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return ["127.0.0.1"]
    return ["127.0.0.1", "::1"]


def _check_free(host: str, port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except PermissionError as error:
            raise AddressRefused("port_privileged", port=str(port)) from error
        except OSError as error:
            raise AddressRefused("port_in_use", port=str(port), other=str(port + 1)) from error


def _self_signed(host: str, certificate: Path, key: Path) -> None:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    private = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host[:64])])
    alternatives: list[x509.GeneralName] = [x509.DNSName("localhost")]
    try:
        alternatives.append(x509.IPAddress(ipaddress.ip_address(host)))
    except ValueError:
        alternatives.append(x509.DNSName(host))
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=397))
        .add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(private, hashes.SHA256())
    )
    certificate.parent.mkdir(mode=0o700, exist_ok=True)
    pem = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    key.touch(mode=0o600)
    key.write_bytes(pem)
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))


def _fingerprint(certificate: Path) -> str:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes

    digest = x509.load_pem_x509_certificate(certificate.read_bytes()).fingerprint(hashes.SHA256())
    return ":".join(f"{byte:02X}" for byte in digest)
