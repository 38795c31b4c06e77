"""Only the ui's own routes."""

from django.urls import include, path

urlpatterns = [path("", include("firstline.ui.urls"))]
