"""Reading a CSV file of people: which lines can be used, and why the others cannot."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TypeVar

from firstline.accounts.details import PersonDetails
from firstline.accounts.models import Role
from firstline.accounts.permissions import check_can_grant
from firstline.accounts.queries import expand, role_by_code
from firstline.kit import input as typed
from firstline.kit.actor import Actor
from firstline.kit.errors import DomainError, InvalidInput, NotAllowed
from firstline.kit.tables import read_csv
from firstline.organizations.models import Department, Organization, Site, Team

Value = TypeVar("Value")
Row = TypeVar("Row", Site, Department)

LINES_MAX = 20_000
BYTES_MAX = 4 * 2**20
COLUMNS = (
    "name", "email", "organization", "site", "department", "job_title", "phone", "language",
    "time_zone", "vip", "roles", "teams",
)  # fmt: skip
_ALIASES = {
    "e-mail": "email", "mail": "email", "organisation": "organization", "company": "organization",
    "title": "job_title", "job title": "job_title", "telephone": "phone", "time zone": "time_zone",
    "timezone": "time_zone", "role": "roles", "team": "teams",
    "姓名": "name", "邮箱": "email", "电子邮箱": "email", "电子邮件": "email",
    "组织": "organization", "公司": "organization",
    "单位": "organization", "地点": "site", "办公地点": "site", "部门": "department", "职位": "job_title",
    "职务": "job_title", "电话": "phone", "手机": "phone", "语言": "language", "时区": "time_zone",
    "重要用户": "vip", "角色": "roles", "团队": "teams", "支持组": "teams",
}  # fmt: skip
_LANGUAGES = {"": "", "en": "en", "english": "en", "英文": "en", "zh": "zh-hans", "zh-cn": "zh-hans",
              "zh-hans": "zh-hans", "chinese": "zh-hans", "中文": "zh-hans",
              "简体中文": "zh-hans"}  # fmt: skip
_YES_NO = {"": False, "no": False, "n": False, "0": False, "false": False, "否": False,
           "yes": True, "y": True, "1": True, "true": True, "是": True}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ImportLine:
    """One usable line; `columns` are those that the file has."""

    number: int
    details: PersonDetails
    roles: list[str]
    teams: list[Team]
    columns: frozenset[str]


@dataclass(frozen=True, slots=True)
class BadLine:
    """One line that is left out, by its number in the file."""

    number: int
    reason: DomainError


@dataclass(slots=True)
class ImportPlan:
    """What a file would do."""

    good: list[ImportLine] = field(default_factory=list)
    bad: list[BadLine] = field(default_factory=list)


def read_people(actor: Actor, text: str) -> ImportPlan:
    """Check every line of a CSV file of people, writing nothing.

    Raises `InvalidInput` when the file has no usable header, no lines or too many.
    """
    if len(text) > BYTES_MAX:
        raise InvalidInput("csv_too_large", field="file", limit=BYTES_MAX // 2**20)
    header, lines = read_csv(text, lines_max=LINES_MAX)
    columns = [_column(name) for name in header]
    missing = [name for name in ("name", "email") if name not in columns]
    if missing:
        raise InvalidInput("csv_columns_missing", field="file", columns=", ".join(missing))
    reader = _Reader(actor, frozenset(columns))
    plan = ImportPlan()
    for number, cells in lines:
        try:
            plan.good.append(reader.line(number, dict(zip(columns, cells, strict=False))))
        except DomainError as refused:
            plan.bad.append(BadLine(number, refused))
    return plan


def _column(name: str) -> str:
    plain = name.strip().lower()
    return _ALIASES.get(plain, plain.replace(" ", "_"))


class _Reader:
    """Turns cells into details, looking names up once."""

    def __init__(self, actor: Actor, columns: frozenset[str]) -> None:
        self.actor = actor
        self.columns = columns & frozenset(COLUMNS)
        organizations = Organization.objects.filter(is_active=True).prefetch_related("sites", "departments")
        if not actor.is_provider:
            organizations = organizations.filter(pk=actor.organization_id or 0)
        self.organizations = {row.name.lower(): row for row in organizations}
        self.home = next(
            (row for row in organizations if row.pk == actor.organization_id),
            next((row for row in organizations if row.is_provider), None),
        )
        self.teams = {row.name.lower(): row for row in Team.objects.filter(is_active=True)}
        self.roles = {row.code: row for row in Role.objects.all()} | {
            row.label.lower(): row for row in Role.objects.exclude(label="")
        }
        self.seen: dict[str, int] = {}

    def line(self, number: int, cells: dict[str, str]) -> ImportLine:
        def cell(name: str) -> str:
            return cells.get(name, "").strip()

        email = typed.email(cell("email"))
        if email in self.seen:
            raise InvalidInput("csv_repeated", field="email", email=email, line=self.seen[email])
        organization = self._organization(cell("organization"))
        details = PersonDetails(
            name=typed.line(cell("name"), field="name", required=True),
            email=email,
            organization=organization,
            site=_named(organization.sites.all(), cell("site"), "csv_site_unknown"),
            department=_named(organization.departments.all(), cell("department"), "csv_department_unknown"),
            job_title=typed.line(cell("job_title"), field="job_title"),
            phone=typed.line(cell("phone"), field="phone", limit=50),
            language=_choice(_LANGUAGES, cell("language"), "language_unknown"),
            time_zone=typed.time_zone(cell("time_zone")) if cell("time_zone") else "",
            is_vip=_choice(_YES_NO, cell("vip"), "csv_yes_or_no"),
        )
        line = ImportLine(
            number,
            details,
            self._roles(cell("roles")),
            self._teams(cell("teams"), organization),
            self.columns,
        )
        self.seen[email] = number
        return line

    def _organization(self, name: str) -> Organization:
        found = self.organizations.get(name.lower()) if name else self.home
        if found is None:
            raise InvalidInput("csv_organization_unknown", field="organization", name=name)
        return found

    def _roles(self, value: str) -> list[str]:
        roles = [self.roles.get(name.lower()) or role_by_code(name) for name in _names(value)]
        for role in roles:
            check_can_grant(self.actor, expand(role.permissions))
        return [role.code for role in roles]

    def _teams(self, value: str, organization: Organization) -> list[Team]:
        teams = []
        for name in _names(value):
            team = self.teams.get(name.lower())
            if team is None:
                raise InvalidInput("csv_team_unknown", field="teams", name=name)
            teams.append(team)
        if teams and not organization.is_provider:
            raise InvalidInput("team_needs_provider_person", field="teams")
        if teams and not self.actor.is_provider:
            raise NotAllowed("permission_missing")
        return teams


def _choice(choices: dict[str, Value], value: str, code: str) -> Value:
    if value.lower() not in choices:
        raise InvalidInput(code, value=value[:60])
    return choices[value.lower()]


def _named(rows: Iterable[Row], name: str, code: str) -> Row | None:
    if not name:
        return None
    found = next((row for row in rows if row.name.lower() == name.lower()), None)
    if found is None:
        raise InvalidInput(code, name=name[:100])
    return found


def _names(value: str) -> list[str]:
    return [name.strip() for name in value.replace("；", ";").replace("|", ";").split(";") if name.strip()]
