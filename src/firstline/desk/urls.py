"""Routes of the desk."""

from django.urls import include, path

from firstline.desk.views import (
    commands,
    devices,
    enrolment,
    home,
    new_ticket,
    search,
    steps,
    ticket,
    tickets,
)

pages = [
    path("desk/", home.home, name="home"),
    path("desk/search/", search.search, name="search"),
    path("desk/counts/", home.counts, name="counts"),
    path("desk/today/", home.today, name="today"),
    path("desk/tickets/", tickets.ticket_list, name="tickets"),
    path("desk/tickets/export/<str:form>/", tickets.export, name="tickets_export"),
    path("desk/tickets/new/", new_ticket.new_ticket, name="new_ticket"),
    path("desk/people/", new_ticket.people, name="people"),
    path("desk/tickets/<int:number>/", ticket.page, name="ticket"),
    path("desk/tickets/<int:number>/head/", ticket.head, name="ticket_head"),
    path("desk/tickets/<int:number>/timeline/", ticket.timeline, name="ticket_timeline"),
    path("desk/tickets/<int:number>/facts/", ticket.facts, name="ticket_facts"),
    path("desk/tickets/<int:number>/help/", ticket.help_, name="ticket_help"),
    path("desk/tickets/<int:number>/queue/", ticket.queue, name="ticket_queue"),
    path("desk/tickets/<int:number>/clocks/", ticket.clocks, name="ticket_clocks"),
    path("desk/tickets/<int:number>/decisions/<int:decision_id>/", ticket.decision, name="ticket_decision"),
    path("desk/tickets/<int:number>/answers/", steps.answer, name="ticket_answer"),
    path("desk/tickets/<int:number>/taking/", steps.take, name="ticket_take"),
    path("desk/tickets/<int:number>/assignment/", steps.assignment, name="ticket_assign"),
    path("desk/tickets/<int:number>/status/", steps.status, name="ticket_status"),
    path("desk/tickets/<int:number>/priority/", steps.priority, name="ticket_priority"),
    path("desk/tickets/<int:number>/details/", steps.details, name="ticket_details"),
    path("desk/tickets/<int:number>/reopening/", steps.reopen, name="ticket_reopen"),
    path("desk/tickets/<int:number>/article/", steps.article, name="ticket_article"),
    path("desk/tickets/<int:number>/check/", commands.ticket_check, name="ticket_check"),
    path("desk/tickets/<int:number>/command/", commands.ticket_command, name="ticket_command"),
    path("desk/steps/<int:step_id>/undo/", steps.undo, name="undo"),
    path("desk/commands/<int:command_id>/", commands.command, name="command"),
    path("desk/commands/<int:command_id>/cancel/", commands.cancel, name="command_cancel"),
    path("desk/devices/", devices.device_list, name="devices"),
    path("desk/devices/export/<str:form>/", devices.export, name="devices_export"),
    path("desk/devices/enrol/", enrolment.enrol, name="enrol"),
    path("desk/devices/tokens/<int:token_id>/revocation/", enrolment.revoke, name="revoke_token"),
    path("desk/devices/<int:device_id>/", devices.device, name="device"),
    path("desk/devices/<int:device_id>/health/", devices.health, name="device_health"),
    path("desk/devices/<int:device_id>/history/", devices.history, name="device_history"),
    path("desk/devices/<int:device_id>/edit/", devices.edit, name="device_edit"),
    path("desk/devices/<int:device_id>/revocation/", devices.revoke, name="device_revoke"),
    path("desk/devices/<int:device_id>/check/", commands.device_check, name="device_check"),
    path("desk/devices/<int:device_id>/command/", commands.device_command, name="device_command"),
    path("agent/download/firstline-agent.tar.gz", enrolment.download, name="agent_download"),
]

urlpatterns = [
    path("", include((pages, "desk"))),
    path("", include("firstline.desk.setup_urls")),
]
