"""Every read of the ticket slice; each starts from what the actor may see."""

from firstline.tickets.queries.drafts import (
    Drafts,
    arrived_since,
    draft_of_colleague,
    drafts_of,
    last_message_id,
)
from firstline.tickets.queries.lists import Page, Row, open_list, rows_of, view_counts, views_for
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
    get_ticket_for,
    parse_number,
    requested_by,
    visible_as_staff,
    visible_to,
)
from firstline.tickets.queries.searching import search_tickets, search_tokens
from firstline.tickets.queries.steps import own_step, step_behind

__all__ = [
    "Drafts",
    "Entry",
    "Page",
    "Row",
    "TicketPage",
    "arrived_since",
    "conversation",
    "draft_of_colleague",
    "drafts_of",
    "event_sentence",
    "get_ticket_for",
    "last_message_id",
    "open_list",
    "open_loads",
    "own_step",
    "parse_number",
    "people_in",
    "readable_messages",
    "reasons",
    "requested_by",
    "rows_of",
    "search_tickets",
    "search_tokens",
    "sentence",
    "step_behind",
    "technicians_of",
    "ticket_page",
    "timeline",
    "view_counts",
    "views_for",
    "visible_as_staff",
    "visible_to",
]
