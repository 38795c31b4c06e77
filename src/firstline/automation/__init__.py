"""Automation: what the desk does by itself when something happens."""
