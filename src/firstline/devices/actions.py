"""Every write of devices: tokens, enrolment, what agents report, ownership, revocation."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol
from uuid import UUID

from django.db.models import F

from firstline.accounts.models import Person
from firstline.audit.actions import erase_naming, record
from firstline.devices import enrolment
from firstline.devices.enums import DeviceState
from firstline.devices.events import (
    DeviceChanged,
    DeviceEnrolled,
    DeviceRevoked,
    FactsChanged,
    OwnerErased,
)
from firstline.devices.imports import BadLine, DeviceLine, read_devices
from firstline.devices.models import Device, DeviceFacts, EnrolmentToken, HealthSample
from firstline.devices.permissions import DEVICE_EDIT, DEVICE_ENROL, check_can_see_device
from firstline.kit import clock
from firstline.kit.actor import SYSTEM, Actor
from firstline.kit.errors import Conflict, InvalidInput
from firstline.kit.refs import Ref
from firstline.kit.rows import rewrite
from firstline.kit.text import clean_line
from firstline.kit.traces import Redactor, Traces
from firstline.organizations.models import Organization
from firstline.outbox.actions import publish, push, transaction
from firstline.search.actions import touch, touch_all
from firstline_protocol.enums import RefusalCode
from firstline_protocol.gateway_side import Enrolment
from firstline_protocol.messages import Cancel, Hello, Result, RunCommand

HEALTH_WRITE_SECONDS = 15
SAMPLE_SECONDS = 60
SAMPLES_KEPT = timedelta(days=2)
FACTS_KEPT = 200
IMPORT_BATCH = 200


class CommandSink(Protocol):
    """What the remote slice gives the gateway: commands to deliver, results to keep."""

    def stored(self, device_id: int) -> Mapping[UUID, int]:
        """The last stored result of every command of the device that is still open."""

    def pending(self, device_id: int) -> list[RunCommand | Cancel]:
        """What the device should be told now; telling it twice does no harm."""

    def take(self, device_id: int, result: Result) -> None:
        """Store a result durably; a repeated one changes nothing."""


class _NoCommands:
    def stored(self, device_id: int) -> Mapping[UUID, int]:
        return {}

    def pending(self, device_id: int) -> list[RunCommand | Cancel]:
        return []

    def take(self, device_id: int, result: Result) -> None:
        return


_sink: CommandSink = _NoCommands()


def register_command_sink(sink: CommandSink) -> None:
    """Let the remote slice deliver commands and take results."""
    global _sink
    _sink = sink


def command_sink() -> CommandSink:
    """Where the gateway gets commands from and brings results to."""
    return _sink


def nudge_gateway(device_id: int) -> None:
    """After the commit, have whichever gateway holds the device's link look for pending commands."""
    push(f"gateway:{device_id}")


# Tokens


def create_token(
    *,
    actor: Actor,
    organization: Organization,
    owner: Person | None = None,
    uses: int = 1,
    valid_for: timedelta = timedelta(hours=24),
) -> EnrolmentToken:
    """Permit `uses` devices to enrol until the time has passed. Audited; the secret is never stored.

    Raises InvalidInput outside 1..1000 uses or 1 hour..30 days.
    """
    actor.check(DEVICE_ENROL)
    if not 1 <= uses <= 1000:
        raise InvalidInput("token_uses", field="uses")
    if not timedelta(hours=1) <= valid_for <= timedelta(days=30):
        raise InvalidInput("token_hours", field="hours")
    with transaction():
        token = EnrolmentToken.objects.create(
            organization=organization,
            owner=owner,
            created_by_id=actor.id if actor.kind == "person" else None,
            token_id=secrets.token_bytes(16),
            uses_max=uses,
            expires_at=clock.now() + valid_for,
        )
        record(
            actor=actor,
            verb="devices.token_created",
            ref=Ref("enrolment_token", token.pk, token.token_id.hex()[:8]),
            organization_id=organization.pk,
            new={"uses": uses, "expires_at": token.expires_at.isoformat()},
        )
    return token


def revoke_token(*, actor: Actor, token: EnrolmentToken) -> None:
    """The token enrols nobody any more; repeated calls change nothing."""
    actor.check(DEVICE_ENROL)
    with transaction():
        changed = EnrolmentToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=clock.now())
        if changed:
            record(
                actor=actor,
                verb="devices.token_revoked",
                ref=Ref("enrolment_token", token.pk, bytes(token.token_id).hex()[:8]),
                organization_id=token.organization_id,
            )


# Connections


@dataclass(frozen=True, slots=True)
class Admission:
    """How the gateway answers a hello: the device, or why not."""

    device: Device | None
    refusal: RefusalCode | None = None


