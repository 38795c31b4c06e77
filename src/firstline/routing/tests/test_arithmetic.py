"""The two arithmetics: priority from facts, and who gets to a ticket soonest."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstline.routing.enums import DEFAULT_MATRIX, SENTENCES, Gate
from firstline.routing.priorities import first_word, priority_of
from firstline.routing.weighing import Candidate, Work, judge
from firstline.tickets.actions import Facts
from firstline.tickets.enums import CanWork, Kind


def facts(text: str = "It is broken", **fields: object) -> Facts:
    given = {"subject": text, "body": "", "kind": "incident", "channel": "portal", "language": "en"}
    return Facts(**{**given, **fields})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("given", "expected", "code"),
    [
        (facts(), (3, 3, 3), "impact_one"),
        (facts(can_work="no"), (3, 1, 2), "impact_one"),
        (facts(can_work="partly"), (3, 2, 3), "impact_one"),
        (facts(can_work="yes"), (3, 4, 4), "impact_one"),
        (facts(kind="service_request"), (4, 3, 4), "impact_wish"),
        (facts(requester_is_vip=True), (2, 3, 3), "impact_vip"),
        (facts(service_criticality=1, service_name="ERP", can_work="no"), (2, 1, 1), "impact_service"),
        (facts(service_criticality=4), (3, 3, 3), "impact_one"),
        (facts(service_criticality=1, kind="service_request"), (3, 3, 3), "impact_service"),
        (facts(device_criticality=1), (2, 3, 3), "impact_device"),
        (facts("The whole office is offline", can_work="yes"), (1, 1, 1), "impact_outage"),
        (facts("全公司都上不了网"), (1, 1, 1), "impact_outage"),
        (facts("We were hacked!"), (2, 1, 1), "impact_breach"),
        (facts("电脑中了勒索软件"), (2, 1, 1), "impact_breach"),
        (facts("Suspicious mail received", can_work="yes"), (3, 2, 3), "impact_one"),
        (facts(alert_severity="critical"), (2, 1, 1), "impact_alert"),
        (facts(alert_severity="info"), (4, 3, 4), "impact_alert"),
        (facts("hacked", impact=4, urgency=4), (4, 4, 4), "impact_given"),
        (facts("shackled to my desk"), (3, 3, 3), "impact_one"),
    ],
)
def test_priority(given: Facts, expected: tuple[int, int, int], code: str) -> None:
    proposal = priority_of(given, DEFAULT_MATRIX)

    assert (proposal.impact, proposal.urgency, proposal.priority) == expected
    assert proposal.reasons[0].code == code
    assert proposal.reasons[-1].code == "matrix"


@given(
    st.builds(
        Facts,
        subject=st.text(max_size=40), body=st.text(max_size=40), kind=st.sampled_from(Kind.values),
        channel=st.just("portal"), language=st.just("en"), can_work=st.sampled_from(CanWork.values),
        requester_is_vip=st.booleans(), service_criticality=st.none() | st.integers(1, 4),
        alert_severity=st.sampled_from(["", "critical", "warning", "nonsense"]),
        impact=st.none() | st.integers(1, 4), urgency=st.none() | st.integers(1, 4),
    )
)  # fmt: skip
def test_priority_is_always_within_bounds_with_registered_reasons(given: Facts) -> None:
    proposal = priority_of(given, DEFAULT_MATRIX)

    assert {proposal.impact, proposal.urgency, proposal.priority} <= {1, 2, 3, 4}
    assert all(reason.code in SENTENCES for reason in proposal.reasons)
    for reason in proposal.reasons:
        assert str(SENTENCES[reason.code]) % {**reason.params, "name": ""}


def test_first_word_without_words() -> None:
    assert first_word("anything", ()) == ""


WORK = Work("Desk", 30)
SKILLED = Work("Desk", 60, "SAP", 2)


@pytest.mark.parametrize(
    ("work", "candidates", "chosen", "code"),
    [
        (WORK, [], None, "nobody_member"),
        (WORK, [Candidate(1, 0, 0, 10)], 1, "assigned_only"),
        (WORK, [Candidate(1, 90, 3, 10), Candidate(2, 60, 5, 10)], 2, "assigned_least"),
        (WORK, [Candidate(1, 60, 5, 10), Candidate(2, 60, 4, 10)], 2, "assigned_least"),
        (WORK, [Candidate(2, 60, 4, 10), Candidate(1, 60, 4, 10)], 1, "assigned_least"),
        (WORK, [Candidate(1, 0, 10, 10), Candidate(2, 500, 9, 10)], 2, "assigned_only"),
        (WORK, [Candidate(1, 0, 10, 10)], None, "nobody_free"),
        (WORK, [Candidate(1, 0, 0, 0)], None, "nobody_free"),
        (WORK, [Candidate(1, 0, 0, 10, on_shift=False)], None, "nobody_on_shift"),
        (SKILLED, [Candidate(1, 0, 0, 10), Candidate(2, 90, 3, 10, level=1)], None, "nobody_skilled"),
        (SKILLED, [Candidate(1, 40, 1, 10, 2), Candidate(2, 45, 1, 10, 5)], 2, "assigned_skilled"),
    ],
)  # fmt: skip
def test_judge(work: Work, candidates: list[Candidate], chosen: int | None, code: str) -> None:
    verdict = judge(work, candidates)

    assert (verdict.chosen_id, verdict.reason.code) == (chosen, code)
    assert len(verdict.weighed) == len(candidates)
    assert str(SENTENCES[code]) % {**verdict.reason.params, "name": "Tina"}


candidates = st.lists(
    st.builds(
        Candidate, person_id=st.integers(1, 50), load_minutes=st.integers(0, 500),
        load_tickets=st.integers(0, 20), cap=st.integers(0, 20), level=st.integers(0, 5),
        on_shift=st.booleans(),
    ),
    unique_by=lambda candidate: candidate.person_id, max_size=8,
)  # fmt: skip


@given(candidates, st.sampled_from([WORK, SKILLED]), st.randoms())
def test_judge_takes_the_soonest_who_fits_whatever_the_order(given, work, random) -> None:
    verdict = judge(work, given)
    shuffled = list(given)
    random.shuffle(shuffled)

    assert judge(work, shuffled).chosen_id == verdict.chosen_id
    fitting = [each for each in verdict.weighed if each.gate == Gate.NONE]
    assert (verdict.chosen_id is None) == (not fitting)
    if fitting:
        assert next(e for e in fitting if e.person_id == verdict.chosen_id).score == min(
            e.score for e in fitting
        )
