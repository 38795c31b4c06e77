"""Search: one analyser of ours, matched by FTS5 or GIN, with visibility inside the match."""
