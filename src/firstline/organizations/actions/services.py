"""Changes to services."""

from collections.abc import Iterable, Mapping

from firstline.audit.actions import record
from firstline.kit import input as typed
from firstline.kit.actor import Actor
from firstline.kit.errors import InvalidInput
from firstline.kit.refs import Ref
from firstline.organizations.actions.recording import differences, refuse_taken, unique, values
from firstline.organizations.enums import Criticality
from firstline.organizations.events import ServiceChanged
from firstline.organizations.models import Service, Team
from firstline.organizations.permissions import check_can_manage_settings
from firstline.outbox.actions import publish, transaction

_FIELDS = ("name", "name_zh", "criticality", "owner_team_id", "keywords")
KEYWORDS_MAX = 100


def create_service(
    *,
    actor: Actor,
    name: str,
    name_zh: str = "",
    criticality: int = Criticality.MEDIUM,
    owner_team: Team | None = None,
    keywords: Iterable[str] = (),
) -> Service:
    """Add a service; announces `service_changed`.

    Raises `InvalidInput` for an empty or taken name, an unknown criticality or too many keywords.
    """
    check_can_manage_settings(actor)
    service = Service()
    with unique("service_name_taken", field="name", name=name), transaction():
        _fill(
            service,
            name=name,
            name_zh=name_zh,
            criticality=criticality,
            owner_team=owner_team,
            keywords=keywords,
        )
        service.save(force_insert=True)
        _announce(actor, "organizations.service_created", service, None, values(service, *_FIELDS))
    return service


def update_service(
    *,
    actor: Actor,
    service: Service,
    name: str,
    name_zh: str,
    criticality: int,
    owner_team: Team | None,
    keywords: Iterable[str],
) -> None:
    """Change a service; announces `service_changed` when something differs."""
    check_can_manage_settings(actor)
    with unique("service_name_taken", field="name", name=name), transaction():
        before = values(service, *_FIELDS)
        _fill(
            service,
            name=name,
            name_zh=name_zh,
            criticality=criticality,
            owner_team=owner_team,
            keywords=keywords,
        )
        old, new = differences(before, values(service, *_FIELDS))
        if new:
            service.save(update_fields=_FIELDS)
            _announce(actor, "organizations.service_changed", service, old, new)


def archive_service(*, actor: Actor, service: Service) -> None:
    """Take a service out of the choices; its tickets keep it."""
    _set_active(actor, service, is_active=False)


def restore_service(*, actor: Actor, service: Service) -> None:
    """Offer an archived service again."""
    _set_active(actor, service, is_active=True)


def _set_active(actor: Actor, service: Service, *, is_active: bool) -> None:
    check_can_manage_settings(actor)
    with transaction():
        if Service.objects.filter(pk=service.pk, is_active=not is_active).update(is_active=is_active):
            verb = "organizations.service_restored" if is_active else "organizations.service_archived"
            _announce(actor, verb, service, None, None)
    service.is_active = is_active


def _fill(
    service: Service,
    *,
    name: str,
    name_zh: str,
    criticality: int,
    owner_team: Team | None,
    keywords: Iterable[str],
) -> None:
    service.name = typed.line(name, field="name", required=True)
    service.name_zh = typed.line(name_zh, field="name_zh")
    others = Service.objects.filter(name=service.name).exclude(pk=service.pk)
    refuse_taken(others, "service_name_taken", field="name", name=service.name)
    if criticality not in Criticality.values:
        raise InvalidInput("criticality_unknown", field="criticality")
    service.criticality = criticality
    service.owner_team = owner_team
    words = [typed.line(word, field="keywords", limit=60) for word in keywords]
    service.keywords = list(dict.fromkeys(word for word in words if word))
    if len(service.keywords) > KEYWORDS_MAX:
        raise InvalidInput("too_many_keywords", field="keywords", limit=KEYWORDS_MAX)


def _announce(
    actor: Actor, verb: str, service: Service, old: Mapping[str, object] | None, new: object
) -> None:
    record(actor=actor, verb=verb, ref=Ref("service", service.pk, service.name), old=old, new=new)
    publish(ServiceChanged(service.pk, is_renamed="name" in (old or {})), actor=actor)
