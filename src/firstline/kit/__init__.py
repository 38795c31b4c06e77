"""Pure helpers: clock, ids, text, errors, the actor; no Django models, no I/O."""
