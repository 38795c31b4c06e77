"""Triage, priority and assignment as decisions with reasons."""
