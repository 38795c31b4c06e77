"""Clocks of a subject through its life, and the ledger that explains them."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase as HypothesisTestCase

from firstline.accounts.testing import make_actor
from firstline.audit.queries import records_for
from firstline.kit import clock as kit_clock
from firstline.kit.actor import SYSTEM
from firstline.kit.refs import Ref
from firstline.organizations.testing import make_organization, make_team
from firstline.outbox.events import Context
from firstline.outbox.models import Event
from firstline.outbox.testing import drain
from firstline.servicelevels import actions, tasks
from firstline.servicelevels.enums import Cause
from firstline.servicelevels.models import Calendar, Clock, ClockSegment, Policy
from firstline.servicelevels.queries import clocks_for, clocks_for_many, ledger

MONDAY = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)  # the default calendar: Monday to Friday, 08:00 to 18:00 UTC
HOUR = timedelta(hours=1)
SUBJECT = Ref("matter", 42, "M-42")
OTHER = Ref("matter", 43, "M-43")
TICK = Context(actor=SYSTEM, event_id="tick", job_id=1, attempt=1)

pytestmark = pytest.mark.django_db


def start(subject=SUBJECT, at=MONDAY, priority=3, team_id=None):
    return actions.start_clocks(
        subject=subject,
        organization_id=make_organization("Contoso").pk,
        team_id=team_id,
        priority=priority,
        at=at,
    )


def view(metric="resolution", subject=SUBJECT):
    return next(clock for clock in clocks_for(subject) if clock.metric == metric)


def rows(metric="resolution"):
    return [(row.state, row.cause, row.working_seconds) for row in ledger(view(metric).id)]


def announced(name):
    return [row.payload for row in Event.objects.filter(name=f"servicelevels.{name}").order_by("id")]


def test_start_promises_by_priority_in_working_time():
    dues = start(priority=1, at=MONDAY + timedelta(hours=9, minutes=50, microseconds=900_000))

    assert dues.first_response == MONDAY + timedelta(days=1, minutes=5)
    assert dues.resolution == MONDAY + timedelta(days=1, hours=3, minutes=50)
    assert dues.next == dues.first_response


def test_view_counts_up_to_now():
    start(priority=2)

    with kit_clock.frozen(MONDAY + 6 * HOUR):
        clock = view()

    assert (clock.used_seconds, clock.left_seconds, clock.used_percent) == (6 * 3600, 2 * 3600, 75)
    assert (clock.is_at_risk, clock.is_late, clock.is_met) == (True, False, False)


def test_pause_rests_and_resume_runs_on():
    start(priority=2)

    paused = actions.pause_clocks(
        actor=SYSTEM, subject=SUBJECT, at=MONDAY + HOUR, cause=Cause.WAITING_REQUESTER, reference="event:7"
    )
    resumed = actions.resume_clocks(subject=SUBJECT, at=MONDAY + timedelta(days=1))

    assert paused.next is None
    assert resumed.resolution == MONDAY + timedelta(days=1) + 7 * HOUR
    with kit_clock.frozen(MONDAY + timedelta(days=1) + HOUR):
        assert rows() == [
            ("running", "created", 3600),
            ("paused", "waiting_requester", 9 * 3600),
            ("running", "resumed", 3600),
        ]
        assert view().used_seconds == 7200


def test_pause_and_resume_twice_change_nothing_more():
    start()
    for _ in range(2):
        actions.pause_clocks(actor=SYSTEM, subject=SUBJECT, at=MONDAY + HOUR, cause=Cause.SCHEDULED)
    for _ in range(2):
        actions.resume_clocks(subject=SUBJECT, at=MONDAY + 2 * HOUR)

    assert ClockSegment.objects.count() == 6


def test_pause_and_resume_within_a_second_leave_no_line():
    start()
    actions.pause_clocks(actor=SYSTEM, subject=SUBJECT, at=MONDAY + HOUR, cause=Cause.SCHEDULED)
    actions.resume_clocks(subject=SUBJECT, at=MONDAY + HOUR)

    with kit_clock.frozen(MONDAY + 2 * HOUR):
        assert rows() == [("running", "created", 3600), ("running", "resumed", 3600)]


def test_stop_in_time_is_met():
    start(priority=1)

    dues = actions.stop_clock(
        actor=SYSTEM,
        subject=SUBJECT,
        metric="first_response",
        at=MONDAY + timedelta(minutes=15),
        cause=Cause.REPLIED,
        reference="message:9",
    )

    assert dues.first_response is None
    assert dues.resolution == MONDAY + 4 * HOUR
    assert view("first_response").is_met
    assert rows("first_response") == [("running", "created", 900), ("stopped", "replied", 0)]
    assert announced("clock_breached") == []


def test_stop_too_late_announces_the_breach_that_no_sweep_saw():
    start(priority=1)
    for _ in range(2):
        actions.stop_clock(
            actor=SYSTEM,
            subject=SUBJECT,
            metric="first_response",
            at=MONDAY + timedelta(minutes=15, seconds=1),
            cause=Cause.REPLIED,
        )

    assert view("first_response").breached_at == MONDAY + timedelta(minutes=15)
    assert announced("clock_breached") == [
        {"subject_kind": "matter", "subject_id": 42, "metric": "first_response"}
    ]


def test_answer_after_hours_misses_a_target_that_ended_with_the_day():
    start(priority=2, at=MONDAY + 9 * HOUR)  # due at 18:00

    actions.stop_clock(
        actor=SYSTEM, subject=SUBJECT, metric="first_response", at=MONDAY + 12 * HOUR, cause=Cause.REPLIED
    )

    assert view("first_response").is_late


def test_reopened_clock_runs_on_and_the_time_between_rests():
    start(priority=2)
    actions.stop_clock(
        actor=SYSTEM, subject=SUBJECT, metric="resolution", at=MONDAY + HOUR, cause=Cause.RESOLVED
    )

    dues = actions.restart_clock(subject=SUBJECT, metric="resolution", at=MONDAY + 3 * HOUR)

    assert dues.resolution == MONDAY + 10 * HOUR
    with kit_clock.frozen(MONDAY + 4 * HOUR):
        assert rows() == [
            ("running", "created", 3600),
            ("paused", "resolved", 2 * 3600),
            ("running", "reopened", 3600),
        ]


def test_higher_priority_inherits_age_and_pauses():
    start(priority=3)
    actions.pause_clocks(actor=SYSTEM, subject=SUBJECT, at=MONDAY + HOUR, cause=Cause.WAITING_REQUESTER)
    actions.resume_clocks(subject=SUBJECT, at=MONDAY + 2 * HOUR)

    dues = actions.retarget_clocks(
        actor=SYSTEM,
        subject=SUBJECT,
        team_id=None,
        priority=2,
        at=MONDAY + 3 * HOUR,
        cause=Cause.PRIORITY_CHANGED,
    )

    assert dues.resolution == MONDAY + 9 * HOUR
    assert announced("clock_breached") == [
        {"subject_kind": "matter", "subject_id": 42, "metric": "first_response"}
    ]
    assert view("first_response").breached_at == MONDAY + HOUR


def test_lower_priority_takes_a_breach_back():
    start(priority=1)
    with kit_clock.frozen(MONDAY + 5 * HOUR):
        tasks.announce_due(TICK)
        actions.retarget_clocks(
            actor=SYSTEM,
            subject=SUBJECT,
            team_id=None,
            priority=4,
            at=kit_clock.now(),
            cause=Cause.PRIORITY_CHANGED,
        )

        assert [(clock.is_late, clock.is_at_risk) for clock in clocks_for(SUBJECT)] == [(False, False)] * 2
    assert Clock.objects.filter(at_risk_at=None, breached_at=None).count() == 2


def test_team_with_a_calendar_of_its_own_counts_by_it_from_the_hand_over():
    team = make_team("Night watch")
    night = Calendar.objects.get(name="Around the clock")
    actions.assign_team_calendar(
        actor=make_actor("Ada Admin", "administrator"), team_id=team.pk, calendar_id=night.pk
    )
    start(priority=2)

    dues = actions.retarget_clocks(
        actor=SYSTEM,
        subject=SUBJECT,
        team_id=team.pk,
        priority=2,
        at=MONDAY + 7 * HOUR,
        cause=Cause.TEAM_CHANGED,
    )

    assert dues.resolution == MONDAY + 8 * HOUR
    with kit_clock.frozen(MONDAY + 11 * HOUR):
        assert [row.calendar_name for row in ledger(view().id)] == ["Office hours", "Around the clock"]
        assert view().used_seconds == 11 * 3600


def test_sweep_announces_risk_and_breach_once_each():
    start(priority=1)
    start(OTHER, priority=4)

    for minutes in (10, 11, 12, 16, 17):
        with kit_clock.frozen(MONDAY + timedelta(minutes=minutes, seconds=30)):
            tasks.announce_due(TICK)

    first = {"subject_kind": "matter", "subject_id": 42, "metric": "first_response"}
    assert announced("clock_at_risk") == [first]
    assert announced("clock_breached") == [first]


def test_paused_clock_is_never_announced():
    start(priority=1)
    actions.pause_clocks(
        actor=SYSTEM, subject=SUBJECT, at=MONDAY + timedelta(minutes=1), cause=Cause.SCHEDULED
    )

    with kit_clock.frozen(MONDAY + timedelta(days=9)):
        tasks.announce_due(TICK)

    assert announced("clock_at_risk") + announced("clock_breached") == []


def test_own_policy_of_an_organisation_comes_before_the_one_for_everybody():
    actor = make_actor("Ada Admin", "administrator")
    contoso = make_organization("Contoso")
    policy = actions.create_policy(actor=actor, organization_id=contoso.pk)
    actions.change_policy(
        actor=actor,
        policy_id=policy.pk,
        name="Contoso gold",
        calendar_id=None,
        targets={(3, "resolution"): 7200},
    )

    dues = start()

    assert dues.resolution == MONDAY + 2 * HOUR
    assert [record.verb for record in records_for(Ref("service_policy", policy.pk, ""))] == [
        "servicelevels.policy_created",
        "servicelevels.policy_changed",
    ]


def test_edited_targets_and_calendar_reach_open_clocks_with_their_age():
    actor = make_actor("Ada Admin", "administrator")
    start(priority=2)
    start(OTHER, priority=2)
    for metric in ("first_response", "resolution"):
        actions.stop_clock(actor=SYSTEM, subject=OTHER, metric=metric, at=MONDAY + HOUR, cause="resolved")

    with kit_clock.frozen(MONDAY + 2 * HOUR):
        everybody = Policy.objects.get(organization=None)
        actions.change_policy(
            actor=actor,
            policy_id=everybody.pk,
            name=everybody.name,
            calendar_id=None,
            targets={(2, "resolution"): 4 * 3600},
        )
        drain()
        assert view().due_at == MONDAY + 4 * HOUR

        office = Calendar.objects.get(is_default=True)
        actions.change_calendar(
            actor=actor,
            calendar_id=office.pk,
            name=office.name,
            zone="UTC",
            week={**office.week, "0": [["09:00", "18:00"]]},
            yearly_holidays=[],
        )
        drain()

    assert view().due_at == MONDAY + 5 * HOUR
    assert view(subject=OTHER).target_seconds == 8 * 3600
    assert announced("clocks_recomputed") == [{"subject_kind": "matter", "subject_ids": [42]}] * 2


def test_recompute_twice_changes_nothing():
    start(priority=2)
    actions.pause_clocks(actor=SYSTEM, subject=SUBJECT, at=MONDAY + HOUR, cause=Cause.SCHEDULED)
    before = list(Clock.objects.values()) + list(ClockSegment.objects.values())

    for _ in range(2):
        last = actions.recompute_batch(actor=SYSTEM, after_id=0, at=MONDAY + 3 * HOUR)
        assert actions.recompute_batch(actor=SYSTEM, after_id=last, at=MONDAY + 3 * HOUR) is None

    assert list(Clock.objects.values()) + list(ClockSegment.objects.values()) == before
    assert announced("clocks_recomputed") == []


def test_history_gives_the_same_clocks_as_living_through_it():
    live = Ref("matter", 1, "")
    start(live, priority=2)
    actions.stop_clock(
        actor=SYSTEM, subject=live, metric="first_response", at=MONDAY + 2 * HOUR, cause=Cause.REPLIED
    )
    actions.pause_clocks(actor=SYSTEM, subject=live, at=MONDAY + 2 * HOUR, cause=Cause.WAITING_REQUESTER)
    actions.resume_clocks(subject=live, at=MONDAY + 5 * HOUR)
    actions.stop_clock(
        actor=SYSTEM,
        subject=live,
        metric="resolution",
        at=MONDAY + timedelta(days=1, hours=6),
        cause=Cause.RESOLVED,
    )
    events = Event.objects.count()

    actions.start_clocks_many(
        subject_kind="matter",
        histories=[
            actions.History(
                subject_id=2,
                organization_id=make_organization("Contoso").pk,
                team_id=None,
                priority=2,
                started_at=MONDAY,
                responded_at=MONDAY + 2 * HOUR,
                resolved_at=MONDAY + timedelta(days=1, hours=6),
                pauses=(
                    actions.Pause(MONDAY + 2 * HOUR, MONDAY + 5 * HOUR, Cause.WAITING_REQUESTER),
                    actions.Pause(MONDAY + timedelta(days=2), None, Cause.SCHEDULED),
                ),
            )
        ],
    )

    def facts(subject_id):
        clocks = Clock.objects.filter(subject_id=subject_id).order_by("metric")
        lines = ClockSegment.objects.filter(clock__in=clocks).order_by("clock__metric", "id")
        hidden = ("id", "subject_id", "at_risk_at", "clock_id")
        return [
            {key: value for key, value in row.items() if key not in hidden}
            for row in [*clocks.values(), *lines.values()]
        ]

    assert facts(2) == facts(1)
    assert Event.objects.count() == events


def test_imported_open_history_is_due_or_rests():
    organization_id = make_organization("Contoso").pk
    with kit_clock.frozen(MONDAY + timedelta(days=1)):
        found = actions.start_clocks_many(
            subject_kind="matter",
            histories=[
                actions.History(7, organization_id, None, 3, MONDAY),
                actions.History(
                    8,
                    organization_id,
                    None,
                    3,
                    MONDAY,
                    pauses=(actions.Pause(MONDAY + HOUR, None, "scheduled"),),
                ),
            ],
        )
        tasks.announce_due(TICK)

    assert (found[7].resolution, found[8].resolution) == (MONDAY + timedelta(days=2, hours=10), None)
    assert Clock.objects.filter(breached_at__isnull=False).values_list("subject_id", "metric").get() == (
        7,
        "first_response",
    )
    assert announced("clock_breached") == []


@pytest.mark.parametrize("count", [1, 3])
def test_lists_of_clocks_cost_the_same_for_one_and_three(count, django_assert_num_queries):
    for number in range(count):
        start(Ref("matter", number, ""))
    clocks_for(SUBJECT)

    with django_assert_num_queries(2):
        assert len(clocks_for_many("matter", range(count))) == count
    assert clocks_for_many("matter", []) == {}


def test_ledger_of_an_unknown_clock_is_empty():
    assert ledger(0) == []


@pytest.mark.django_db(transaction=True)
def test_steps_insist_on_the_callers_transaction():
    with pytest.raises(RuntimeError):
        start()
    with transaction.atomic():
        start()
    assert Clock.objects.count() == 2


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["pause", "resume", "stop", "restart", "p1", "p2", "p3", "p4", "sweep"]),
        st.integers(0, 40_000),
    ),
    max_size=8,
)


class LedgerProperties(HypothesisTestCase):
    """Whatever happens, in whatever order: the copied sums equal the ledger's, its lines leave no gap."""

    @settings(max_examples=60, deadline=None)
    @given(STEPS)
    def test_copied_sums_equal_the_ledger(self, steps):
        at = MONDAY
        start(priority=2)
        for step, later in steps:
            at += timedelta(seconds=later)
            self._take(step, at)

        clock = Clock.objects.get(metric="resolution")
        lines = list(clock.segments.all())
        before = Clock.objects.filter(pk=clock.pk).values().get()
        if clock.is_open:
            with kit_clock.frozen(at):
                actions.recompute_subjects(actor=SYSTEM, subject_kind="matter", subject_ids=[42], at=at)
                tasks.announce_due(TICK)
        after = Clock.objects.filter(pk=clock.pk).values().get()

        assert lines[0].started_at == MONDAY
        assert [line.ended_at for line in lines[:-1]] == [line.started_at for line in lines[1:]]
        assert lines[-1].ended_at == clock.stopped_at
        assert clock.used_seconds == sum(line.working_seconds for line in lines if line.state == "running")
        ignored = ("at_risk_at", "breached_at")
        assert {k: v for k, v in after.items() if k not in ignored} == {
            k: v for k, v in before.items() if k not in ignored
        }

    def _take(self, step, at):
        if step == "pause":
            actions.pause_clocks(actor=SYSTEM, subject=SUBJECT, at=at, cause=Cause.SCHEDULED)
        elif step == "resume":
            actions.resume_clocks(subject=SUBJECT, at=at)
        elif step == "stop":
            actions.stop_clock(
                actor=SYSTEM, subject=SUBJECT, metric="resolution", at=at, cause=Cause.RESOLVED
            )
        elif step == "restart":
            actions.restart_clock(subject=SUBJECT, metric="resolution", at=at)
        elif step == "sweep":
            with kit_clock.frozen(at):
                actions.announce_due()
        else:
            actions.retarget_clocks(
                actor=SYSTEM,
                subject=SUBJECT,
                team_id=None,
                priority=int(step[1]),
                at=at,
                cause=Cause.PRIORITY_CHANGED,
            )
