"""What happens after a commit: events, jobs, schedules, and the push to open pages."""
