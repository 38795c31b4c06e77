"""What an agent can tell and do; each capability stands alone."""
