"""What people type on pages of this slice, as clean values; nothing is saved here."""

from django.http import HttpRequest, QueryDict


def posted(request: HttpRequest) -> QueryDict | None:
    """A form's data; an empty POST is an answer too: no box is ticked."""
    return request.POST if request.method == "POST" else None
