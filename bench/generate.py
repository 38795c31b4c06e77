"""Tickets for measurements, as JSON lines: seeded, in English and one in ten in Chinese.

    python bench/generate.py --tickets 20000 --seed 11 > tickets.jsonl

Lines come in the order agent, user, queue, ticket. What ticket n of a seed says does not depend on
how many are made; its status does, because the newest tenth is mostly still open.
"""

import argparse
import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import Any

words = SimpleNamespace(**json.loads(Path(__file__).with_name("vocabulary.json").read_text(encoding="utf-8")))

AGENTS, USERS = 24, 600
START = datetime(2024, 3, 1, 6, tzinfo=UTC)
MINUTES_APART = 3
STATUSES = ("new", "open", "pending", "resolved", "closed")
STATUS_WEIGHTS_RECENT = (22, 40, 18, 18, 2)
STATUS_WEIGHTS_OLD = (1, 4, 4, 36, 55)
PRIORITIES, PRIORITY_WEIGHTS = ("low", "normal", "high", "urgent"), (18, 62, 14, 6)
CHINESE_SHARE = 0.1

Line = dict[str, Any]


def lines(tickets: int, seed: int) -> Iterator[Line]:
    """Every line of a file with `tickets` tickets."""
    agents, users = _agents(seed), _users(seed)
    yield from agents
    yield from users
    for number, name in enumerate(words.queues, 1):
        yield {"type": "queue", "id": number, "name": name}
    speakers = [user for user in users if user["lang"] == "zh"]
    for number in range(1, tickets + 1):
        yield _Ticket(seed, number, tickets, agents, users, speakers).line()


def _agents(seed: int) -> list[Line]:
    choose = Random(f"agents {seed}")
    return [
        {"type": "agent", "id": number, "login": f"tech{number:02}", "email": f"tech{number:02}@desk.example",
         "name": f"{choose.choice(words.given)} {choose.choice(words.family)}"}
        for number in range(1, AGENTS + 1)
    ]  # fmt: skip


def _users(seed: int) -> list[Line]:
    choose = Random(f"users {seed}")
    users = []
    for number in range(1, USERS + 1):
        is_chinese = number % 10 == 3
        name = (
            choose.choice(words.family_zh) + choose.choice(words.given_zh)
            if is_chinese
            else f"{choose.choice(words.given)} {choose.choice(words.family)}"
        )
        login = f"p{number:04}"
        users.append(
            {"type": "user", "id": number, "login": login, "email": f"{login}@works.example", "name": name,
             "lang": "zh" if is_chinese else "en", "site": choose.choice(words.places)}
        )  # fmt: skip
    return users


