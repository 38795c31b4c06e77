"""Whether a raw message names a person, however it is encoded."""

from firstline.kit.traces import Redactor
from firstline.mail.parsing import Address, parse

_ENCODED = (b"base64", b"quoted-printable", b"=?")
_DEPTH_MAX = 5


def names(raw: bytes, redactor: Redactor, depth: int = 0) -> bool:
    """In a header, in the text, in an attached text or an attached message; documents are not opened."""
    if redactor.finds(raw.decode(errors="replace")):
        return True
    lowered = raw.lower()
    if not any(mark in lowered for mark in _ENCODED):
        return False
    mail = parse(raw)
    if any(
        map(redactor.finds, (mail.subject, mail.text, mail.html, _people(mail.from_, *mail.to, *mail.cc)))
    ):
        return True
    for attached in mail.attachments:
        if redactor.finds(attached.filename):
            return True
        if attached.content_type == "message/rfc822" and depth < _DEPTH_MAX:
            if names(attached.data, redactor, depth + 1):
                return True
        elif attached.content_type.startswith("text/") and redactor.finds(
            attached.data.decode(errors="replace")
        ):
            return True
    return False


def _people(*found: Address) -> str:
    return "\n".join(f"{one.name} {one.address}" for one in found)
