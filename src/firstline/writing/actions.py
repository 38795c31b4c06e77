"""Every write of text modules and signatures."""

import re
from typing import Any

from django.db import IntegrityError

from firstline.audit.actions import record
from firstline.kit import clock
from firstline.kit.actor import Actor
from firstline.kit.errors import Conflict, InvalidInput, NotAllowed
from firstline.kit.refs import Ref
from firstline.kit.rows import naming
from firstline.kit.text import clean, clean_line
from firstline.kit.traces import Traces
from firstline.organizations.models import Team
from firstline.outbox.actions import transaction
from firstline.tickets.permissions import TICKET_REPLY
from firstline.writing.enums import VARIABLES
from firstline.writing.filling import variables_in
from firstline.writing.models import DEFAULT_KEY, Signature, TextModule
from firstline.writing.permissions import check_can_manage
from firstline.writing.queries import get_module

BODY_CHARACTERS_MAX = 20_000
SIGNATURE_CHARACTERS_MAX = 2000
_KEYWORD = re.compile(r"[\w-]{1,40}")


def save_module(
    *,
    actor: Actor,
    name: str,
    keyword: str = "",
    body_en: str = "",
    body_zh: str = "",
    team: Team | None = None,
    is_active: bool = True,
    module_id: int | None = None,
) -> TextModule:
    """Make a text module, or change the one with `module_id`.

    Raises `text_module_name_missing`, `text_module_empty`, `text_module_keyword_invalid`,
    `text_module_keyword_taken`, `text_variable_unknown`, `text_module_too_long`, `text_module_unknown`.
    """
    check_can_manage(actor)
    row = get_module(actor, module_id) if module_id is not None else TextModule()
    old = _state(row) if module_id is not None else None
    row.name, row.keyword = clean_line(name, 80), clean_line(keyword, 200).removeprefix("/")
    row.body_en = _checked(body_en, "body_en", BODY_CHARACTERS_MAX)
    row.body_zh = _checked(body_zh, "body_zh", BODY_CHARACTERS_MAX)
    row.team, row.is_active, row.updated_at = team, is_active, clock.now()
    if not row.name:
        raise InvalidInput("text_module_name_missing", field="name")
    if row.keyword and not _KEYWORD.fullmatch(row.keyword):
        raise InvalidInput("text_module_keyword_invalid", field="keyword")
    if not row.body_en and not row.body_zh:
        raise InvalidInput("text_module_empty", field="body_en")
    try:
        with transaction():
            row.save()
            verb = "writing.module_changed" if old else "writing.module_made"
            record(actor=actor, verb=verb, ref=_ref(row), old=old, new=_state(row))
    except IntegrityError as error:
        raise InvalidInput("text_module_keyword_taken", field="keyword") from error
    return row


def remove_module(*, actor: Actor, module_id: int) -> None:
    """Remove a text module; answers that were written with it stay. Raises `text_module_unknown`."""
    row = get_module(actor, module_id)
    with transaction():
        record(actor=actor, verb="writing.module_removed", ref=_ref(row), old=_state(row))
        row.delete()


def save_signature(*, actor: Actor, text_en: str, text_zh: str, team: Team | None = None) -> Signature | None:
    """The signature of a team, or of the whole desk; empty in both languages removes it (None).

    Raises `text_variable_unknown`, `text_module_too_long`.
    """
    check_can_manage(actor)
    key = f"team:{team.pk}" if team is not None else DEFAULT_KEY
    return _signed(actor, key, text_en, text_zh, team=team)


def save_own_signature(*, actor: Actor, text_en: str, text_zh: str) -> Signature | None:
    """One's own signature; as `save_signature`. Raises `signature_not_yours` for who answers nobody."""
    if actor.kind != "person" or actor.id is None or not actor.may(TICKET_REPLY):
        raise NotAllowed("signature_not_yours")
    return _signed(actor, f"person:{actor.id}", text_en, text_zh, person_id=actor.id)


def forget_person(traces: Traces) -> dict[str, int]:
    """Remove a person's own signature, and their name from the texts of others; how many of each."""
    mentions = 0
    with transaction():
        own = Signature.objects.filter(person_id=traces.person_id).delete()[0]
        for model, fields in (
            (TextModule, ["name", "body_en", "body_zh"]),
            (Signature, ["text_en", "text_zh"]),
        ):
            for row in naming(model.objects.all(), traces.wide, fields):
                for name in fields:
                    setattr(row, name, traces.wide.text(getattr(row, name)))
                row.save(update_fields=fields)
                mentions += 1
    return {"signatures": own, "mentions": mentions}


def _signed(actor: Actor, key: str, text_en: str, text_zh: str, **owner: Any) -> Signature | None:
    texts = {
        "text_en": _checked(text_en, "text_en", SIGNATURE_CHARACTERS_MAX),
        "text_zh": _checked(text_zh, "text_zh", SIGNATURE_CHARACTERS_MAX),
    }
    try:
        with transaction():
            row = None
            if any(texts.values()):
                values = texts | owner | {"updated_at": clock.now()}
                row, _made = Signature.objects.update_or_create(key=key, defaults=values)
            else:
                Signature.objects.filter(key=key).delete()
            record(actor=actor, verb="writing.signature_changed", ref=Ref("signature", 0, key), new=texts)
    except IntegrityError as error:
        raise Conflict("signature_changed") from error
    return row


def _checked(text: str, field: str, most: int) -> str:
    cleaned = clean(text).strip()
    if len(cleaned) > most:
        raise InvalidInput("text_module_too_long", field=field, most=most)
    for name in variables_in(cleaned):
        if name not in VARIABLES:
            raise InvalidInput("text_variable_unknown", field=field, name=name)
    return cleaned


def _ref(row: TextModule) -> Ref:
    return Ref("text_module", row.pk, row.name)


def _state(row: TextModule) -> dict[str, object]:
    return {
        "name": row.name,
        "keyword": row.keyword,
        "body_en": row.body_en,
        "body_zh": row.body_zh,
        "team": row.team_id,
        "is_active": row.is_active,
    }
