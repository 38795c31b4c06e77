"""What a team prepares once and uses often: when a ticket comes round again."""
