"""Pages of the organisations slice, one module per noun."""
