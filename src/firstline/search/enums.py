"""Codes of search."""

from django.db import models
from django.utils.translation import pgettext_lazy


class RebuildState(models.TextChoices):
    """Where a rebuild of the index is."""

    RUNNING = "running", pgettext_lazy("rebuild", "Running")
    DONE = "done", pgettext_lazy("rebuild", "Done")
    STOPPED = "stopped", pgettext_lazy("rebuild", "Stopped")
