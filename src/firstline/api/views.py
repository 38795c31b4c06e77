"""The API's description, and the answer where there is no operation."""

from django.http import HttpRequest, HttpResponse, JsonResponse

from firstline.accounts.permissions import public, signed_in
from firstline.api.problems import Refused, answer
from firstline.api.v1 import api


@signed_in
def openapi(request: HttpRequest) -> HttpResponse:
    """OpenAPI 3.1 of version 1, for signed-in people."""
    return JsonResponse(api.get_openapi_schema())


@public
def nothing(request: HttpRequest, path: str = "") -> HttpResponse:
    """Unknown addresses answer in the API's own shape."""
    return answer(request, Refused(404, "path_unknown"))
