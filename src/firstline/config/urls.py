"""Every slice's routes; a slice writes its whole paths in its own `urls` module."""

from importlib.util import find_spec

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from firstline.config import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.home, name="home"),
    path("healthz", views.healthz, name="healthz"),
    path("metrics", views.prometheus, name="metrics"),
    path("admin/", views.administration, name="administration"),
    path("admin/health/", views.health_page, name="health"),
    *(
        path("", include(f"firstline.{name}.urls"))
        for name in settings.FIRSTLINE_SLICES
        if name != "config" and find_spec(f"firstline.{name}.urls")
    ),
]

handler400 = "firstline.ui.errors.bad_request"
handler403 = "firstline.ui.errors.forbidden"
handler404 = "firstline.ui.errors.not_found"
handler500 = "firstline.ui.errors.server_error"
handler429 = "firstline.accounts.views.too_many_requests"
