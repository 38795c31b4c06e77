"""Reads that compose what the desk's pages show."""

from firstline.desk.queries.facts import TicketFacts, help_for, requester_facts, story_of, ticket_facts
from firstline.desk.queries.finding import Glance, Thing, dressed, glance
from firstline.desk.queries.people import Candidate, assignees, find_people
from firstline.desk.queries.saved import (
    Saved,
    get_saved_search_for,
    own_teams,
    saved_matching,
    saved_searches,
)
from firstline.desk.queries.views import Kept, Listing, get_view_for, listing, saved_views
from firstline.desk.queries.work import QUEUE_MAX, Queue, Today, Work, list_page, my_work, queue_of, today
from firstline.tickets.queries import view_counts

__all__ = [
    "QUEUE_MAX",
    "Candidate",
    "Glance",
    "Kept",
    "Listing",
    "Queue",
    "Saved",
    "Thing",
    "TicketFacts",
    "Today",
    "Work",
    "assignees",
    "dressed",
    "find_people",
    "get_saved_search_for",
    "get_view_for",
    "glance",
    "help_for",
    "list_page",
    "listing",
    "my_work",
    "own_teams",
    "queue_of",
    "requester_facts",
    "saved_matching",
    "saved_searches",
    "saved_views",
    "story_of",
    "ticket_facts",
    "today",
    "view_counts",
]
