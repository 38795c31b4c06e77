"""Codes of search."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class RebuildState(models.TextChoices):
    """Where a rebuild of the index is."""

    RUNNING = "running", pgettext_lazy("rebuild", "Running")
    DONE = "done", pgettext_lazy("rebuild", "Done")
    STOPPED = "stopped", pgettext_lazy("rebuild", "Stopped")


class JudgedState(models.TextChoices):
    """Where the measuring of a judged set is."""

    RUNNING = "running", pgettext_lazy("judged", "Running")
    DONE = "done", pgettext_lazy("judged", "Done")
    FAILED = "failed", pgettext_lazy("judged", "Failed")


REBUILD_TAKES_OVER_SECONDS = 20

ERRORS = {
    "synonym_not_found": _("That line is no longer in the table."),
    "synonym_alone": _("Give at least two words or expressions, separated by commas."),
    "synonym_too_long": _("At most %(most)s words or expressions may stand for each other."),
    "rebuild_driven": _("The index is being rebuilt already, by another process."),
    "judged_run_under_way": _("Another set is being measured. Wait until it is done."),
    "judged_set_too_large": _(
        "A set has at most %(documents)s documents and %(queries)s questions, 20 MB each."
    ),
    "judged_file_unreadable": _("Cannot read %(file)s: %(reason)s."),
    "judged_file_empty": _("%(file)s holds no lines."),
    "judged_line_unreadable": _("%(file)s, line %(line)s: this is not a JSON object."),
    "judged_text_missing": _("%(file)s, line %(line)s: “%(name)s” must be text."),
    "judged_ids_missing": _("%(file)s, line %(line)s: “%(name)s” must be a list of ids."),
    "judged_id_missing": _("%(file)s, line %(line)s: an id must be text or a whole number."),
    "judged_id_twice": _("%(file)s, line %(line)s: the id %(id)s is used twice."),
    "judged_nothing_relevant": _("No question in %(file)s names a relevant document."),
    "judged_no_postgresql": _(
        "No PostgreSQL is configured; set FIRSTLINE_DATABASE_URL to a server for the scratch database."
    ),
    "judged_no_scratch": _("The scratch database could not be made: %(reason)s"),
    "judged_too_slow": _("The evaluation was stopped after %(seconds)s seconds."),
    "judged_run_failed": _("The evaluation failed: %(reason)s"),
}
