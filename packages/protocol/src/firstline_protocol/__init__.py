"""Messages between a device agent and its gateway: pure, versioned, size-limited."""
