"""What `check` says about a tree whose front end was never built."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core import checks

from firstline.ui import assets


@checks.register()
def front_end_is_built(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[checks.CheckMessage]:
    """Pages without their style sheet are unreadable, so say how to build it."""
    if assets.is_built():
        return []
    return [
        checks.Warning(
            "The front end is not built.", hint="Run ./firstline up, which builds it.", id="ui.W001"
        )
    ]
