"""People as search knows them: accounts lies below search, so their source is here."""

from collections.abc import Collection, Iterable, Iterator, Sequence

from django.utils.translation import pgettext_lazy

from firstline.accounts.models import Person
from firstline.accounts.permissions import PEOPLE_MANAGE
from firstline.accounts.queries import visible_to
from firstline.kit.actor import Actor
from firstline.search.documents import Document
from firstline.search.sources import FieldSpec, Source, register_source

KIND = "person"
# Declared by the tickets slice above.
_WORKS_ON_TICKETS = "tickets:ticket:view"


def register() -> None:
    """Make people searchable."""
    register_source(
        Source(
            kind=KIND,
            label=pgettext_lazy("found", "People"),
            icon="users",
            documents=documents,
            ids_after=ids_after,
            visible=still_visible,
            url=address_of,
            tokens=tokens,
            fields=_FIELDS,
        )
    )


def documents(ids: Sequence[int]) -> Iterator[Document]:
    """The documents of those who are still with us, with two queries; erased people have none."""
    people = Person.objects.filter(pk__in=ids, is_active=True, erased_at=None).order_by("id")
    for person in people.select_related("department", "site", "organization").prefetch_related("teams"):
        yield _document(person)


def ids_after(after_id: int, limit: int) -> Sequence[int]:
    """The next people in order of their ids."""
    return list(Person.objects.filter(pk__gt=after_id).order_by("pk").values_list("pk", flat=True)[:limit])


def still_visible(actor: Actor, ids: Collection[int]) -> set[int]:
    """Which of these people the actor may see now."""
    people = visible_to(actor).filter(pk__in=ids, is_active=True, erased_at=None)
    return set(people.values_list("pk", flat=True))


def tokens(actor: Actor) -> Iterable[str]:
    """By what an actor finds people: the same as `accounts.queries.visible_to`."""
    if actor.is_provider and (actor.may(PEOPLE_MANAGE) or actor.may(_WORKS_ON_TICKETS)):
        return ["people"]
    if actor.may(PEOPLE_MANAGE):
        return [f"people:{actor.organization_id}"]
    return [f"person:{actor.id}"] if actor.kind == "person" and actor.id is not None else []


def address_of(person_id: int, actor: Actor) -> str:
    """Where the actor meets a person: their record, one's own profile, or a ticket in their name."""
    if actor.may(PEOPLE_MANAGE):
        return f"/admin/people/{person_id}/"
    return "/accounts/profile/" if actor.id == person_id else f"/desk/tickets/new/?requester={person_id}"


def _document(person: Person) -> Document:
    department = person.department.name if person.department else ""
    site = person.site.name if person.site else ""
    fields = {
        "organisation": [person.organization.name],
        "department": [department],
        "site": [site],
        "team": sorted(team.name for team in person.teams.all()),
    }
    return Document(
        kind=KIND,
        object_id=person.pk,
        organization_id=person.organization_id,
        title=person.name,
        text="\n".join(filter(None, [person.job_title, department, site, person.organization.name])),
        visibility=["people", f"people:{person.organization_id}", f"person:{person.pk}"],
        identifiers=[*filter(None, [person.email, *_numbers(person.phone)])],
        names=[person.name],
        fields={name: values for name, values in fields.items() if any(values)},
        changed_at=person.created_at,
    )


def _numbers(phone: str) -> list[str]:
    """A telephone number as written, and as digits alone."""
    digits = "".join(filter(str.isdigit, phone))
    return [phone, digits] if digits and digits != phone else [phone]


_FIELDS = (
    FieldSpec(
        "organisation", pgettext_lazy("field", "Organisation"),
        aliases=("organization", "org", "customer", "company", "组织", "客户", "公司"),
    ),
    FieldSpec("department", pgettext_lazy("field", "Department"), aliases=("dept", "部门")),
    FieldSpec("site", pgettext_lazy("field", "Site"), aliases=("office", "地点", "办公室")),
    FieldSpec("team", pgettext_lazy("field", "Team"), aliases=("queue", "group", "团队", "小组", "组")),
)  # fmt: skip
