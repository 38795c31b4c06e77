"""Routes of the API."""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from firstline.api import views
from firstline.api.problems import Refused, answer
from firstline.api.v1 import api


def _with_problems(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A wrong method is answered in the API's own shape, too."""

    @wraps(view)
    def inside(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        if response.status_code != 405:
            return response
        problem = answer(request, Refused(405, "method_wrong", method=request.method))
        problem["Allow"] = response["Allow"]
        return problem

    inside.gate = "api"  # type: ignore[attr-defined]  # each operation checks its token and permission
    return inside


_operations, _app_name, _namespace = api.urls
for _operation in _operations:
    _operation.callback = _with_problems(cast("Callable[..., HttpResponse]", _operation.callback))

urlpatterns = [
    path("api/v1/openapi.json", views.openapi, name="api-openapi"),
    path("api/v1/", (_operations, _app_name, _namespace)),
    path("api/", csrf_exempt(views.nothing)),
    path("api/<path:path>", csrf_exempt(views.nothing)),
]
