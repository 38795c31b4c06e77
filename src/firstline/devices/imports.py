"""Reading a CSV file of devices: which lines can be used, and why the others cannot."""

from dataclasses import dataclass, field

from firstline.accounts.models import Person
from firstline.kit.actor import Actor
from firstline.kit.errors import DomainError, InvalidInput
from firstline.kit.tables import read_csv
from firstline.kit.text import clean_line
from firstline.organizations.models import Organization

LINES_MAX = 20_000
BYTES_MAX = 4 * 2**20
COLUMNS = ("hostname", "serial", "model", "os", "owner", "organization", "display_name")
_ALIASES = {
    "host": "hostname", "host name": "hostname", "computer": "hostname", "name": "hostname",
    "serial number": "serial", "system": "os", "operating system": "os", "owner e-mail": "owner",
    "email": "owner", "e-mail": "owner", "organisation": "organization", "label": "display_name",
    "主机名": "hostname", "设备名": "hostname", "序列号": "serial", "型号": "model", "操作系统": "os",
    "系统": "os", "使用人": "owner", "使用者": "owner", "邮箱": "owner", "组织": "organization",
    "公司": "organization",
    "显示名": "display_name",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class DeviceLine:
    """One usable line."""

    number: int
    organization: Organization
    owner: Person | None
    hostname: str
    serial: str
    model: str
    os_name: str
    display_name: str

    @property
    def cells(self) -> list[str]:
        """What a preview shows."""
        return [self.hostname, self.model, self.serial, self.owner.name if self.owner else ""]


@dataclass(frozen=True, slots=True)
class BadLine:
    """One line that is left out, by its number in the file."""

    number: int
    reason: DomainError


@dataclass(slots=True)
class DevicePlan:
    """What a file would do."""

    good: list[DeviceLine] = field(default_factory=list)
    bad: list[BadLine] = field(default_factory=list)


def read_devices(actor: Actor, text: str) -> DevicePlan:
    """Check every line, writing nothing; raises `InvalidInput` for a file without header or lines."""
    if len(text) > BYTES_MAX:
        raise InvalidInput("csv_too_large", field="file", limit=BYTES_MAX // 2**20)
    header, lines = read_csv(text, lines_max=LINES_MAX)
    columns = [_ALIASES.get(name.strip().lower(), name.strip().lower()) for name in header]
    if "hostname" not in columns:
        raise InvalidInput("csv_columns_missing", field="file", columns="hostname")
    reader = _Reader(actor)
    plan = DevicePlan()
    for number, cells in lines:
        try:
            plan.good.append(reader.line(number, dict(zip(columns, cells, strict=False))))
        except DomainError as refused:
            plan.bad.append(BadLine(number, refused))
    return plan


class _Reader:
    """Turns cells into a line, looking organisations up once."""

    def __init__(self, actor: Actor) -> None:
        rows = Organization.objects.filter(is_active=True)
        if not actor.is_provider:
            rows = rows.filter(pk=actor.organization_id or 0)
        self._organizations = {row.name.lower(): row for row in rows}
        self._home = next((row for row in rows if row.pk == actor.organization_id), None) or next(
            (row for row in rows if row.is_provider), None
        )
        self._seen: dict[tuple[int, str], int] = {}

    def line(self, number: int, cells: dict[str, str]) -> DeviceLine:
        def cell(name: str) -> str:
            return clean_line(cells.get(name, ""))

        hostname = cell("hostname")
        if not hostname:
            raise InvalidInput("device_name_missing", field="hostname")
        owner = self._owner(cell("owner"))
        organization = self._organization(cell("organization"), owner)
        key = (organization.pk, hostname.lower())
        if key in self._seen:
            raise InvalidInput("device_repeated", field="hostname", hostname=hostname, line=self._seen[key])
        self._seen[key] = number
        return DeviceLine(
            number,
            organization,
            owner,
            hostname,
            cell("serial"),
            cell("model"),
            cell("os"),
            cell("display_name"),
        )

    def _owner(self, email: str) -> Person | None:
        if not email:
            return None
        found = Person.objects.filter(email=email.lower(), is_active=True).first()
        if found is None or found.organization.name.lower() not in self._organizations:
            raise InvalidInput("device_owner_unknown", field="owner", address=email)
        return found

    def _organization(self, name: str, owner: Person | None) -> Organization:
        found = (
            self._organizations.get(name.lower()) if name else (owner.organization if owner else self._home)
        )
        if found is None:
            raise InvalidInput("device_organization_unknown", field="organization", name=name)
        if owner is not None and owner.organization_id != found.pk:
            raise InvalidInput("device_owner_elsewhere", field="owner", name=found.name)
        return found
