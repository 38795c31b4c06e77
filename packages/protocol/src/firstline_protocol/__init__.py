"""Messages between a device agent and its gateway: pure, versioned, size-limited."""

PROTOCOL_VERSION = 1
SUPPORTED_VERSIONS = (1,)
