"""Composition root: settings, routing, processes and wiring; imported by nobody."""
