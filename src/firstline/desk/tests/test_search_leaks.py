"""Nothing of what a person may not see shows in a search: no title, count, facet, completion or snippet.

One house with two customers and two teams; everybody searches for every secret of the others. Each test
first makes sure that somebody does find what is looked for.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO

import pytest

from firstline.accounts.actions import anonymise_person
from firstline.accounts.models import Person, Role, RoleGrant, TeamMembership
from firstline.accounts.queries import actor_for
from firstline.accounts.testing import make_person
from firstline.devices.models import Device
from firstline.devices.testing import make_device
from firstline.files.actions import store
from firstline.files.models import StoredFile
from firstline.kit.actor import ANONYMOUS, Actor
from firstline.knowledge import actions as knowledge
from firstline.knowledge.actions import ArticleContent
from firstline.knowledge.models import Article
from firstline.organizations.testing import make_organization, make_team
from firstline.outbox.testing import drain
from firstline.search import queries
from firstline.search.queries import Results
from firstline.search.testing import settle
from firstline.tickets import actions
from firstline.tickets.models import Ticket
from firstline.tickets.testing import Cast, make_cast, make_ticket

# Words that stand in exactly one place each.
NOTE, NOTE_FILE = "quetzalnote", "okapifile"
PUBLIC, PUBLIC_FILE = "narwhalreply", "ibexfile"
FOREIGN, OTHER_TEAM = "axolotlplan", "pangolinroute"
DRAFT, TEAM_ARTICLE, CONTOSO_ARTICLE, OPEN_ARTICLE = "dugongdraft", "wombatteam", "tapirlocal", "lemuropen"
FOREIGN_HOST, OWN_HOST = "fab-srv-77", "con-lt-11"
FOREIGN_PERSON = "Quinlan Xerxes"
TAG = "difficultcustomer"

pytestmark = pytest.mark.django_db(transaction=True)


@dataclass(frozen=True, slots=True)
class House:
    cast: Cast
    ticket: Ticket
    other_team: Ticket
    foreign: Ticket
    host: Device
    article: Article
    people: dict[str, Person]

    def actor(self, name: str) -> Actor:
        person = self.people.get(name) or getattr(self.cast, name)
        return actor_for(Person.objects.get(pk=person.pk))


@pytest.fixture
def house() -> House:
    cast = make_cast()
    fabrikam = make_organization("Fabrikam")
    technician = cast.actor("technician")
    own = make_device(cast.contoso, owner=cast.requester, hostname=OWN_HOST, serial="SN-OWN-1")
    host = make_device(fabrikam, owner=cast.stranger, hostname=FOREIGN_HOST, serial="SN-FAB-9")
    people = {
        "quinlan": make_person(FOREIGN_PERSON, "requester", organization=fabrikam),
        "inhouse": make_person("Ines Inhouse", "technician", organization=cast.contoso),
        "administrator": make_person("Ada Admin", "administrator"),
        "writer": make_person("Wim Writer", "technician", teams=[make_team("Writers")]),
    }
    ticket = make_ticket(cast, "Projector flickers", device=own)
    actions.reply(
        actor=technician, ticket=ticket, body=f"We sent {PUBLIC}.", files=[_file(technician, PUBLIC_FILE)]
    )
    actions.add_note(
        actor=technician, ticket=ticket, body=f"He broke it: {NOTE}", files=[_file(technician, NOTE_FILE)]
    )
    actions.change_details(actor=technician, ticket=ticket, tags=[TAG])
    foreign = make_ticket(cast, f"Merger {FOREIGN}", requester=cast.stranger, device=host)
    other_team = make_ticket(cast, f"Backbone {OTHER_TEAM}", requester=cast.colleague, team=cast.network)
    article = _articles(cast)
    _index_everything(people, cast)
    return House(cast, ticket, other_team, foreign, host, article, people)


def _file(actor: Actor, words: str) -> StoredFile:
    return store(actor=actor, stream=BytesIO(f"inside: {words}".encode()), name="log.txt")


def _articles(cast: Cast) -> Article:
    manager = cast.actor("manager")
    draft = knowledge.create_article(actor=manager, content=ArticleContent(f"How to {DRAFT}", "Later.", "en"))
    for content in (
        ArticleContent(f"Inner {TEAM_ARTICLE}", "For one team.", "en", audience="team", team=cast.network),
        ArticleContent(f"Ours {CONTOSO_ARTICLE}", "For one house.", "en", organization=cast.contoso),
        ArticleContent(f"Everybody {OPEN_ARTICLE}", "For all.", "en", audience="public"),
    ):
        knowledge.publish_article(
            actor=manager, article=knowledge.create_article(actor=manager, content=content)
        )
    return draft


def _index_everything(people: dict[str, Person], cast: Cast) -> None:
    from django.db import transaction

    from firstline.search.actions import touch

    with transaction.atomic():
        touch(kind="person", object_ids=Person.objects.values_list("pk", flat=True))
        touch(kind="device", object_ids=Device.objects.values_list("pk", flat=True))
    drain(allow_failures=False)
    settle()


# Who finds which word. Names of the cast, plus: quinlan and stranger of Fabrikam, inhouse (a technician
# who works for Contoso itself), administrator, writer (a technician in no team with tickets), anonymous.
STAFF = {"technician", "teammate", "manager", "administrator"}
FINDERS: dict[str, set[str]] = {
    NOTE: STAFF,
    NOTE_FILE: STAFF,
    PUBLIC: STAFF | {"requester"},
    PUBLIC_FILE: STAFF | {"requester"},
    FOREIGN: STAFF | {"stranger"},
    OTHER_TEAM: {"outsider", "manager", "administrator", "colleague"},
    OPEN_ARTICLE: {
        "requester", "colleague", "stranger", "technician", "teammate", "outsider", "manager", "quinlan",
        "inhouse", "administrator", "writer", "anonymous",
    },
    TEAM_ARTICLE: {"outsider"},
}  # fmt: skip
EVERYBODY = sorted(FINDERS[OPEN_ARTICLE])


def _actor(house: House, name: str) -> Actor:
    return ANONYMOUS if name == "anonymous" else house.actor(name)


def _shown(results: Results) -> str:
    """Everything that a page could show of an answer."""
    words = [str(results.total), *(correction.used for correction in results.corrections)]
    for hit in results.hits:
        words += [hit.title, *(part for part, _ in hit.snippet_parts)]
        words += [value for values in hit.fields.values() for value in values]
    words += [f"{value.value} {value.label}" for facet in results.facets for value in facet.values]
    return "\n".join(words).casefold()


def _ways_to_ask(word: str) -> Iterator[str]:
    yield from (word, word[:5], f'"{word}"', f"{word[:-1]}", f"{word[1]}{word[0]}{word[2:]}")


def test_each_word_is_found_by_those_who_may_and_by_nobody_else(house: House) -> None:
    for word, finders in FINDERS.items():
        found = {name for name in EVERYBODY if queries.find(_actor(house, name), word, live=False).total}
        assert found == finders, word


def test_nothing_shows_of_what_is_not_found(house: House) -> None:
    for word, finders in FINDERS.items():
        for name in set(EVERYBODY) - finders:
            actor = _actor(house, name)
            for typed in _ways_to_ask(word):
                results = queries.find(actor, typed, facets=True)
                assert word not in _shown(results), (name, typed)
            alike = queries.similar(actor, f"{word} {word} and more words", kinds=["ticket", "article"])
            assert not [hit for hit in alike if word in hit.title.casefold()], (name, word)


def test_drafts_and_articles_of_one_house_stay_there(house: House) -> None:
    def finders(word: str) -> set[str]:
        return {name for name in EVERYBODY if queries.find(_actor(house, name), word, live=False).total}

    writers = {name for name in EVERYBODY if "knowledge:article:edit" in _actor(house, name).permissions}

    assert finders(DRAFT) == writers
    assert "requester" not in writers
    assert finders(CONTOSO_ARTICLE) >= {"requester", "colleague", "manager"}
    assert not finders(CONTOSO_ARTICLE) & {"stranger", "quinlan", "anonymous"}


def test_people_and_devices_of_others_are_unknown(house: House) -> None:
    provider = {"technician", "teammate", "outsider", "manager", "administrator", "writer"}
    asked = {
        FOREIGN_HOST: provider | {"stranger"},
        "SN-FAB-9": provider | {"stranger"},
        "Xerxes": provider | {"quinlan"},
    }
    for word, finders in asked.items():
        answers = {
            name: queries.find(_actor(house, name), word, kinds=["device", "person"], live=False)
            for name in EVERYBODY
        }
        found = {name for name, answer in answers.items() if answer.total and not answer.is_partial}
        assert found == finders, word
        for name in set(EVERYBODY) - finders:
            assert not {FOREIGN_HOST, FOREIGN_PERSON.casefold()} & set(_shown(answers[name]).split("\n")), (
                name
            )


def test_a_note_weighs_nothing_for_those_who_may_not_read_it(house: House) -> None:
    requester = house.actor("requester")
    with_note = queries.find(requester, f"projector {NOTE}", live=False)
    plain = queries.find(requester, "projector", live=False)

    assert queries.find(house.actor("technician"), f"projector {NOTE}", live=False).total == 1
    assert with_note.is_partial or with_note.total == 0
    assert plain.total == 1
    assert not queries.find(requester, OWN_HOST, kinds=["ticket"], live=False).hits


def test_filters_facets_and_completions_tell_requesters_nothing_internal(house: House) -> None:
    requester, technician = house.actor("requester"), house.actor("technician")

    assert queries.find(technician, f"tag:{TAG}").total == 1
    facets = {facet.name for facet in queries.find(technician, "projector", facets=True).facets}
    assert {"team", "priority", "tag"} <= facets

    assert queries.find(requester, f"tag:{TAG}").total == 0
    seen = queries.find(requester, "projector", facets=True)
    assert not {"team", "priority", "tag", "assignee", "device"} & {facet.name for facet in seen.facets}
    assert not {"team", "priority", "tag", "device"} & {name for hit in seen.hits for name in hit.fields}
    for typed in ("ta", "tag:", "team:", "assignee:", "device:", "priority:"):
        assert not queries.complete(requester, typed, len(typed)), typed


def test_completions_name_nobody_from_elsewhere(house: House) -> None:
    def proposed(name: str, typed: str) -> str:
        return " ".join(one.insert for one in queries.complete(_actor(house, name), typed, len(typed)))

    assert "Quinlan" in proposed("technician", "requester:Qui")
    assert FOREIGN_HOST in proposed("technician", "device:fab")
    assert "Fabrikam" in proposed("technician", "organisation:Fab")
    for name in ("requester", "inhouse", "anonymous"):
        assert "Quinlan" not in proposed(name, "requester:Qui")
        assert FOREIGN_HOST not in proposed(name, "device:fab")
        assert "Fabrikam" not in proposed(name, "organisation:Fab")
    assert TAG not in proposed("outsider", "tag:diff")
    assert TAG in proposed("technician", "tag:diff")


def test_stale_entries_show_nothing(house: House) -> None:
    """Permissions changed, the index does not know yet: the owner's second look protects what is shown."""
    technician = house.actor("technician")
    assert queries.find(technician, NOTE).total == queries.find(technician, FOREIGN).total == 1

    actions.escalate_ticket(actor=house.actor("manager"), ticket=house.ticket, team=house.cast.network)
    for word in (NOTE, PUBLIC, PUBLIC_FILE):
        results = queries.find(technician, word, facets=True)
        assert (results.hits, results.total) == ([], 0), word
    assert TAG not in _shown(queries.find(technician, "projector", facets=True))

    settle()
    assert queries.find(house.actor("outsider"), NOTE).total == 1


