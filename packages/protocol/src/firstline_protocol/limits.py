"""Sizes and counts that both sides enforce, whatever the other side says."""

FRAME_BYTES_MAX = 64 * 1024
HELLO_BYTES_MAX = 8 * 1024
TOKEN_CHARS_MAX = 4 * 1024
SHOWN_CHARS_MAX = 200
COMMAND_CHARS_MAX = 8 * 1024
OUTPUT_CHUNK_BYTES_MAX = 16 * 1024
OUTPUT_BYTES_MAX = 1024 * 1024
TIMEOUT_SECONDS_MAX = 4 * 60 * 60
CHECKS_MAX = 48
CHECK_VALUE_CHARS_MAX = 2000
LIST_ITEMS_MAX = 64
TRACKED_COMMANDS_MAX = 4096

# What an agent keeps itself to, so that a gateway may close on a multiple of it.
AGENT_MESSAGES_BURST = 300
AGENT_MESSAGES_PER_SECOND = 100

# Numbers below this are critical: who does not know one must refuse. From here on they may be ignored.
CRITICAL_BELOW = 128
