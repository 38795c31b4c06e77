"""Reports: what a manager needs to see, computed from what the slices below keep."""
