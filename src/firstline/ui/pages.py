"""Renders a page, or one block of it for htmx, from the same template."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING, Any, cast

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template import engines
from django.utils import translation
from django.utils.cache import patch_vary_headers
from jinja2 import Environment, Template

from firstline.ui import current, toasts
from firstline.ui.shell import shell_for

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Context = Mapping[str, Any] | object


def environment() -> Environment:
    """The environment behind every page."""
    return cast("Environment", engines["jinja2"].env)  # type: ignore[attr-defined]


def wants_fragment(request: HttpRequest) -> bool:
    """Whether htmx will put the answer into a part of the page."""
    headers = request.headers
    return headers.get("HX-Request") == "true" and headers.get("HX-Request-Type", "partial") != "full"


def render(
    request: HttpRequest,
    template: str,
    context: Context | None = None,
    *,
    block: str | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page `template` with `context`, a dataclass (seen as `page` and by its fields) or a mapping.

    With `block`, an htmx request gets only that block and the waiting toasts; a plain request gets
    the whole page. `request`, `actor`, `shell` and `csrf_input` are always there.
    """
    with current.answering(request):
        names = _names(request, context)
        found = environment().get_template(template)
        if block is not None and wants_fragment(request):
            html = _render_block(found, block, names) + _toasts_out_of_band(request)
        else:
            html = found.render(names)
    response = HttpResponse(html, status=status)
    patch_vary_headers(response, ["HX-Request", "Cookie", "Accept-Language"])
    toasts.carry(request, response)
    return response


def redirect(request: HttpRequest, to: str, *, toast: str = "", undo_url: str = "") -> HttpResponse:
    """Go to the path `to` after a change; htmx gets the same by its own header. `toast` is shown there."""
    if toast:
        toasts.add(request, toast, undo_url=undo_url)
    response: HttpResponse
    if request.headers.get("HX-Request") == "true":
        response = HttpResponse(status=200)
        response["HX-Redirect"] = to
    else:
        response = HttpResponseRedirect(to)
        response.status_code = 303 if request.method not in {"GET", "HEAD"} else 302
    toasts.carry(request, response)
    return response


def render_text(template: str, context: Context | None = None, *, language: str) -> str:
    """A mail or another text without a request, in the recipient's language."""
    with translation.override(language):
        return environment().get_template(template).render(_fields(context))


def _names(request: HttpRequest, context: Context | None) -> dict[str, Any]:
    frame = shell_for(request)
    return _fields(context) | {"request": request, "actor": frame.actor, "shell": frame}


def _fields(context: Context | None) -> dict[str, Any]:
    if context is None:
        return {}
    if isinstance(context, Mapping):
        return dict(context)
    if is_dataclass(context):
        page = cast("DataclassInstance", context)
        return {field.name: getattr(page, field.name) for field in fields(page)} | {"page": page}
    return {"page": context}


def _render_block(template: Template, block: str, names: dict[str, Any]) -> str:
    context = template.new_context(names)
    # Running the template up to its first output performs its imports and those of its
    # parents, and merges their blocks, without rendering the page around the block.
    start = template.root_render_func(context)
    next(iter(start), None)
    if block not in context.blocks:
        raise LookupError(f"{template.name} has no block {block!r}")
    return "".join(context.blocks[block][0](context))


def _toasts_out_of_band(request: HttpRequest) -> str:
    waiting = toasts.take(request)
    if not waiting:
        return ""
    return environment().get_template("ui/toasts.html").render({"toasts": waiting, "out_of_band": True})
