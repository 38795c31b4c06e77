"""Enrolled agents, their identity, inventory and health, and the gateway they connect to."""
