"""Mail: nothing that came in is lost or doubled, nothing that went out is unaccounted for."""
