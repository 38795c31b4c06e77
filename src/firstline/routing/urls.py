"""Routes of the routing slice."""

from django.urls import path

from firstline.routing import views

app_name = "routing"

urlpatterns = [
    path("admin/priority/", views.priority, name="priority"),
    path("admin/routing/", views.routing, name="routing"),
    path("admin/routing/cap/", views.default_cap, name="default_cap"),
    path("admin/routing/cap/<int:person_id>/", views.person_cap, name="person_cap"),
    path("admin/routing/rules/new/", views.rule_new, name="rule_new"),
    path("admin/routing/rules/<int:rule_id>/", views.rule, name="rule"),
    path("admin/routing/rules/<int:rule_id>/delete/", views.rule_delete, name="rule_delete"),
]
