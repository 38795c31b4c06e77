"""Routes of the page of background work."""

from django.urls import path

from firstline.outbox import views

urlpatterns = [
    path("admin/outbox/", views.jobs, name="outbox-jobs"),
    path("admin/outbox/<int:job_id>/retry/", views.retry, name="outbox-retry"),
    path("admin/outbox/<int:job_id>/drop/", views.drop, name="outbox-drop"),
]
