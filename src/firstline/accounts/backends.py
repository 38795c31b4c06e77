"""Who may sign in."""

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.auth.base_user import AbstractBaseUser

from firstline.accounts.models import Person
from firstline.kit.prepared import Prepared

_by_id = Prepared(lambda person_id: Person.objects.filter(pk=person_id))


class PersonBackend(AuthenticationBackend):  # type: ignore[misc]
    """Passwords by e-mail address, for active people of active organisations."""

    def user_can_authenticate(self, user: AbstractBaseUser | None) -> bool:
        return isinstance(user, Person) and user.is_active and user.organization.is_active

    def get_user(self, user_id: int | str) -> Person | None:
        """Asked at every request of somebody who is signed in."""
        person = _by_id.first(int(user_id))
        return person if self.user_can_authenticate(person) else None
