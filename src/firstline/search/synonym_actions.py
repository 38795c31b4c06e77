"""Editing which expressions mean the same for search."""

from firstline.accounts.permissions import SETTINGS_MANAGE
from firstline.audit.actions import record
from firstline.kit.actor import Actor
from firstline.kit.errors import InvalidInput, NotAllowed
from firstline.kit.refs import Ref
from firstline.outbox.actions import transaction
from firstline.search.models import Synonym
from firstline.search.synonyms import EXPRESSIONS_MAX, SEPARATORS, split_expressions

LINE_CHARS_MAX = 1_000


def save_synonym(*, actor: Actor, expressions: str, synonym: Synonym | None = None) -> Synonym:
    """Let expressions, separated by commas, stand for each other from the next search on.

    A new line of the table, or another wording of one. Audited. Raises `NotAllowed`, InvalidInput
    `synonym_alone`, `synonym_too_long`.
    """
    _check(actor)
    separated = sum(expressions.count(sign) for sign in SEPARATORS)
    if len(expressions) > LINE_CHARS_MAX or separated >= EXPRESSIONS_MAX:
        raise InvalidInput("synonym_too_long", field="expressions", most=EXPRESSIONS_MAX)
    found = list(dict.fromkeys(split_expressions(expressions)))
    if len(found) < 2:
        raise InvalidInput("synonym_alone", field="expressions")
    row = synonym or Synonym()
    with transaction():
        old, row.expressions = row.expressions, ", ".join(found)
        row.save()
        record(
            actor=actor,
            verb="search.synonym_changed" if synonym else "search.synonym_added",
            ref=Ref("search_synonym", row.pk, row.expressions[:100]),
            labels={"old": old, "new": row.expressions},
        )
    return row


def delete_synonym(*, actor: Actor, synonym: Synonym) -> None:
    """Take a line out of the table. Audited. Raises `NotAllowed`."""
    _check(actor)
    ref = Ref("search_synonym", synonym.pk, synonym.expressions[:100])
    with transaction():
        Synonym.objects.filter(pk=synonym.pk).delete()
        labels = {"old": synonym.expressions}
        record(actor=actor, verb="search.synonym_deleted", ref=ref, labels=labels)


def _check(actor: Actor) -> None:
    actor.check(SETTINGS_MANAGE)
    if not actor.is_provider:
        raise NotAllowed("permission_missing", permission=SETTINGS_MANAGE)
