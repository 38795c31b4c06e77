"""Reads of this slice: the rules in force, clocks and ledgers, and what the administration pages show."""

from firstline.servicelevels.queries.clocks import (
    ClockView,
    LedgerRow,
    Promise,
    clocks_for,
    clocks_for_many,
    late_subjects,
    ledger,
    subjects_at_risk,
    used_percents,
)
from firstline.servicelevels.queries.pages import (
    CalendarPage,
    CalendarRow,
    PolicyRow,
    TeamRow,
    calendar_page,
    calendar_rows,
    countries,
    policy_rows,
    team_rows,
)
from firstline.servicelevels.queries.rules import (
    PolicyRules,
    Rules,
    calendar_value,
    rules,
    rules_token,
    team_works_at,
)

__all__ = [
    "CalendarPage",
    "CalendarRow",
    "ClockView",
    "LedgerRow",
    "PolicyRow",
    "PolicyRules",
    "Promise",
    "Rules",
    "TeamRow",
    "calendar_page",
    "calendar_rows",
    "calendar_value",
    "clocks_for",
    "clocks_for_many",
    "countries",
    "late_subjects",
    "ledger",
    "policy_rows",
    "rules",
    "rules_token",
    "subjects_at_risk",
    "team_rows",
    "team_works_at",
    "used_percents",
]
