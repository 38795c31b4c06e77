"""A small scripted IMAP server on a real socket: enough of RFC 3501 for imaplib to talk to."""

import contextlib
import datetime
import re
import socketserver
import ssl
import threading
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


def self_signed(folder: Path) -> ssl.SSLContext:
    """The TLS side of a server that no client has reason to trust."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(x509.random_serial_number())
    builder = builder.not_valid_before(now - datetime.timedelta(days=1))
    certificate = builder.not_valid_after(now + datetime.timedelta(days=1)).sign(key, hashes.SHA256())
    file = folder / "imap.pem"
    file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


class ScriptedImap(socketserver.ThreadingTCPServer):
    """Holds `messages` (uid: bytes) and remembers what was marked \\Seen; `log` has the commands."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(
        self, messages: dict[int, bytes], password: str = "secret", tls: ssl.SSLContext | None = None
    ) -> None:
        super().__init__(("127.0.0.1", 0), _Talk)
        self.tls = tls
        self.messages, self.password = messages, password
        self.seen: set[int] = set()
        self.log: list[str] = []
        self.drop_after_fetch = False

    @property
    def port(self) -> int:
        return self.server_address[1]

    def __enter__(self):
        self._thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()
        return self

    def __exit__(self, *exception) -> None:
        self.shutdown()
        self._thread.join()
        self.server_close()


class _Talk(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        self.say("* OK scripted")
        for raw in self.rfile:
            tag, _, command = raw.decode("latin-1").strip().partition(" ")
            self.server.log.append(command)
            verb = command.upper().replace("UID ", "UID_").split(" ")[0]
            if not getattr(self, verb.lower(), self.unknown)(tag, command):
                return

    def say(self, line: str) -> None:
        self.wfile.write(line.encode() + b"\r\n")

    def ok(self, tag: str, *lines: str) -> bool:
        for line in lines:
            self.say(line)
        self.say(f"{tag} OK done")
        return True

    def capability(self, tag: str, command: str) -> bool:
        return self.ok(tag, "* CAPABILITY IMAP4rev1" + (" STARTTLS" if self.server.tls else ""))

    def starttls(self, tag: str, command: str) -> bool:
        """Only ever answers clients that refuse the certificate."""
        self.ok(tag)
        with contextlib.suppress(OSError):
            self.server.tls.wrap_socket(self.connection, server_side=True).close()
        return False

    def login(self, tag: str, command: str) -> bool:
        if self.server.password not in command:
            self.say(f"{tag} NO [AUTHENTICATIONFAILED] wrong password")
            return True
        return self.ok(tag)

    def select(self, tag: str, command: str) -> bool:
        if "INBOX" not in command:
            self.say(f"{tag} NO no such folder")
            return True
        return self.ok(tag, f"* {len(self.server.messages)} EXISTS", "* OK [UIDVALIDITY 1]")

    examine = select

    def uid_search(self, tag: str, command: str) -> bool:
        unseen = sorted(set(self.server.messages) - self.server.seen)
        return self.ok(tag, "* SEARCH " + " ".join(map(str, unseen)))

    def uid_fetch(self, tag: str, command: str) -> bool:
        uid = int(re.search(r"FETCH (\d+)", command, re.IGNORECASE).group(1))
        raw = self.server.messages[uid]
        if "RFC822.SIZE" in command:
            return self.ok(tag, f"* {uid} FETCH (UID {uid} RFC822.SIZE {len(raw)})")
        part = raw.partition(b"\r\n\r\n")[0] + b"\r\n\r\n" if "HEADER" in command else raw
        self.say(f"* {uid} FETCH (UID {uid} BODY[] {{{len(part)}}}")
        self.wfile.write(part)
        self.say(")")
        self.ok(tag)
        return not self.server.drop_after_fetch

    def uid_store(self, tag: str, command: str) -> bool:
        self.server.seen.add(int(re.search(r"STORE (\d+)", command, re.IGNORECASE).group(1)))
        return self.ok(tag)

    def close(self, tag: str, command: str) -> bool:
        return self.ok(tag)

    expunge = noop = close

    def logout(self, tag: str, command: str) -> bool:
        self.ok(tag, "* BYE")
        return False

    def unknown(self, tag: str, command: str) -> bool:
        self.say(f"{tag} BAD unknown")
        return True
