"""Every write of the ticket slice; inner steps (`apply_…`) compose in one transaction."""

from firstline.tickets.actions.alerts import note_alert
from firstline.tickets.actions.assignment import (
    Assignment,
    add_watcher,
    apply_assignment,
    assign_ticket,
    escalate_ticket,
    remove_watcher,
    take_ticket,
)
from firstline.tickets.actions.binning import delete_ticket, empty_bin
from firstline.tickets.actions.bulk import KEEP, BulkChanges, BulkPreview, BulkRow, bulk_edit, bulk_preview
from firstline.tickets.actions.commands import request_command, request_diagnostics
from firstline.tickets.actions.conversation import (
    add_note,
    add_system_message,
    apply_message,
    release_message,
    reply,
)
from firstline.tickets.actions.core import locked
from firstline.tickets.actions.creating import TicketDraft, apply_create, create_ticket
from firstline.tickets.actions.details import apply_priority, change_details, change_priority, facts_of
from firstline.tickets.actions.drafts import forget_drafts, save_draft, take_draft
from firstline.tickets.actions.grouping import solve_duplicates, update_parts
from firstline.tickets.actions.imports import import_batch, import_tickets
from firstline.tickets.actions.linking import (
    change_structure_rules,
    link_tickets,
    structure_rules,
    unlink_tickets,
)
from firstline.tickets.actions.merging import MergePreview, merge_preview, merge_tickets
from firstline.tickets.actions.policies import (
    Facts,
    PriorityProposal,
    Reason,
    TeamProposal,
    propose_priority,
    propose_team,
    register_priority_policy,
    register_team_policy,
)
from firstline.tickets.actions.splitting import split_message, split_subject
from firstline.tickets.actions.status import (
    apply_resolution,
    apply_status,
    change_status,
    close_confirmed_by_silence,
    confirm_ticket,
    rate_ticket,
    reopen_ticket,
    resolve_ticket,
)
from firstline.tickets.actions.undoing import (
    UndoPreview,
    forget_steps,
    undo_operation,
    undo_preview,
    undo_step,
)

__all__ = [
    "KEEP",
    "Assignment",
    "BulkChanges",
    "BulkPreview",
    "BulkRow",
    "Facts",
    "MergePreview",
    "PriorityProposal",
    "Reason",
    "TeamProposal",
    "TicketDraft",
    "UndoPreview",
    "add_note",
    "add_system_message",
    "add_watcher",
    "apply_assignment",
    "apply_create",
    "apply_message",
    "apply_priority",
    "apply_resolution",
    "apply_status",
    "assign_ticket",
    "bulk_edit",
    "bulk_preview",
    "change_details",
    "change_priority",
    "change_status",
    "change_structure_rules",
    "close_confirmed_by_silence",
    "confirm_ticket",
    "create_ticket",
    "delete_ticket",
    "empty_bin",
    "escalate_ticket",
    "facts_of",
    "forget_drafts",
    "forget_steps",
    "import_batch",
    "import_tickets",
    "link_tickets",
    "locked",
    "merge_preview",
    "merge_tickets",
    "note_alert",
    "propose_priority",
    "propose_team",
    "rate_ticket",
    "register_priority_policy",
    "register_team_policy",
    "release_message",
    "remove_watcher",
    "reopen_ticket",
    "reply",
    "request_command",
    "request_diagnostics",
    "resolve_ticket",
    "save_draft",
    "solve_duplicates",
    "split_message",
    "split_subject",
    "structure_rules",
    "take_draft",
    "take_ticket",
    "undo_operation",
    "undo_preview",
    "undo_step",
    "unlink_tickets",
    "update_parts",
]
