"""Who did what to which record, append-only and sealed into a chain that can be verified."""
