"""Who is told what, by which channel, in which language, and why."""
