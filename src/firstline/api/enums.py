"""Limits of the API, and the sentences for its refusals."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

BODY_BYTES_MAX = 1 * 2**20
KEY_LENGTH_MAX = 200
KEEP_HOURS = 48  # how long an answer is replayed for its Idempotency-Key
PAGE_MAX = 200

ERRORS: dict[str, str | Promise] = {
    "token_missing": _("Send a token: Authorization: Bearer …"),
    "token_unknown": _("This token is not valid, or no longer."),
    "json_invalid": _("The body of the request is not valid JSON."),
    "request_invalid": _("Some values of the request cannot be used."),
    "request_too_large": _("The request is larger than %(limit)s bytes."),
    "too_many_requests": _(
        "This token may send %(limit)s requests a minute. Send the next one in %(seconds)s s."
    ),
    "path_unknown": _("There is nothing at this address."),
    "method_wrong": _("This address does not answer to %(method)s."),
    "server_fault": _("Something broke on our side. It is recorded; try again in a minute."),
    "idempotency_key_invalid": _("An Idempotency-Key has 1 to %(limit)s visible ASCII characters."),
    "idempotency_key_reused": _("This Idempotency-Key was used for another request."),
    "cursor_invalid": _("This cursor is not one of ours. Start with the first page."),
    "api_requester_unknown": _("Nobody has the address “%(value)s”, or you may not write for them."),
    "api_device_unknown": _("No device, or more than one, is called “%(value)s”."),
    "api_service_unknown": _("There is no service called “%(value)s”."),
    "api_team_unknown": _("There is no such team."),
}

FIELD_WORDS: dict[str, str | Promise] = {
    "missing": _("This value is needed."),
    "string_too_short": _("This text is too short."),
    "string_too_long": _("This text is too long."),
    "too_long": _("This list is too long."),
    "literal_error": _("This is not one of the choices."),
    "enum": _("This is not one of the choices."),
    "extra_forbidden": _("There is no such field."),
}
"""Words for what the schema finds wrong with one value; anything else gets a general sentence."""
