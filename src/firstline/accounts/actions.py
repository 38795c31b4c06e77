"""Every change to people, roles, sessions and secrets."""

from firstline.accounts.enums import BUILT_IN_ROLES
from firstline.accounts.models import Person, Role, SignInSession
from firstline.kit.text import clean_line


def ensure_built_in_roles() -> None:
    """Make missing built-in roles; runs after every migrate and never changes an existing one."""
    present = set(Role.objects.values_list("code", flat=True))
    Role.objects.bulk_create(
        Role(code=code, permissions=sorted(permissions), is_built_in=True)
        for code, permissions in BUILT_IN_ROLES.items()
        if code not in present
    )


def note_sign_in(*, person: Person, session_key: str, ip_address: str, user_agent: str) -> None:
    """Remember the browser in which `person` signed in, so that the session stands and can be ended."""
    SignInSession.objects.update_or_create(
        session_key=session_key,
        defaults={
            "person": person,
            "ip_address": clean_line(ip_address, 45),
            "user_agent": clean_line(user_agent, 300),
            "ended_at": None,
        },
    )
