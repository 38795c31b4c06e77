"""Every change to organisations, teams, services and the installation."""

from firstline.organizations.actions.installation import (
    DemoRemoval,
    apply_update_installation,
    ensure_installation,
    finish_setup,
    mark_demo,
    note_setup_step,
    register_demo_removal,
    remove_demo,
    update_installation,
)
from firstline.organizations.actions.organizations import (
    apply_create_organization,
    archive_organization,
    create_organization,
    restore_organization,
    update_organization,
)
from firstline.organizations.actions.places import (
    add_department,
    add_site,
    remove_department,
    remove_site,
    rename_department,
    update_site,
)
from firstline.organizations.actions.services import (
    archive_service,
    create_service,
    restore_service,
    update_service,
)
from firstline.organizations.actions.teams import archive_team, create_team, restore_team, update_team

__all__ = [
    "DemoRemoval",
    "add_department",
    "add_site",
    "apply_create_organization",
    "apply_update_installation",
    "archive_organization",
    "archive_service",
    "archive_team",
    "create_organization",
    "create_service",
    "create_team",
    "ensure_installation",
    "finish_setup",
    "mark_demo",
    "note_setup_step",
    "register_demo_removal",
    "remove_demo",
    "remove_department",
    "remove_site",
    "rename_department",
    "restore_organization",
    "restore_service",
    "restore_team",
    "update_installation",
    "update_organization",
    "update_service",
    "update_site",
    "update_team",
]
