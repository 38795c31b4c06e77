"""Routes of the choices that every page offers."""

from django.urls import path

from firstline.ui import views

app_name = "ui"
urlpatterns = [
    path("choices/language/", views.language, name="language"),
    path("choices/bell/", views.bell, name="bell"),
    path("choices/theme/", views.theme, name="theme"),
]
