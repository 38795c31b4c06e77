"""Periodic work of the files slice."""
