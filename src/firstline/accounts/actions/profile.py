"""What people change about themselves."""

from firstline.accounts.actions.recording import announce
from firstline.accounts.enums import Theme
from firstline.accounts.events import PersonChanged
from firstline.accounts.models import Person
from firstline.kit import input as typed
from firstline.kit.actor import Actor
from firstline.kit.errors import InvalidInput, NotFound
from firstline.outbox.actions import transaction


def update_profile(
    *, actor: Actor, person: Person, name: str, phone: str, language: str, time_zone: str, theme: str
) -> None:
    """Change one's own name, phone, language, zone and colours; announces `person_changed`."""
    if actor.id != person.pk:
        raise NotFound("person_not_found")
    if theme not in Theme.values:
        raise InvalidInput("theme_unknown", field="theme")
    _apply(
        actor,
        person,
        name=typed.line(name, field="name", required=True),
        phone=typed.line(phone, field="phone", limit=50),
        language=typed.language(language),
        time_zone=typed.time_zone(time_zone),
        theme=theme,
    )


def choose_language(*, actor: Actor, person: Person, language: str) -> None:
    """Change the language in which one reads pages and mails."""
    if actor.id != person.pk:
        raise NotFound("person_not_found")
    _apply(actor, person, language=typed.language(language))


def _apply(actor: Actor, person: Person, **wanted: str) -> None:
    changed = {field: value for field, value in wanted.items() if getattr(person, field) != value}
    if not changed:
        return
    with transaction():
        for field, value in changed.items():
            setattr(person, field, value)
        person.save(update_fields=list(changed))
        announce(
            actor,
            "accounts.profile_changed",
            person,
            PersonChanged(person.pk, is_renamed="name" in changed),
            new={"changed": sorted(changed)},
        )