def admit(hello: Hello, proof: Enrolment | None, *, record_refusal: bool = True) -> Admission:
    """Decide about a device that proved its key; takes a new one in when its token holds.

    One transaction counts the token's use, writes the device, audit record and
    `devices.device_enrolled`. Repeating a hello with a used token of the same device is no fault.
    A refused token leaves an audit record unless the gateway has seen too many of them.
    """
    known = Device.objects.filter(identity=hello.device_id).select_related("organization").first()
    if known is not None:
        if known.state == DeviceState.REVOKED:
            return Admission(None, RefusalCode.DEVICE_REVOKED)
        return Admission(known)
    if proof is None:
        return Admission(None, RefusalCode.DEVICE_UNKNOWN)
    admission = _enrol(hello, proof)
    if admission.refusal is not None and record_refusal:
        _record_refusal(hello, admission.refusal)
    return admission


def _enrol(hello: Hello, proof: Enrolment) -> Admission:
    token = (
        EnrolmentToken.objects.filter(token_id=proof.token_id).select_related("organization", "owner").first()
    )
    refusal = _token_fault(token, proof)
    if refusal is not None or token is None:
        return Admission(None, refusal or RefusalCode.TOKEN_UNKNOWN)
    with transaction():
        counted = EnrolmentToken.objects.filter(pk=token.pk, uses__lt=F("uses_max"), revoked_at=None).update(
            uses=F("uses") + 1
        )
        if counted:
            device = _take_in(hello, token)
    return Admission(device) if counted else Admission(None, RefusalCode.TOKEN_USED)


def _token_fault(token: EnrolmentToken | None, proof: Enrolment) -> RefusalCode | None:
    if token is None:
        return RefusalCode.TOKEN_UNKNOWN
    if not proof.holds(enrolment.secret_of(bytes(token.token_id))):
        return RefusalCode.TOKEN_WRONG
    if token.revoked_at is not None or token.expires_at <= clock.now():
        return RefusalCode.TOKEN_EXPIRED
    return RefusalCode.TOKEN_USED if token.uses >= token.uses_max else None


def _take_in(hello: Hello, token: EnrolmentToken) -> Device:
    now = clock.now()
    listed = (
        Device.objects.filter(
            organization=token.organization, hostname__iexact=hello.facts.hostname, state=DeviceState.LISTED
        )
        .order_by("id")
        .first()
    )
    device = listed or Device(organization=token.organization, hostname=hello.facts.hostname)
    device.owner = _owner(hello, token) or device.owner
    device.state = DeviceState.ACTIVE
    device.identity = hello.device_id
    device.public_point = hello.public_point
    device.machine_id = hello.facts.machine_id
    device.os_name = hello.facts.os_name
    device.os_version = hello.facts.os_version
    device.agent_version = hello.agent_version
    device.enrolled_at = now
    device.last_seen_at = now
    device.save()
    record(
        actor=SYSTEM,
        verb="devices.device_enrolled",
        ref=device.ref,
        organization_id=device.organization_id,
        new={"token": token.pk, "identity": hello.device_id.hex()[:16]},
    )
    publish(DeviceEnrolled(device.pk, token.pk), actor=SYSTEM)
    _index(device.pk)
    push("devices")
    return device


def _owner(hello: Hello, token: EnrolmentToken) -> Person | None:
    if token.owner is not None:
        return token.owner
    email = hello.owner_email.strip().lower()
    if not email:
        return None
    return Person.objects.filter(email=email, organization=token.organization, is_active=True).first()


def _record_refusal(hello: Hello, code: RefusalCode) -> None:
    with transaction():
        record(
            actor=SYSTEM,
            verb="devices.enrolment_refused",
            ref=Ref("device", 0, clean_line(hello.facts.hostname, 100)),
            new={"code": str(code), "identity": hello.device_id.hex()[:16]},
        )


def record_violation(*, device_id: int | None, address: str, code: str) -> None:
    """Keep for the administrator that something spoke the agent protocol wrongly."""
    with transaction():
        record(
            actor=SYSTEM,
            verb="devices.protocol_violated",
            ref=Ref("device", device_id or 0, address),
            new={"code": code, "address": address},
        )


def set_online(device_id: int, *, online: bool) -> None:
    """Note that a device's link opened or closed, and tell open pages."""
    with transaction():
        Device.objects.filter(pk=device_id).update(is_online=online, last_seen_at=clock.now())
        _push_device(device_id)


def forget_links() -> None:
    """At the start of a lone gateway: nobody is connected yet."""
    Device.objects.filter(is_online=True).update(is_online=False)


# Reports


