"""Incidents and requests: states, conversation, timeline, import."""
