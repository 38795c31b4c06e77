"""Run as a module on a filled data folder: the engine's answers and times, as one JSON object.

    python -m bench.search.inside EMAIL_OF_A_TECHNICIAN EMAIL_OF_AN_ADMINISTRATOR

Everything goes through the product's own queries and actions, in this process, without HTTP.
"""

import json
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from random import Random
from typing import Any

import django
from tests.campaigns import judged

TYPED, SIMILAR, INDEXED, MISTYPED, FRAGMENTS = 120, 200, 300, 300, 400
WARM_UP = 20
PAGE = 10
SOURCE = "ticket"
Times = tuple[float, float]


class Inside:
    """The measurements; every list is of pairs: milliseconds, and milliseconds of the processor."""

    def __init__(self, technician: str, administrator: str) -> None:
        from firstline.accounts.models import Person
        from firstline.accounts.queries import actor_for
        from firstline.search import actions, queries
        from firstline.tickets.models import Ticket

        self.queries, self.actions, self.tickets = queries, actions, Ticket.objects
        self.technician = actor_for(Person.objects.get(email=technician))
        self.administrator = actor_for(Person.objects.get(email=administrator))
        # What the service's worker would do: the dictionary is up to date.
        while actions.count_terms():
            pass
        self.random = Random(3)
        self.count = self.tickets.count()
        ids = list(self.tickets.values_list("pk", flat=True))
        chosen = self.random.sample(ids, min(len(ids), 2_000))
        self.sample = list(self.tickets.filter(pk__in=chosen).order_by("pk"))
        self.random.shuffle(self.sample)

    def all(self) -> dict[str, Any]:
        """Every figure."""
        return {
            "tickets": self.count,
            "typing": self.typing(),
            "similar": self.similar(),
            "index": self.index(),
            "typos": self.typos(),
            "fragments": self.fragments(),
            "hostile": self.hostile(),
        }

    def typing(self) -> list[Times]:
        """Every beginning of typed queries, as the palette and the search page ask them."""
        subjects = [ticket.subject for ticket in self.sample[:TYPED]]
        known = [query.text for name in ("queries.en", "queries.zh") for query in judged.judged(name)]
        texts = [*subjects, *self.random.sample(known, TYPED)]
        prefixes = [text[:end] for text in texts for end in range(1, min(len(text), 40) + 1)]
        for prefix in prefixes[:WARM_UP]:
            self._find(prefix)
        return [_milliseconds(lambda text=prefix: self._find(text)) for prefix in prefixes]

    def similar(self) -> list[Times]:
        """What the ticket page asks for each ticket."""
        times = []
        for ticket in self.sample[: SIMILAR + WARM_UP]:
            text = ticket.messages.order_by("pk").values_list("body_text", flat=True).first() or ""
            times.append(
                _milliseconds(
                    lambda ticket=ticket, text=text: self.queries.similar(
                        self.technician, text, title=ticket.subject, exclude=(SOURCE, ticket.pk)
                    )
                )
            )
        return times[WARM_UP:]

    def index(self) -> list[Times]:
        """One changed ticket after the other into the index, each in a transaction of its own."""
        from django.db import transaction

        source = self.queries.source_of(SOURCE)
        found = list(source.documents([ticket.pk for ticket in self.sample[:INDEXED]]))

        def write(document: Any) -> None:
            with transaction.atomic():
                self.actions.index_many([document])

        changed = [
            replace(document, text=f"{document.text}\nmeasured again {n}") for n, document in enumerate(found)
        ]
        times = [_milliseconds(lambda document=document: write(document)) for document in changed]
        for document in found:
            write(document)
        while self.actions.count_terms():
            pass
        return times

    def typos(self) -> dict[str, float]:
        """Queries of two or three words, right and with one word mistyped: what of the first ten stays."""
        shares = []
        for ticket in self.sample:
            words = [
                word for word in ticket.subject.split() if word.isascii() and word.isalpha() and len(word) > 4
            ]
            if len(words) < 2:
                continue
            right = words[: self.random.randint(2, 3)]
            wrong = list(right)
            place = self.random.randrange(len(wrong))
            wrong[place] = judged.mistype(self.random, wrong[place])
            first, second = (self._ids(" ".join(each)) for each in (right, wrong))
            if first:
                shares.append(len(set(first) & set(second)) / len(first))
            if len(shares) == MISTYPED:
                break
        return {"mean": sum(shares) / len(shares), "any": sum(share > 0 for share in shares) / len(shares)}

    def fragments(self) -> dict[str, Any]:
        """Pieces of Chinese cut anywhere out of requests: is their ticket found?"""
        chinese = list(self.tickets.filter(language__startswith="zh").order_by("-pk")[:5_000])
        lost, asked = [], 0
        while asked < FRAGMENTS and chinese:
            ticket = self.random.choice(chinese)
            body = ticket.messages.order_by("pk").values_list("body_text", flat=True).first() or ""
            runs = judged.CHINESE.findall(f"{ticket.subject}\n{body}")
            if not runs:
                continue
            asked += 1
            piece = judged.cut(self.random, self.random.choice(runs))
            results = self.queries.find(self.administrator, piece, kinds=[SOURCE], limit=200, live=False)
            is_among = any(hit.object_id == ticket.pk for hit in results.hits)
            if not is_among and results.total <= 200 and not results.is_capped:
                lost.append(piece)
        return {"asked": asked, "lost": lost}

    def hostile(self) -> list[Times]:
        """Ten kilobytes, control characters, operators left open; each twice."""
        times = [_milliseconds(lambda text=text: self._find(text)) for text in judged.HOSTILE]
        return [*times, *(_milliseconds(lambda text=text: self._find(text)) for text in judged.HOSTILE)]

    def _find(self, text: str) -> Any:
        return self.queries.find(self.technician, text, limit=PAGE, live=True)

    def _ids(self, text: str) -> Sequence[tuple[str, int]]:
        results = self.queries.find(self.technician, text, kinds=[SOURCE], limit=PAGE, live=False)
        return [(hit.kind, hit.object_id) for hit in results.hits]


def _milliseconds(action: Callable[[], object]) -> Times:
    start, busy = time.perf_counter(), time.process_time()
    action()
    return (time.perf_counter() - start) * 1000, (time.process_time() - busy) * 1000


def main() -> None:
    django.setup()
    print(json.dumps(Inside(*sys.argv[1:3]).all(), ensure_ascii=False))


if __name__ == "__main__":
    main()