def store_facts(device_id: int, facts: Mapping[str, Any]) -> None:
    """Keep an inventory; a changed one is added to the history and announced."""
    with transaction():
        device = Device.objects.filter(pk=device_id).first()
        if device is None or _lasting(device.facts) == _lasting(facts):
            return
        serial = device.serial
        device.facts = dict(facts)
        device.os_name = str(facts["os_name"])
        device.os_version = str(facts["os_version"])
        device.model = str(facts.get("model") or device.model)[:200]
        device.serial = str(facts.get("serial") or device.serial)[:200]
        device.agent_version = str(facts.get("agent_version") or device.agent_version)
        device.save(update_fields=["facts", "os_name", "os_version", "model", "serial", "agent_version"])
        DeviceFacts.objects.create(device=device, at=clock.now(), facts=dict(facts))
        old = (
            DeviceFacts.objects.filter(device=device)
            .order_by("-at")
            .values_list("pk", flat=True)[FACTS_KEPT:]
        )
        DeviceFacts.objects.filter(pk__in=list(old)).delete()
        publish(FactsChanged(device_id), actor=SYSTEM)
        if device.serial != serial:
            publish(DeviceChanged(device_id), actor=SYSTEM)
        _index(device_id)
        _push_device(device_id)


def _lasting(facts: Mapping[str, Any]) -> dict[str, Any]:
    """The inventory without what changes by the minute."""
    kept = {name: value for name, value in facts.items() if name not in {"at_ms", "users"}}
    kept["disks"] = [{**disk, "used_bytes": 0} for disk in kept.get("disks", ())]
    return kept


def store_health(device_id: int, health: Mapping[str, int], *, sample: bool) -> None:
    """Keep the newest heartbeat; `sample` adds it to the history as well."""
    now = clock.now()
    with transaction():
        Device.objects.filter(pk=device_id).update(health=dict(health), last_seen_at=now, is_online=True)
        if sample:
            HealthSample.objects.create(
                device_id=device_id,
                at=now,
                cpu_percent=health["cpu_percent"],
                memory_percent=_share(health["memory_used_bytes"], health["memory_total_bytes"]),
                disk_percent=_share(health["disk_used_bytes"], health["disk_total_bytes"]),
            )
        _push_device(device_id)


def _share(part: int, whole: int) -> int:
    return min(100, round(100 * part / whole)) if whole else 0


def sweep_samples() -> int:
    """Delete samples past their time; returns how many."""
    return HealthSample.objects.filter(at__lt=clock.now() - SAMPLES_KEPT).delete()[0]


def mark_silent(limit: datetime) -> int:
    """Devices not heard of since `limit` are off line, whatever their gateway last said."""
    silent = list(
        Device.objects.filter(is_online=True, last_seen_at__lt=limit).values_list("pk", flat=True)[:500]
    )
    for device_id in silent:
        set_online(device_id, online=False)
    return len(silent)


# By hand


def list_device(
    *,
    actor: Actor,
    organization: Organization,
    hostname: str,
    owner: Person | None = None,
    serial: str = "",
    model: str = "",
    os_name: str = "",
) -> Device:
    """Add a machine that has no agent (yet); raises InvalidInput without a name."""
    actor.check(DEVICE_EDIT)
    name = clean_line(hostname)
    if not name:
        raise InvalidInput("device_name_missing", field="hostname")
    with transaction():
        device = Device.objects.create(
            organization=organization,
            hostname=name,
            owner=owner,
            serial=clean_line(serial),
            model=clean_line(model),
            os_name=clean_line(os_name),
        )
        record(actor=actor, verb="devices.device_listed", ref=device.ref, organization_id=organization.pk)
        _index(device.pk)
        push("devices")
    return device


