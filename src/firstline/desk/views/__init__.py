"""The views of the desk, a module per noun."""
