"""Who may sign in."""

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.auth.base_user import AbstractBaseUser

from firstline.accounts.models import Person


class PersonBackend(AuthenticationBackend):  # type: ignore[misc]
    """Passwords by e-mail address, for active people of active organisations."""

    def user_can_authenticate(self, user: AbstractBaseUser | None) -> bool:
        return isinstance(user, Person) and user.is_active and user.organization.is_active
