"""The set-up assistant of a new installation: it composes what the slices below offer, step by step."""
