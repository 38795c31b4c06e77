"""Uploaded and received files: stored durably, sniffed, served safely."""
