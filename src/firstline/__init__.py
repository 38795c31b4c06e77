"""Firstline: help desk, knowledge base and remote hands in one product."""
