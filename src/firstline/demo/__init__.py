"""The demo organisation: content that reads like a real desk, and what loads it."""
