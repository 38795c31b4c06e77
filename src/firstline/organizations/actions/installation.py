"""Changes to the installation itself: its settings, the end of set-up, the end of the demo."""

from collections.abc import Callable
from urllib.parse import urlsplit

from firstline.audit.actions import record
from firstline.kit import input as typed
from firstline.kit.actor import Actor
from firstline.kit.errors import Conflict, InvalidInput
from firstline.kit.refs import Ref
from firstline.organizations.actions.recording import differences, values
from firstline.organizations.enums import API_REQUESTS_MOST, SetupStep
from firstline.organizations.events import InstallationChanged
from firstline.organizations.models import Installation
from firstline.organizations.permissions import check_can_manage_settings
from firstline.organizations.queries import installation as get_installation
from firstline.outbox.actions import publish, transaction

DemoRemoval = Callable[[Actor], None]
_FIELDS = ("name", "public_url", "default_language", "time_zone", "api_requests_per_minute")
_removals: list[DemoRemoval] = []


def ensure_installation() -> None:
    """Make the single installation row where it is missing; runs after every migrate."""
    Installation.objects.get_or_create(pk=1)


def update_installation(
    *,
    actor: Actor,
    name: str,
    public_url: str,
    default_language: str,
    time_zone: str,
    api_requests_per_minute: int | None = None,
) -> Installation:
    """Change the installation's settings; announces `installation_changed` when something differs.

    Raises `InvalidInput` for an empty name, an address that is not a plain origin, an
    unknown language or zone, a limit of requests out of range (None leaves it as it is).
    """
    check_can_manage_settings(actor)
    with transaction():
        return apply_update_installation(
            actor=actor,
            name=name,
            public_url=public_url,
            default_language=default_language,
            time_zone=time_zone,
            api_requests_per_minute=api_requests_per_minute,
        )


def apply_update_installation(
    *,
    actor: Actor,
    name: str,
    public_url: str,
    default_language: str,
    time_zone: str,
    api_requests_per_minute: int | None = None,
) -> Installation:
    """As `update_installation`, inside the caller's transaction and without a permission check."""
    row = get_installation()
    before = values(row, *_FIELDS)
    row.name = typed.line(name, field="name", required=True)
    row.public_url = _origin(public_url)
    row.default_language = typed.language(default_language, field="default_language")
    row.time_zone = typed.time_zone(time_zone)
    if api_requests_per_minute is not None:
        if not 1 <= api_requests_per_minute <= API_REQUESTS_MOST:
            raise InvalidInput(
                "api_rate_out_of_range", field="api_requests_per_minute", limit=API_REQUESTS_MOST
            )
        row.api_requests_per_minute = api_requests_per_minute
    old, new = differences(before, values(row, *_FIELDS))
    if new:
        row.save(update_fields=_FIELDS)
        _announce(actor, "organizations.installation_changed", row, old, new)
    return row


def note_setup_step(*, actor: Actor, step: str) -> None:
    """Remember that a step of the set-up assistant was done or skipped, so that it resumes after it."""
    check_can_manage_settings(actor)
    if step not in SetupStep.values:
        raise InvalidInput("setup_step_unknown", field="step")
    with transaction():
        row = get_installation()
        if step not in row.setup_steps:
            row.setup_steps = [*row.setup_steps, step]
            row.save(update_fields=["setup_steps"])


def finish_setup(*, actor: Actor) -> None:
    """Close the set-up assistant; announces `installation_changed` the first time."""
    check_can_manage_settings(actor)
    with transaction():
        if Installation.objects.filter(pk=1, is_set_up=False).update(is_set_up=True):
            _announce(actor, "organizations.setup_finished", get_installation(), None, None)


def mark_demo(*, actor: Actor, is_demo: bool) -> None:
    """Say whether this installation shows the demo; a demo counts as set up, leaving it starts set-up."""
    check_can_manage_settings(actor)
    with transaction():
        if Installation.objects.filter(pk=1, is_demo=not is_demo).update(
            is_demo=is_demo, is_set_up=is_demo, setup_steps=[]
        ):
            verb = "organizations.demo_entered" if is_demo else "organizations.demo_left"
            _announce(actor, verb, get_installation(), None, None)


def register_demo_removal(remove: DemoRemoval) -> None:
    """Name the function that removes the demo's records; the demo slice calls this at start.

    It runs outside a transaction, with the administrator as actor, and must be repeatable.
    """
    _removals[:] = [remove]


def remove_demo(*, actor: Actor) -> None:
    """Leave the demo: its records go, and the set-up assistant is open again.

    Raises `Conflict` when this installation shows no demo.
    """
    check_can_manage_settings(actor)
    if not get_installation().is_demo or not _removals:
        raise Conflict("demo_removal_unavailable")
    _removals[0](actor)
    mark_demo(actor=actor, is_demo=False)


def _origin(value: str) -> str:
    """An address like https://help.example.com:8443, or nothing."""
    cleaned = typed.line(value, field="public_url", limit=300).rstrip("/")
    if not cleaned:
        return ""
    try:
        parts = urlsplit(cleaned)
        plain = not (parts.path or parts.query or parts.fragment or parts.username or parts.password)
        fits = parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port or 1) > 0 and plain
    except ValueError:
        fits = False
    if not fits or any(character.isspace() for character in cleaned):
        raise InvalidInput("public_url_invalid", field="public_url")
    return cleaned


def _announce(actor: Actor, verb: str, row: Installation, old: object, new: object) -> None:
    record(actor=actor, verb=verb, ref=Ref("installation", 1, row.name), old=old, new=new)
    publish(InstallationChanged(row.is_set_up), actor=actor)
