"""Turns what people and programs typed into clean values, or says which field is wrong and why."""

import re
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from firstline.kit.errors import InvalidInput
from firstline.kit.text import clean

LANGUAGES = ("en", "zh-hans")
_LOCAL = re.compile(r"[^\s@<>()\[\]\\,;:\"\x00-\x1f]{1,64}")
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_ZONE = re.compile(r"[A-Za-z0-9_+-]{1,40}(/[A-Za-z0-9_+-]{1,40}){0,2}")


def line(value: str, *, field: str, limit: int = 200, required: bool = False) -> str:
    """One line of clean text of at most `limit` characters; too long is refused, never cut."""
    cleaned = " ".join(clean(value).split())
    if len(cleaned) > limit:
        raise InvalidInput("text_too_long", field=field, limit=limit)
    if required and not cleaned:
        raise InvalidInput("text_missing", field=field)
    return cleaned


def email(value: str, *, field: str = "email") -> str:
    """An e-mail address in lower case, its domain in ASCII."""
    cleaned = line(value, field=field, limit=320).lower()
    local, at, host = cleaned.rpartition("@")
    if not at or not _LOCAL.fullmatch(local) or local.startswith(".") or local.endswith(".") or ".." in local:
        raise InvalidInput("email_invalid", field=field, email=cleaned)
    ascii_host = _ascii_host(host)
    address = f"{local}@{ascii_host}"
    if ascii_host is None or len(address) > 254:
        raise InvalidInput("email_invalid", field=field, email=cleaned)
    return address


def domain(value: str, *, field: str = "domains") -> str:
    """A domain name such as example.com, in lower-case ASCII."""
    cleaned = line(value, field=field, limit=253).lower().removeprefix("@").strip(".")
    host = _ascii_host(cleaned)
    if host is None:
        raise InvalidInput("domain_invalid", field=field, domain=cleaned)
    return host


def time_zone(value: str, *, field: str = "time_zone") -> str:
    """The name of a time zone that this machine knows."""
    cleaned = line(value, field=field, limit=64)
    try:
        known = bool(_ZONE.fullmatch(cleaned)) and ZoneInfo(cleaned) is not None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        known = False
    if not known:
        raise InvalidInput("time_zone_unknown", field=field, time_zone=cleaned)
    return cleaned


def language(value: str, *, field: str = "language") -> str:
    """The code of a language of the interface."""
    if value not in LANGUAGES:
        raise InvalidInput("language_unknown", field=field)
    return value


def _ascii_host(host: str) -> str | None:
    try:
        encoded = host.encode("idna").decode("ascii")
    except UnicodeError:
        return None
    labels = encoded.split(".")
    fits = len(encoded) <= 253 and all(_LABEL.fullmatch(label) for label in labels)
    return encoded if fits else None
