"""Cleaning what comes in with a ticket or message: text, addresses, choices, files."""

import re
from collections.abc import Iterable, Sequence
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from firstline.files.models import StoredFile
from firstline.files.permissions import can_open
from firstline.kit import ids
from firstline.kit.actor import Actor
from firstline.kit.errors import InvalidInput
from firstline.kit.text import clean, clean_line, truncate
from firstline.tickets.limits import ADDRESSES_MAX, BODY_CHARACTERS_MAX, SUBJECT_CHARACTERS_MAX, TAGS_MAX


def clean_subject(subject: str, body: str) -> str:
    """The subject in one line; the beginning of the body where none was given. Raises `subject_missing`."""
    line = clean_line(subject, SUBJECT_CHARACTERS_MAX)
    if not line:
        first = next((part for part in clean(body).split("\n") if part.strip()), "")
        line = truncate(" ".join(first.split()), 80)
    if not line:
        raise InvalidInput("subject_missing", field="subject")
    return line


def clean_body(body: str, *, missing: str = "message_missing", field: str = "body") -> str:
    """The text of a message. Raises `missing` when empty, `message_too_long` beyond the bound."""
    text = clean(body).strip()
    if not text:
        raise InvalidInput(missing, field=field)
    if len(text) > BODY_CHARACTERS_MAX:
        raise InvalidInput("message_too_long", field=field, most=BODY_CHARACTERS_MAX)
    return text


def clean_addresses(addresses: Iterable[str]) -> list[str]:
    """Lower-case mail addresses, each once, in order. Raises `address_invalid`, `too_many_addresses`."""
    kept: dict[str, None] = {}
    for given in addresses:
        address = given.strip().lower()
        if not address:
            continue
        try:
            validate_email(address)
        except ValidationError as error:
            raise InvalidInput("address_invalid", field="cc", address=truncate(given, 100)) from error
        kept[address] = None
    if len(kept) > ADDRESSES_MAX:
        raise InvalidInput("too_many_addresses", field="cc", most=ADDRESSES_MAX)
    return list(kept)


def clean_tags(tags: Iterable[str]) -> list[str]:
    """Short labels, each once, at most as many as the bound."""
    kept = {clean_line(tag, 40): None for tag in tags}
    return [tag for tag in kept if tag][:TAGS_MAX]


def clean_choice(value: str, choices: Sequence[str], field: str) -> str:
    """One of the codes. Raises `choice_unknown`."""
    if value not in choices:
        raise InvalidInput("choice_unknown", field=field, value=truncate(str(value), 60))
    return value


def clean_level(value: int | None, field: str) -> int | None:
    """1 to 4, or None for "as computed". Raises `choice_unknown`."""
    if value is not None and value not in {1, 2, 3, 4}:
        raise InvalidInput("choice_unknown", field=field, value=truncate(str(value), 60))
    return value


def own_files(actor: Actor, files: Iterable[StoredFile]) -> list[StoredFile]:
    """The files, each of which the actor may hand on. Raises `file_unknown`."""
    kept = list({file.pk: file for file in files}.values())
    if not all(can_open(actor, file) for file in kept):
        raise InvalidInput("file_unknown", field="files")
    return kept


def new_message_id(ticket_number: int) -> str:
    """A Message-ID for an outgoing mail of a ticket; `number_in_message_id` reads it back."""
    return f"<ticket-{ticket_number}.{ids.uuid7().hex}@{mail_host()}>"


def number_in_message_id(message_id: str) -> int | None:
    """The ticket number in a Message-ID of ours, None in a foreign one."""
    match = re.fullmatch(r"<?ticket-(\d{1,12})\.[0-9a-z-]+@(.+?)>?", message_id.strip())
    return int(match[1]) if match and match[2] == mail_host() else None


def mail_host() -> str:
    """The host under which our Message-IDs are made."""
    return urlsplit(settings.FIRSTLINE_PUBLIC_URL).hostname or "localhost"
