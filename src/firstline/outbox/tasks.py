"""The outbox's own periodic work."""
