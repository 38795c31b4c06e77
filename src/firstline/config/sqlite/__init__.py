"""SQLite with a fair writer queue: Django's backend plus a FIFO lock and owned checkpoints."""
