"""Who acts: people, their permissions, teams and skills, read cheaply and by tenant."""

from firstline.accounts.queries.actors import (
    actor_for,
    actor_for_session,
    actor_for_token,
    session_stands,
    token_for,
)
from firstline.accounts.queries.links import (
    hash_secret,
    invitation_secret,
    standing_invitation,
    standing_setup_link,
)
from firstline.accounts.queries.lists import (
    PEOPLE_COLUMNS,
    PeopleFilter,
    PeoplePage,
    PersonRow,
    RoleRow,
    TeamRow,
    invitation_until,
    people_matching,
    people_page,
    people_table,
    permissions_by_slice,
    role_rows,
    team_rows,
)
from firstline.accounts.queries.people import (
    get_person_for,
    people_with,
    person_by_email,
    skill_levels,
    team_members,
    visible_to,
)
from firstline.accounts.queries.roles import (
    expand,
    held_permissions,
    role_by_code,
    role_label,
)
from firstline.accounts.queries.sessions import (
    SessionRow,
    browser_name,
    session_rows,
)

__all__ = [
    "PEOPLE_COLUMNS",
    "PeopleFilter",
    "PeoplePage",
    "PersonRow",
    "RoleRow",
    "SessionRow",
    "TeamRow",
    "actor_for",
    "actor_for_session",
    "actor_for_token",
    "browser_name",
    "expand",
    "get_person_for",
    "hash_secret",
    "held_permissions",
    "invitation_secret",
    "invitation_until",
    "people_matching",
    "people_page",
    "people_table",
    "people_with",
    "permissions_by_slice",
    "person_by_email",
    "role_by_code",
    "role_label",
    "role_rows",
    "session_rows",
    "session_stands",
    "skill_levels",
    "standing_invitation",
    "standing_setup_link",
    "team_members",
    "team_rows",
    "token_for",
    "visible_to",
]
