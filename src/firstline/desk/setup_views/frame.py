"""What every step of the set-up assistant shares: who may see it, its place in the order, its page."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse

from firstline.accounts.permissions import SETTINGS_MANAGE, check_can_manage_roles
from firstline.organizations.actions import note_setup_step
from firstline.organizations.enums import SetupStep
from firstline.organizations.models import Installation
from firstline.organizations.permissions import check_can_manage_settings
from firstline.organizations.queries import installation
from firstline.ui.gates import actor_of, gate
from firstline.ui.pages import redirect, render

StepView = Callable[[HttpRequest], HttpResponseBase]


def step(name: SetupStep) -> Callable[[StepView], StepView]:
    """A step for administrators while set-up is open; POST with `skip` goes on without it."""

    def decorate(view: StepView) -> StepView:
        @gate(SETTINGS_MANAGE)
        @wraps(view)
        def guarded(request: HttpRequest) -> HttpResponseBase:
            actor = actor_of(request)
            check_can_manage_settings(actor)
            check_can_manage_roles(actor)
            if installation().is_set_up:
                return redirect(request, "/")
            if request.method == "POST" and "skip" in request.POST:
                return go_on(request, name)
            return view(request)

        return guarded

    return decorate


def go_on(request: HttpRequest, name: SetupStep) -> HttpResponse:
    """Remember that this step is done and show the next one."""
    note_setup_step(actor=actor_of(request), step=name)
    return redirect(request, next_url())


def next_url() -> str:
    """The address of the first step that is neither done nor skipped; the last step ends set-up itself."""
    done = installation().setup_steps
    ahead = [name for name in SetupStep if name != SetupStep.ADMINISTRATOR and name not in done]
    return url_of(ahead[0] if ahead else SetupStep.AGENT)


def url_of(name: SetupStep) -> str:
    """The address of a step."""
    return reverse(f"setup:{name.value}")


def show(
    request: HttpRequest, name: SetupStep, context: dict[str, Any] | None = None, *, bad: bool = False
) -> HttpResponse:
    """The step's page, with the way so far above it."""
    shown = {"steps": _steps(installation(), name), "here": name.value, **(context or {})}
    return render(request, f"desk/setup/{name.value}.html", shown, status=422 if bad else 200)


def _steps(here: Installation, current: SetupStep) -> list[tuple[str, str, str]]:
    started = current != SetupStep.ADMINISTRATOR
    steps = []
    for name in SetupStep:
        done = name in here.setup_steps or (name == SetupStep.ADMINISTRATOR and started)
        state = "now" if name == current else "done" if done else ""
        linked = started and name not in {SetupStep.ADMINISTRATOR, current}
        steps.append((str(name.label), state, url_of(name) if linked else ""))
    return steps
