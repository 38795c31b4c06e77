"""Pages of the accounts slice, one module per noun."""

from firstline.accounts.views.sign_in import lockout

__all__ = ["lockout"]
