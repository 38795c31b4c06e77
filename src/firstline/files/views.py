"""Serves stored files so that nothing in them can run in our origin."""

import uuid

from django.http import FileResponse, HttpRequest
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.http import content_disposition_header

from firstline.files.queries import get_file_for, open_file
from firstline.ui.gates import actor_of, signed_in


@signed_in
def serve(request: HttpRequest, file_id: uuid.UUID) -> HttpResponseBase:
    """The file for those who may have it: images shown, anything else as a download."""
    file = get_file_for(actor_of(request), file_id)
    etag = f'"{file.sha256}"'
    unchanged = get_conditional_response(request, etag=etag)
    if unchanged is not None:
        return unchanged
    response = FileResponse(open_file(file.id))
    response["Content-Type"] = file.served_type
    response["Content-Length"] = str(file.size_bytes)
    response["Content-Disposition"] = content_disposition_header(not file.is_image, file.name) or "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    response["ETag"] = etag
    # The reader's right may end: the browser may keep it, but asks whether it is still the same.
    response["Cache-Control"] = "private, no-cache"
    return response
