"""Pages of the accounts slice, one module per noun."""

from firstline.accounts.views.sign_in import lockout, too_many_requests

__all__ = ["lockout", "too_many_requests"]
