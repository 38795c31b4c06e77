"""Service levels: calendars, targets and the ledger of clocks; knows no ticket."""
