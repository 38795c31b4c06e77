"""Routes of the audit trail's page."""

from django.urls import path

from firstline.audit import views

urlpatterns = [
    path("admin/audit/", views.trail, name="audit-trail"),
    path("admin/audit/check/", views.check, name="audit-check"),
]
