"""Routes of the devices slice; the other pages of devices are the desk's."""

from django.urls import path

from firstline.devices import views

app_name = "devices"
urlpatterns = [path("desk/devices/import/", views.import_page, name="import")]
