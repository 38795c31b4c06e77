"""The employee's home: ask, follow, confirm, see one's devices and who was on them."""