class _Ticket:
    """One ticket being composed; every choice comes from its own random numbers."""

    def __init__(
        self, seed: int, number: int, total: int, agents: list[Line], users: list[Line], speakers: list[Line]
    ) -> None:
        self.random = Random(f"{seed} ticket {number}")
        self.number, self.total = number, total
        self.is_chinese = self.random.random() < CHINESE_SHARE
        topics = words.topics_zh if self.is_chinese else words.topics
        self.topic = self.random.choices(topics, [topic["weight"] for topic in topics])[0]
        self.user = self.random.choice(speakers if self.is_chinese else users)
        self.agent = self.random.choice(agents)
        self.created = START + timedelta(minutes=MINUTES_APART * number, seconds=self.random.randrange(120))

    def line(self) -> Line:
        subject = self._say(self.topic["subjects"])
        messages = self._messages()
        status = self._status()
        has_assignee = status != "new" and self.random.random() < 0.9
        follows_topic = self.random.random() < 0.6
        return {
            "type": "ticket",
            "id": self.number,
            "queue": self.topic["queue"] if follows_topic else self.random.choice(words.queues),
            "requester": self.user["id"],
            "assignee": self.agent["id"] if has_assignee else None,
            "status": status,
            "priority": self.random.choices(PRIORITIES, PRIORITY_WEIGHTS)[0],
            "lang": "zh" if self.is_chinese else "en",
            "topic": self.topic["name"],
            "tags": self.topic["tags"],
            "created": _iso(self.created),
            "updated": messages[-1]["created"],
            "subject": subject,
            "messages": messages,
        }

    def _status(self) -> str:
        is_recent = self.number > self.total * 0.9
        weights = STATUS_WEIGHTS_RECENT if is_recent else STATUS_WEIGHTS_OLD
        # A generator of its own: the total must not shift any other choice.
        return Random(f"{self.number} status").choices(STATUSES, weights)[0]

    def _messages(self) -> list[Line]:
        answered = self.created + timedelta(minutes=self.random.randint(4, 500))
        ended = answered + timedelta(minutes=self.random.randint(4, 1800))
        answer_kind = "note" if self.random.random() < 0.12 else "reply"
        request, answer = self._request(), self._answer()
        return [
            _message("user", self.user, "request", self.created, request),
            _message("agent", self.agent, answer_kind, answered, answer),
            _message("user", self.user, "reply", ended, self._outcome(answer)),
        ]

    def _request(self) -> str:
        happened = self._say(self.topic["happened"])
        details = self._say_some(self.topic["details"], 1, 4)
        if self.is_chinese:
            asides = self._say_some(words.asides_zh, 1, 2)
            parts = ["你好,", happened + "".join(details) + "".join(asides)]
        else:
            asides = self._say_some(words.asides, 2, 5)
            parts = [self._say(words.greetings), " ".join([happened, *details]), " ".join(asides)]
        if self.random.random() < 0.25:
            parts.append("\n".join(self._say(words.log_lines) for _ in range(self.random.randint(3, 9))))
        return "\n\n".join([*parts, self.user["name"] if self.is_chinese else self._say(words.closings)])

    def _answer(self) -> str:
        if self.is_chinese:
            text = f"{self.user['name']},你好:\n\n{self._say(self.topic['answers'])}有问题请直接回复。"
            return f"{text}\n\n{self.agent['name']}"
        first_name = self.user["name"].split()[0]
        text = f"{self._say(self.topic['answers'])} {self._say(words.promises)}"
        return f"Hello {first_name},\n\n{text}\n\n{self.agent['name']}\nIT support"

    def _outcome(self, answer: str) -> str:
        text = self._say(self.topic["outcomes"])
        if not self.is_chinese:
            text += " " + self._say(words.asides) + "\n\n" + self._say(words.closings)
        quotes = self.random.random() < 0.3
        return text + ("\n\n> " + answer.replace("\n", "\n> ") if quotes else "")

    def _say_some(self, choices: list[str], least: int, most: int) -> list[str]:
        count = min(len(choices), self.random.randint(least, most))
        return [self._fill(text) for text in self.random.sample(choices, count)]

    def _say(self, choices: list[str]) -> str:
        return self._fill(self.random.choice(choices))

    def _fill(self, text: str) -> str:
        if "{" not in text:
            return text
        choose = self.random
        at = self.created + timedelta(seconds=choose.randrange(3600))
        return text.format(
            n=choose.randint(11, 58),
            k=choose.randint(2, 9),
            asset=f"{choose.choice('ABCD')}{choose.randint(1000, 9999)}",
            code=choose.choice(words.codes),
            department=choose.choice(words.departments),
            place=choose.choice(words.places_zh) if self.is_chinese else self.user["site"],
            program=choose.choice(words.programs),
            model=choose.choice(words.models),
            login=self.user["login"],
            name=self.user["name"],
            weekday=choose.choice(words.weekdays_zh if self.is_chinese else words.weekdays),
            hour=f"{choose.randint(8, 17):02}",
            minute=f"{choose.randrange(60):02}",
            stamp=f"{at:%Y-%m-%d %H:%M:%S}",
            hexadecimal=f"{choose.getrandbits(32):08x}",
        )


def _message(kind: str, author: Line, message_kind: str, at: datetime, body: str) -> Line:
    return {
        "author": {"kind": kind, "id": author["id"]},
        "kind": message_kind,
        "created": _iso(at),
        "body": body,
    }


def _iso(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def main() -> None:
    parser = argparse.ArgumentParser(description="Tickets for measurements, as JSON lines on standard output")
    parser.add_argument("--tickets", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=11)
    options = parser.parse_args()
    for line in lines(options.tickets, options.seed):
        sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
