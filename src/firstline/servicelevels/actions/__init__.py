"""Every write of this slice: inner steps on clocks, and public edits of calendars and policies."""

from firstline.servicelevels.actions.calendars import (
    assign_team_calendar,
    change_calendar,
    create_calendar,
    delete_calendar,
    make_default_calendar,
    remove_day,
    seed_holidays,
    set_day,
)
from firstline.servicelevels.actions.clocks import (
    Dues,
    dues_of,
    pause_clocks,
    restart_clock,
    resume_clocks,
    retarget_clocks,
    start_clocks,
    stop_clock,
)
from firstline.servicelevels.actions.histories import History, Pause, start_clocks_many
from firstline.servicelevels.actions.policies import change_policy, create_policy, delete_policy
from firstline.servicelevels.actions.recompute import recompute_batch, recompute_subjects
from firstline.servicelevels.actions.seed import ensure_default_rules
from firstline.servicelevels.actions.sweep import announce_due

__all__ = [
    "Dues",
    "History",
    "Pause",
    "announce_due",
    "assign_team_calendar",
    "change_calendar",
    "change_policy",
    "create_calendar",
    "create_policy",
    "delete_calendar",
    "delete_policy",
    "dues_of",
    "ensure_default_rules",
    "make_default_calendar",
    "pause_clocks",
    "recompute_batch",
    "recompute_subjects",
    "remove_day",
    "restart_clock",
    "resume_clocks",
    "retarget_clocks",
    "seed_holidays",
    "set_day",
    "start_clocks",
    "start_clocks_many",
    "stop_clock",
]
