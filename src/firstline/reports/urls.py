"""Routes of the manager's page."""

from django.urls import path

from firstline.reports import views

app_name = "reports"

urlpatterns = [
    path("manage/", views.manage, name="manage"),
    path("manage/export/<slug:figure>/<slug:form>/", views.export, name="export"),
]
