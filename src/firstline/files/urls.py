"""Routes of stored files."""

from django.urls import path

from firstline.files import views

urlpatterns = [path("files/<uuid:file_id>/", views.serve, name="files-serve")]
