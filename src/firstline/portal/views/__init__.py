"""The portal's pages, a module per noun."""
