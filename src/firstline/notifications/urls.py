"""Routes of the notifications slice."""

from django.urls import path

from firstline.notifications import views

app_name = "notifications"

urlpatterns = [
    path("desk/notifications/", views.notification_list, name="list"),
    path("desk/notifications/read/", views.read_all, name="read_all"),
    path("desk/notifications/<int:notification_id>/read/", views.read_one, name="read"),
    path("accounts/notifications/", views.preferences, name="preferences"),
]
