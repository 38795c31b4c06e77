"""Every change to people, roles, sessions and secrets."""

from firstline.accounts.actions.access import (
    create_role,
    delete_role,
    set_role_permissions,
    set_roles,
    set_skills,
    set_teams,
)
from firstline.accounts.actions.erasing import (
    anonymise_person,
    check_can_anonymise,
    erase_part,
    erase_rest,
    note_erased,
)
from firstline.accounts.actions.imports import ImportResult, import_people
from firstline.accounts.actions.invitations import accept_invitation, invite_person
from firstline.accounts.actions.passwords import change_password, reset_password
from firstline.accounts.actions.people import (
    create_person,
    deactivate_person,
    ensure_requester,
    reactivate_person,
    update_person,
)
from firstline.accounts.actions.profile import choose_language, update_profile
from firstline.accounts.actions.sessions import (
    SEEN_EVERY,
    clean_up_sign_ins,
    end_other_sessions,
    end_session,
    note_lockout,
    note_sign_in,
    note_sign_out,
    renew_session,
    touch_session,
)
from firstline.accounts.actions.setup import (
    create_first_administrator,
    create_setup_link,
    ensure_built_in_roles,
)
from firstline.accounts.actions.tokens import authenticate_token, create_token, revoke_token
from firstline.accounts.details import PersonDetails

__all__ = [
    "SEEN_EVERY",
    "ImportResult",
    "PersonDetails",
    "accept_invitation",
    "anonymise_person",
    "authenticate_token",
    "change_password",
    "check_can_anonymise",
    "choose_language",
    "clean_up_sign_ins",
    "create_first_administrator",
    "create_person",
    "create_role",
    "create_setup_link",
    "create_token",
    "deactivate_person",
    "delete_role",
    "end_other_sessions",
    "end_session",
    "ensure_built_in_roles",
    "ensure_requester",
    "erase_part",
    "erase_rest",
    "import_people",
    "invite_person",
    "note_erased",
    "note_lockout",
    "note_sign_in",
    "note_sign_out",
    "reactivate_person",
    "renew_session",
    "reset_password",
    "revoke_token",
    "set_role_permissions",
    "set_roles",
    "set_skills",
    "set_teams",
    "touch_session",
    "update_person",
    "update_profile",
]
