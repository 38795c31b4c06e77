"""Routes of the administration pages."""

from django.urls import path

from firstline.servicelevels import views

urlpatterns = [
    path("admin/calendars/", views.calendars, name="servicelevels-calendars"),
    path("admin/calendars/<int:calendar_id>/", views.calendar, name="servicelevels-calendar"),
    path("admin/calendars/<int:calendar_id>/days/", views.calendar_day, name="servicelevels-calendar-day"),
    path(
        "admin/calendars/<int:calendar_id>/holidays/", views.calendar_seed, name="servicelevels-calendar-seed"
    ),
    path(
        "admin/calendars/<int:calendar_id>/default/",
        views.calendar_default,
        name="servicelevels-calendar-default",
    ),
    path(
        "admin/calendars/<int:calendar_id>/delete/",
        views.calendar_delete,
        name="servicelevels-calendar-delete",
    ),
    path("admin/calendars/teams/<int:team_id>/", views.team_calendar, name="servicelevels-team-calendar"),
    path("admin/service-levels/", views.service_levels, name="servicelevels-policies"),
    path("admin/service-levels/new/", views.policy_new, name="servicelevels-policy-new"),
    path(
        "admin/service-levels/<int:policy_id>/delete/",
        views.policy_delete,
        name="servicelevels-policy-delete",
    ),
]
