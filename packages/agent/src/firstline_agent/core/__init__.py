"""The agent itself: who it is, what it was asked, what the person said, what it did."""
