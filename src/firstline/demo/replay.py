"""Tells the stories again by the real actions, each at its own past time.

Everything the product derives (priority, clocks, timelines, audit, search) is therefore derived here too,
never written by hand.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from firstline.accounts.models import Person
from firstline.accounts.queries import actor_for
from firstline.demo import content as told
from firstline.demo.content import SOLVED, Content, Message, Story
from firstline.demo.house import Built
from firstline.kit import clock
from firstline.kit.actor import SYSTEM, Actor
from firstline.tickets import actions as tickets
from firstline.tickets.models import Ticket
from firstline.tickets.permissions import can_view

_FIRST_TOUCH = timedelta(minutes=2)
_CONFIRMED_AFTER = timedelta(minutes=25)
_WAITING = {"waiting_requester", "waiting_supplier", "scheduled"}


@dataclass(order=True, slots=True)
class _Moment:
    at: datetime
    order: int
    act: Callable[[], None] = field(compare=False)


def tell(content: Content, built: Built) -> None:
    """Play every story's moments in the order of time, so that numbers and clocks come out right."""
    actors = {email: actor_for(person) for email, person in built.people.items()}
    people = {person.email: person for person in content.people}
    now = clock.now()
    moments: list[_Moment] = []
    for story in content.stories:
        teller = _Teller(story, people, built, actors, now)
        moments += teller.moments()
    moments.sort()
    for moment in moments:
        with clock.frozen(moment.at):
            moment.act()


class _Teller:
    """One story on its way to where it stands now."""

    def __init__(
        self,
        story: Story,
        people: dict[str, told.Person],
        built: Built,
        actors: dict[str, Actor],
        now: datetime,
    ) -> None:
        self._story = story
        self._told = people
        self._built = built
        self._actors = actors
        self._now = now
        self._start = now - timedelta(hours=story.age_hours)
        self._ticket: Ticket | None = None

    def moments(self) -> list[_Moment]:
        story = self._story
        acts: list[tuple[datetime, Callable[[], None]]] = [(self._start, self._create)]
        if story.assignee:
            acts.append((self._start + _FIRST_TOUCH, self._give_first))
        acts += [(self._at(message.after_minutes), self._saying(message)) for message in story.messages[1:]]
        last = max(message.after_minutes for message in story.messages)
        if story.status in SOLVED:
            acts.append((self._at(last + 1), self._resolve))
        elif story.assignee:
            acts.append((self._at(last), self._settle))
        if story.status in _WAITING:
            acts.append((self._at(last + 1), self._wait))
        if story.status == "closed":
            acts.append((self._at(last) + _CONFIRMED_AFTER, self._close))
        return [_Moment(min(at, self._now), order, act) for order, (at, act) in enumerate(acts)]

    def _at(self, after_minutes: float) -> datetime:
        return self._start + timedelta(minutes=after_minutes, seconds=3)

    def _create(self) -> None:
        story = self._story
        requester = self._person(story.requester)
        first = story.messages[0]
        self._ticket = tickets.create_ticket(
            actor=self._actors[first.author],
            requester=requester,
            subject=story.subject,
            body=first.body,
            channel=story.channel,
            kind=story.kind,
            can_work=story.can_work,
            device=self._built.devices[story.device] if story.device else None,
            service=self._built.services[story.service] if story.service else None,
            team=self._built.teams[self._first_team()],
            language=story.language,
            category=story.category,
            tags=story.tags,
        )

    def _first_team(self) -> str:
        owner = self._first_owner()
        return self._story.team if owner is None or self._story.team in owner.teams else owner.teams[0]

    def _first_owner(self) -> told.Person | None:
        """Who of the desk spoke first, or the one who has it now."""
        spoke = (self._told[message.author] for message in self._story.messages)
        first = next((person for person in spoke if person.is_staff), None)
        return first or (self._told[self._story.assignee] if self._story.assignee else None)

    def _give_first(self) -> None:
        owner = self._first_owner()
        if owner is not None:
            self._give(owner, SYSTEM)

    def _give(self, owner: told.Person, giver: Actor) -> None:
        """Hand the ticket over, to a team of the new owner's."""
        team = self._story.team if self._story.team in owner.teams else owner.teams[0]
        ticket = self._made()
        tickets.assign_ticket(
            actor=giver,
            ticket=ticket,
            assignee=self._person(owner.email),
            team=self._built.teams[team] if self._built.teams[team].pk != ticket.team_id else None,
        )

    def _hand_over_to(self, email: str) -> None:
        """Before somebody of another team speaks, they have been given the ticket; a colleague of the
        requester follows it."""
        owner, ticket = self._told[email], self._made()
        if can_view(self._actors[email], ticket):
            return
        if owner.is_staff:
            self._give(owner, SYSTEM)
        else:
            tickets.add_watcher(actor=SYSTEM, ticket=ticket, person=self._person(email))

    def _settle(self) -> None:
        """At the end it lies with whom the story says."""
        if self._story.assignee and self._made().assignee_id != self._person(self._story.assignee).pk:
            self._give(self._told[self._story.assignee], SYSTEM)

    def _saying(self, message: Message) -> Callable[[], None]:
        def act() -> None:
            self._hand_over_to(message.author)
            say = tickets.add_note if message.kind == "note" else tickets.reply
            say(actor=self._actors[message.author], ticket=self._made(), body=message.body)

        return act

    def _resolve(self) -> None:
        self._hand_over_to(self._desk())
        ticket = self._made()
        text = self._story.solution or self._story.messages[-1].body
        tickets.resolve_ticket(actor=self._actors[self._desk()], ticket=ticket, solution=text)
        if self._story.rating and self._story.status == "resolved":
            self._rate()

    def _wait(self) -> None:
        self._hand_over_to(self._desk())
        tickets.change_status(
            actor=self._actors[self._desk()], ticket=self._made(), status=self._story.status
        )

    def _close(self) -> None:
        ticket = self._made()
        if not ticket.is_open and ticket.status == "resolved":
            tickets.confirm_ticket(actor=self._actors[self._story.requester], ticket=ticket)
            if self._story.rating:
                self._rate()

    def _rate(self) -> None:
        tickets.rate_ticket(
            actor=self._actors[self._story.requester],
            ticket=self._made(),
            stars=self._story.rating or 5,
            comment=self._story.rating_comment or "",
        )

    def _desk(self) -> str:
        """Somebody of the desk who has spoken, or the assignee."""
        if self._story.assignee:
            return self._story.assignee
        return next(m.author for m in self._story.messages if m.author != self._story.requester)

    def _made(self) -> Ticket:
        assert self._ticket is not None
        return Ticket.objects.get(pk=self._ticket.pk)

    def _person(self, email: str) -> Person:
        return self._built.people[email]
