"""What people type on pages of this slice, as clean values; nothing is saved here."""
