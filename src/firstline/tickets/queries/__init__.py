"""Every read of the ticket slice; each starts from what the actor may see."""

from firstline.tickets.queries.colleagues import colleagues_of
from firstline.tickets.queries.drafts import (
    Drafts,
    arrived_since,
    draft_of_colleague,
    drafts_of,
    last_message_id,
)
from firstline.tickets.queries.lists import (
    Page,
    Row,
    open_list,
    rows_by_id,
    rows_of,
    staff_ranges,
    view_counts,
    views_for,
)
from firstline.tickets.queries.loads import open_loads, technicians_of
from firstline.tickets.queries.page import (
    Entry,
    TicketPage,
    conversation,
    readable_messages,
    ticket_page,
    timeline,
)
from firstline.tickets.queries.presenting import event_sentence, people_in, reasons, sentence
from firstline.tickets.queries.scope import (
    bin_of,
    get_ticket_for,
    heir_of,
    parse_number,
    requested_by,
    visible_as_staff,
    visible_to,
)
from firstline.tickets.queries.searching import search_tickets, search_tokens
from firstline.tickets.queries.steps import own_step, step_behind
from firstline.tickets.queries.structure import (
    Linked,
    get_operation,
    get_staff_ticket,
    latest_operation,
    links_of,
    merged_into,
    operations_of,
)

__all__ = [
    "Drafts",
    "Entry",
    "Linked",
    "Page",
    "Row",
    "TicketPage",
    "arrived_since",
    "bin_of",
    "colleagues_of",
    "conversation",
    "draft_of_colleague",
    "drafts_of",
    "event_sentence",
    "get_operation",
    "get_staff_ticket",
    "get_ticket_for",
    "heir_of",
    "last_message_id",
    "latest_operation",
    "links_of",
    "merged_into",
    "open_list",
    "open_loads",
    "operations_of",
    "own_step",
    "parse_number",
    "people_in",
    "readable_messages",
    "reasons",
    "requested_by",
    "rows_by_id",
    "rows_of",
    "search_tickets",
    "search_tokens",
    "sentence",
    "staff_ranges",
    "step_behind",
    "technicians_of",
    "ticket_page",
    "timeline",
    "view_counts",
    "views_for",
    "visible_as_staff",
    "visible_to",
]
