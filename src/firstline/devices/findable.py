"""Devices as search knows them."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any

from django.utils.translation import pgettext_lazy

from firstline.devices.enums import DeviceState
from firstline.devices.models import Device
from firstline.devices.permissions import DEVICE_VIEW
from firstline.devices.queries import visible_to
from firstline.kit.actor import Actor
from firstline.search.actions import Document
from firstline.search.queries import FieldSpec, Source, register_source

KIND = "device"
_ADDRESSES_MAX = 24
_HERE_ONLY = ("127.", "::1", "fe80:", "169.254.")


def register() -> None:
    """Make devices searchable."""
    register_source(
        Source(
            kind=KIND,
            label=pgettext_lazy("found", "Devices"),
            icon="laptop",
            documents=documents,
            ids_after=ids_after,
            visible=still_visible,
            url=address_of,
            tokens=tokens,
            fields=_FIELDS,
        )
    )


def documents(ids: Sequence[int]) -> Iterator[Document]:
    """The documents of these devices, with one query."""
    for device in Device.objects.filter(pk__in=ids).select_related("owner", "organization").order_by("id"):
        yield _document(device)


def ids_after(after_id: int, limit: int) -> Sequence[int]:
    """The next devices in order of their ids."""
    return list(Device.objects.filter(pk__gt=after_id).order_by("pk").values_list("pk", flat=True)[:limit])


def still_visible(actor: Actor, ids: Collection[int]) -> set[int]:
    """Which of these devices the actor may know of now."""
    return set(visible_to(actor).filter(pk__in=ids).values_list("pk", flat=True))


def tokens(actor: Actor) -> Iterable[str]:
    """By what an actor finds devices: the same as `queries.visible_to`."""
    if actor.is_trusted:
        return ["dv"]
    held = [f"person:{actor.id}"] if actor.is_signed_in and actor.id is not None else []
    if actor.may(DEVICE_VIEW):
        held.append("dv" if actor.is_provider else f"dv:{actor.organization_id}")
    return held


def address_of(device_id: int, actor: Actor) -> str:
    """Where the actor sees a device."""
    return f"/desk/devices/{device_id}/" if actor.may(DEVICE_VIEW) else "/portal/devices/"


def _document(device: Device) -> Document:
    owner, organization = device.owner, device.organization
    system = f"{device.os_name} {device.os_version}".strip()
    holders = [f"person:{device.owner_id}"] if device.owner_id else []
    fields = {
        "device": [device.label],
        "state": [device.state],
        "model": [device.model],
        "system": [device.os_name],
        "organisation": [organization.name],
        "owner": [owner.name] if owner else [],
    }
    return Document(
        kind=KIND,
        object_id=device.pk,
        organization_id=device.organization_id,
        title=device.label,
        text="\n".join(filter(None, [device.model, system, organization.name])),
        visibility=["dv", f"dv:{device.organization_id}", *holders],
        identifiers=[device.hostname, device.serial, *_addresses(device.facts)],
        names=[device.display_name, owner.name] if owner else [device.display_name],
        fields={name: values for name, values in fields.items() if any(values)},
        changed_at=device.enrolled_at or device.created_at,
    )


def _addresses(facts: Any) -> list[str]:
    """Network addresses that the agent reported: hostile text, so taken only where it has the right shape."""
    interfaces = facts.get("interfaces") if isinstance(facts, dict) else None
    found: dict[str, None] = {}
    for each in interfaces if isinstance(interfaces, list) else ():
        told = each if isinstance(each, dict) else {}
        addresses = told.get("addresses")
        for address in [told.get("mac"), *(addresses if isinstance(addresses, list) else ())]:
            if isinstance(address, str) and address and not address.startswith(_HERE_ONLY):
                found[address.partition("%")[0][:64]] = None
    return list(found)[:_ADDRESSES_MAX]


_FIELDS = (
    FieldSpec(
        "device", pgettext_lazy("field", "Device"), aliases=("host", "machine", "设备", "电脑", "主机"),
        is_facet=False,
    ),
    FieldSpec(
        "state", pgettext_lazy("field", "State"), aliases=("设备状态",),
        choices=lambda: {each.value: each.label for each in DeviceState},
    ),
    FieldSpec("model", pgettext_lazy("field", "Model"), aliases=("型号",)),
    FieldSpec("system", pgettext_lazy("field", "System"), aliases=("os", "操作系统")),
    FieldSpec(
        "organisation", pgettext_lazy("field", "Organisation"),
        aliases=("organization", "org", "customer", "company", "组织", "客户", "公司"),
    ),
    FieldSpec("owner", pgettext_lazy("field", "Owner"), aliases=("使用人", "所有人")),
)  # fmt: skip