@dataclass(slots=True)
class ImportResult:
    """How many devices of a file are new, changed or as before, and which lines were left out and why."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    bad: list[BadLine] = field(default_factory=list)


def import_devices(*, actor: Actor, text: str) -> ImportResult:
    """Add the devices of a CSV file and update those whose host name is known in their organisation.

    Good lines are written in transactions of 200 with one audit record each; bad ones are returned with
    number and reason. Running the same file again changes nothing. Enrolled devices keep what their
    agent reports. Raises InvalidInput when the file as a whole cannot be read.
    """
    actor.check(DEVICE_EDIT)
    plan = read_devices(actor, text)
    result = ImportResult(bad=list(plan.bad))
    for start in range(0, len(plan.good), IMPORT_BATCH):
        batch = plan.good[start : start + IMPORT_BATCH]
        with transaction():
            for line in batch:
                _import_line(actor, line, result)
            record(
                actor=actor,
                verb="devices.devices_imported",
                ref=Ref("device", 0, "CSV"),
                organization_id=actor.organization_id,
                new={"lines": len(batch), "first_line": batch[0].number},
            )
            push("devices")
    return result


def _import_line(actor: Actor, line: DeviceLine, result: ImportResult) -> None:
    given = {
        "owner": line.owner,
        "serial": line.serial,
        "model": line.model,
        "os_name": line.os_name,
        "display_name": line.display_name,
    }
    known = (
        Device.objects.filter(organization=line.organization, hostname__iexact=line.hostname)
        .exclude(state=DeviceState.REVOKED)
        .first()
    )
    if known is None:
        made = Device.objects.create(organization=line.organization, hostname=line.hostname, **given)
        _index(made.pk)
        result.created += 1
        return
    kept = {"owner", "display_name"} if known.has_agent else set(given)
    changed = [name for name in kept if given[name] and getattr(known, name) != given[name]]
    for name in changed:
        setattr(known, name, given[name])
    if changed:
        known.save(update_fields=changed)
        publish(DeviceChanged(known.pk), actor=actor)
        _index(known.pk)
        result.updated += 1
    else:
        result.unchanged += 1


def edit_device(*, actor: Actor, device: Device, display_name: str, owner: Person | None) -> Device:
    """Change what a device is called and whose it is."""
    actor.check(DEVICE_EDIT)
    check_can_see_device(actor, device)
    old_name, old_owner = device.display_name, device.owner_id
    with transaction():
        device.display_name = clean_line(display_name)
        device.owner = owner
        device.save(update_fields=["display_name", "owner"])
        record(
            actor=actor,
            verb="devices.device_edited",
            ref=device.ref,
            organization_id=device.organization_id,
            old={"owner_id": old_owner},
            new={"owner_id": device.owner_id},
            # What a device is called often names who uses it: kept where it can be erased.
            labels=_renamed(old_name, device.display_name),
        )
        publish(DeviceChanged(device.pk), actor=actor)
        _index(device.pk)
        _push_device(device.pk)
    return device


def _renamed(old: str, new: str) -> dict[str, str] | None:
    return {"old_name": old, "new_name": new} if old != new else None


def revoke_device(*, actor: Actor, device: Device) -> None:
    """Turn the device's agent away for good; its link is closed at once."""
    actor.check(DEVICE_ENROL)
    check_can_see_device(actor, device)
    with transaction():
        changed = (
            Device.objects.filter(pk=device.pk)
            .exclude(state=DeviceState.REVOKED)
            .filter(identity__isnull=False)
            .update(state=DeviceState.REVOKED, is_online=False)
        )
        if not changed:
            raise Conflict("device_revoked_already")
        record(
            actor=actor, verb="devices.device_revoked", ref=device.ref, organization_id=device.organization_id
        )
        publish(DeviceRevoked(device.pk), actor=actor)
        _index(device.pk)
        _push_device(device.pk)
        nudge_gateway(device.pk)


def release_owner(*, actor: Actor, traces: Traces) -> int:
    """An erased person's devices belong to nobody and name nobody: not who was signed in there, not in
    what the device is called. Announces `devices.owner_erased`; how many devices they had."""
    with transaction():
        held = list(Device.objects.select_for_update().filter(owner_id=traces.person_id))
        for device in held:
            device.owner, device.facts = None, traces.near.json(_nameless(device.facts))
            device.hostname = traces.near.text(device.hostname)[:200]
            device.display_name = traces.near.text(device.display_name)[:200]
            device.save(update_fields=["owner", "facts", "hostname", "display_name"])
            for kept in DeviceFacts.objects.filter(device=device):
                kept.facts = traces.near.json(_nameless(kept.facts))
                kept.save(update_fields=["facts"])
            _index(device.pk)
        erase_naming(traces.near, kind="device", ids=[device.pk for device in held])
        EnrolmentToken.objects.filter(owner_id=traces.person_id).update(owner=None)
        publish(OwnerErased(traces.person_id, [device.pk for device in held]), actor=actor)
    return len(held)


def forget_name(redactor: Redactor) -> int:
    """Take somebody's name out of what the devices of others are called and report; how many."""
    named = rewrite(Device.objects.all(), redactor, ["hostname", "display_name", "facts"])
    rewrite(DeviceFacts.objects.all(), redactor, ["facts"])
    touch_all("device", Device.objects.filter(pk__in=named))
    return len(named)


def _nameless(facts: Any) -> dict[str, Any]:
    """An inventory without the names of those who were signed in."""
    kept = dict(facts) if isinstance(facts, dict) else {}
    return {name: value for name, value in kept.items() if name not in {"users", "agent_user"}}


def _index(device_id: int) -> None:
    touch(kind="device", object_ids=[device_id])


def _push_device(device_id: int) -> None:
    push(f"device:{device_id}")
