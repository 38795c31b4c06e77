"""Routes of the mail slice."""

from django.urls import path

from firstline.mail import views

app_name = "mail"

urlpatterns = [
    path("admin/mail/", views.overview, name="overview"),
    path("admin/mail/mailbox/new/", views.mailbox, name="mailbox_new"),
    path("admin/mail/mailbox/<int:mailbox_id>/", views.mailbox, name="mailbox"),
    path("admin/mail/inbound/<int:inbound_id>/", views.inbound, name="inbound"),
    path("admin/mail/inbound/<int:inbound_id>/raw/", views.inbound_raw, name="inbound_raw"),
    path("admin/mail/inbound/<int:inbound_id>/retry/", views.inbound_retry, name="inbound_retry"),
    path("admin/mail/inbound/<int:inbound_id>/drop/", views.inbound_drop, name="inbound_drop"),
    path("admin/outbox-mail/", views.outbox, name="outbox"),
    path("admin/outbox-mail/<int:outbound_id>/", views.outbox, name="outbound"),
    path("admin/outbox-mail/<int:outbound_id>/retry/", views.outbox_retry, name="outbound_retry"),
]
