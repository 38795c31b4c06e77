"""Routes of the set-up assistant; each step's name is its code."""

from django.urls import path

from firstline.desk.setup_views import basics, connections, staffing, start

app_name = "setup"
urlpatterns = [
    path("setup/", start.start, name="start"),
    path("setup/administrator/", start.administrator, name="administrator"),
    path("setup/organization/", basics.organization, name="organization"),
    path("setup/calendar/", basics.calendar, name="calendar"),
    path("setup/teams/", staffing.teams, name="teams"),
    path("setup/services/", staffing.services_, name="services"),
    path("setup/invitations/", staffing.invitations, name="invitations"),
    path("setup/mailbox/", connections.mailbox, name="mailbox"),
    path("setup/agent/", connections.agent, name="agent"),
    path("admin/demo/", connections.leave_demo, name="leave_demo"),
]
