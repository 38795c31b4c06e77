"""How allauth behaves here: nobody signs up by themselves."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """People are made by administrators, invitations and inbound mail only."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False
