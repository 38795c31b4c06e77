"""Search on a scratch index: what must be found is found, and both databases answer alike.

`./firstline test --campaign search` takes 20,000 tickets and more questions.
"""

import pytest
from launcher import postgres
from tests.campaigns import judged
from tests.campaigns.process import is_full

from firstline.search.evaluation import evaluate
from firstline.search.judging import JudgedDocument, JudgedQuery

FIRST = 3
TICKETS, TICKETS_FULL = 1_000, 20_000
QUERIES, QUERIES_FULL = 500, 3_000
FRAGMENTS, FRAGMENTS_FULL = 300, 2_000
# A fragment of many documents is not expected to show a certain one of them.
SHOWN = 60


class Answers:
    """The same questions asked on one database and, when wanted, on the other."""

    def __init__(self) -> None:
        self.documents: list[JudgedDocument] = judged.documents(TICKETS_FULL if is_full() else TICKETS)
        self.mixed = judged.mixed_queries(self.documents, QUERIES_FULL if is_full() else QUERIES)
        self.fragments = judged.fragments(self.documents, FRAGMENTS_FULL if is_full() else FRAGMENTS)
        # What is relevant plays no part here.
        anything = frozenset({self.documents[0].id})
        self.queries = [JudgedQuery(text, anything) for text in [*self.mixed, *self.fragments]]
        self.sqlite = evaluate(self.documents, self.queries).rankings

    def postgresql(self) -> list[list[str]]:
        """The answers of a throw-away PostgreSQL."""
        with postgres.cluster() as url:
            return evaluate(self.documents, self.queries, database="postgresql", server=url).rankings


@pytest.fixture(scope="module")
def answers() -> Answers:
    return Answers()


@pytest.mark.campaign
def test_every_task_finds_its_answer_among_the_first_three() -> None:
    tasks = judged.judged("tasks")

    rankings = evaluate(judged.documents(0), tasks, live=True).rankings

    missed = {
        task.text: ranking[:FIRST]
        for task, ranking in zip(tasks, rankings, strict=True)
        if not task.relevant & set(ranking[:FIRST])
    }
    assert missed == {}


@pytest.mark.campaign
def test_every_chinese_fragment_is_found(answers: Answers) -> None:
    lost = {}
    for fragment, ranking in zip(answers.fragments, answers.sqlite[len(answers.mixed) :], strict=True):
        holding = set(judged.holding(answers.documents, fragment))
        missing = holding - set(ranking) if len(holding) <= SHOWN else set()
        if missing or not holding & set(ranking):
            lost[fragment] = sorted(missing)
    assert lost == {}


@pytest.mark.campaign
def test_both_databases_answer_alike(answers: Answers) -> None:
    found = answers.postgresql()

    pairs = zip(answers.queries, answers.sqlite, found, strict=True)
    assert [query.text for query, one, other in pairs if one != other] == []
    assert sum(map(bool, found)) > len(found) // 2
