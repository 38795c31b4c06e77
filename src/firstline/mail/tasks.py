"""Mail's own work: understanding what came in, delivering what goes out, fetching mailboxes."""