def test_a_technician_who_only_follows_any_more_reads_no_notes(house: House) -> None:
    manager, technician = house.actor("manager"), house.actor("technician")
    actions.add_watcher(actor=manager, ticket=house.ticket, person=house.cast.technician)
    settle()
    actions.escalate_ticket(actor=manager, ticket=house.ticket, team=house.cast.network)

    for _index in ("stale", "followed"):
        assert NOTE not in _shown(queries.find(technician, f"projector {NOTE}"))
        assert queries.find(technician, NOTE, live=False).total == 0
        settle()
    assert queries.find(technician, PUBLIC).total == 1


def test_leaving_team_role_or_account_counts_at_once(house: House) -> None:
    TeamMembership.objects.filter(person=house.cast.teammate).delete()
    Person.objects.filter(pk=house.cast.teammate.pk).update(permissions_version=1)
    assert queries.find(house.actor("teammate"), NOTE).total == 0

    RoleGrant.objects.filter(person=house.cast.manager).delete()
    RoleGrant.objects.create(person=house.cast.manager, role=Role.objects.get(code="requester"))
    Person.objects.filter(pk=house.cast.manager.pk).update(permissions_version=1)
    assert queries.find(house.actor("manager"), FOREIGN).total == 0

    Person.objects.filter(pk=house.cast.requester.pk).update(is_active=False, permissions_version=1)
    assert queries.find(house.actor("requester"), PUBLIC).total == 0


def test_an_erased_person_is_in_no_answer(house: House) -> None:
    administrator = house.actor("administrator")
    stranger = house.cast.stranger
    assert queries.find(administrator, "Sam Stranger", kinds=["person"]).total == 1
    assert queries.find(administrator, "stranger", kinds=["ticket"]).total >= 1

    person = Person.objects.get(pk=stranger.pk)
    anonymise_person(actor=administrator, person=person, confirmation=stranger.name)
    drain()
    settle()

    for word in ("Sam Stranger", "sam.stranger@example.com", FOREIGN):
        assert "sam" not in _shown(queries.find(administrator, word, facets=True)), word
        people = queries.find(administrator, word, kinds=["person"], live=False)
        assert people.is_partial or not people.total, word
    assert queries.find(administrator, FOREIGN, live=False).total == 0
