"""Reads that compose what the desk's pages show."""

from firstline.desk.queries.facts import TicketFacts, help_for, requester_facts, story_of, ticket_facts
from firstline.desk.queries.people import Candidate, assignees, find_people
from firstline.desk.queries.work import Today, Work, my_work, queue_rows, today
from firstline.tickets.queries import view_counts

__all__ = [
    "Candidate",
    "TicketFacts",
    "Today",
    "Work",
    "assignees",
    "find_people",
    "help_for",
    "my_work",
    "queue_rows",
    "requester_facts",
    "story_of",
    "ticket_facts",
    "today",
    "view_counts",
]
