"""The versioned REST API: assembles operations on the slices below; bearer tokens, problem+json, cursors."""
