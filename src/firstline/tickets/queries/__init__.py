"""Every read of the ticket slice; each starts from what the actor may see."""

from firstline.tickets.queries.lists import Page, Row, open_list, rows_of, view_counts, views_for
from firstline.tickets.queries.loads import open_loads, technicians_of
from firstline.tickets.queries.page import Entry, TicketPage, ticket_page, timeline
from firstline.tickets.queries.scope import (
    get_ticket_for,
    parse_number,
    requested_by,
    visible_as_staff,
    visible_to,
)

__all__ = [
    "Entry",
    "Page",
    "Row",
    "TicketPage",
    "get_ticket_for",
    "open_list",
    "open_loads",
    "parse_number",
    "requested_by",
    "rows_of",
    "technicians_of",
    "ticket_page",
    "timeline",
    "view_counts",
    "views_for",
    "visible_as_staff",
    "visible_to",
]
