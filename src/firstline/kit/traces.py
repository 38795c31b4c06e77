"""Finding and replacing what names a person in texts that others wrote; pure.

Two nets. The wide one is safe in anybody's text: whole name, mail address, telephone number. The
near one is for what is about the person anyway (their requests, their devices): also the words of
their name alone, and the local part of their address.
"""

import html
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

# Local parts that are a desk, not a person.
_SHARED = frozenset(
    [
        "admin",
        "administrator",
        "contact",
        "desk",
        "help",
        "helpdesk",
        "hello",
        "info",
        "mail",
        "office",
        "service",
        "support",
        "team",
    ]
)
_CHINESE = "\u3400-\u4dbf\u4e00-\u9fff"
_PHONE_DIGITS_MIN = 7


class Redactor:
    """Replaces every one of some words by a stand-in, and says in which rows to look for them."""

    def __init__(self, pieces: Iterable[str], needles: Iterable[str], stand_in: str) -> None:
        found = [piece for piece in pieces if piece]
        self._pattern = re.compile("|".join(found)) if found else None
        self._stand_in = stand_in
        # Texts one of which is in whatever there is to replace, in any case.
        self.needles = tuple(dict.fromkeys(needle for needle in needles if needle))

    def finds(self, text: str) -> bool:
        """Whether the text names the person."""
        return bool(self._pattern and self._pattern.search(text))

    def text(self, text: str) -> str:
        """The text without the person's name."""
        return self._pattern.sub(lambda _: self._stand_in, text) if self._pattern else text

    def json(self, value: Any) -> Any:
        """A JSON value without the person's name, keys included."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, Mapping):
            return {self.text(str(key)): self.json(inner) for key, inner in value.items()}
        return [self.json(inner) for inner in value] if isinstance(value, list) else value

    @property
    def stored_needles(self) -> tuple[str, ...]:
        """The needles as they stand in a column that holds plain text, HTML or JSON."""
        ways = (str, html.escape, _as_ascii_json, _as_json)
        return tuple(dict.fromkeys(way(needle) for needle in self.needles for way in ways))


@dataclass(frozen=True)
class Traces:
    """By what a person is known in texts; empty once everything of theirs was erased."""

    person_id: int
    stand_in: str
    name: str = ""
    email: str = ""
    phone: str = ""

    @cached_property
    def wide(self) -> Redactor:
        """For anybody's text. A name of one Latin word ("May", "Reception") is left to the near net."""
        name = " ".join(self.name.split())
        is_telling = " " in name or len(re.findall(f"[{_CHINESE}]", name)) > 1
        names = [name, *_turned(name)] if is_telling else []
        pieces = [*(_exact(one) for one in names), _exact(self.email), _phone(self.phone)]
        return Redactor(pieces, [*names, self.email, *_phone_needles(self.phone)], self.stand_in)

    @cached_property
    def near(self) -> Redactor:
        """For what is about the person: also each word of the name, and their sign-in name."""
        words = _words(self.name)
        login = self.email.partition("@")[0]
        logins = [login] if len(login) > 3 and login.lower() not in _SHARED else []
        name = " ".join(self.name.split())
        names = [name, *_turned(name)]
        pieces = [
            *(_exact(one) for one in names), _exact(self.email), _phone(self.phone),
            *(_exact(one) for one in logins), *(_cased(word) for word in words),
        ]  # fmt: skip
        needles = [*names, self.email, *_phone_needles(self.phone), *logins, *words]
        return Redactor(pieces, needles, self.stand_in)


def _exact(text: str) -> str:
    """A piece of a pattern: the text in any case, with any blanks, plain or escaped as HTML."""
    if not text:
        return ""
    spellings = dict.fromkeys((text, html.escape(text), html.escape(text).replace("&#x27;", "&#39;")))
    bodies = [r"\s+".join(map(re.escape, spelling.split())) for spelling in spellings]
    return f"(?i:{_bounded('(?:' + '|'.join(bodies) + ')', text)})"


def _cased(word: str) -> str:
    """A word of a name as names are written, so that "Will" goes and "will" stays."""
    ways = dict.fromkeys((word, word.upper(), *([word.lower()] if len(word) > 4 else [])))
    return _bounded("(?:" + "|".join(map(re.escape, ways)) + ")", word)


def _bounded(body: str, text: str) -> str:
    """Not within a longer Latin word; Chinese has no bounds."""
    begin = r"(?<![A-Za-z0-9])" if text[:1].isascii() and text[:1].isalnum() else ""
    end = r"(?![A-Za-z0-9])" if text[-1:].isascii() and text[-1:].isalnum() else ""
    return f"{begin}{body}{end}"


def _turned(name: str) -> list[str]:
    """ "Ada Lovelace" is also "Lovelace, Ada" and "Lovelace Ada"."""
    words = name.split()
    if len(words) != 2:
        return []
    first, last = words
    return [f"{last}, {first}", f"{last} {first}"]


def _words(name: str) -> list[str]:
    """The words of a name that name somebody alone: Latin ones of three letters, a Chinese given name."""
    latin = [word.strip(".,()") for word in name.split() if not re.search(f"[{_CHINESE}]", word)]
    chinese = re.findall(f"[{_CHINESE}]{{2,}}", name)
    given = [word[1:] for word in chinese if len(word) > 2]
    return [word for word in latin if len(word) > 2] + chinese + given


def _phone(phone: str) -> str:
    digits = re.sub(r"\D", "", phone)
    if len(digits) < _PHONE_DIGITS_MIN:
        return ""
    plus = r"\+?" if phone.strip().startswith("+") else ""
    return rf"(?<!\d){plus}{'[ ()./-]{0,2}'.join(digits)}(?!\d)"


def _phone_needles(phone: str) -> list[str]:
    digits = re.sub(r"\D", "", phone)
    if len(digits) < _PHONE_DIGITS_MIN:
        return []
    # Whatever stands between the groups, the last digits mostly stand together.
    return [phone, digits, digits[-4:]]


def _as_json(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)[1:-1]


def _as_ascii_json(text: str) -> str:
    return json.dumps(text)[1:-1]
