"""Who calls: bearer tokens, the gate of each operation, size limits, repeated requests."""

import hashlib
import re
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import translation
from ninja import NinjaAPI
from ninja.security import HttpBearer

from firstline.accounts.actions import authenticate_token
from firstline.api import limits
from firstline.api.actions import keep_answer
from firstline.api.enums import BODY_BYTES_MAX, KEY_LENGTH_MAX
from firstline.api.models import StoredAnswer
from firstline.api.problems import Refused
from firstline.kit.actor import Actor
from firstline.kit.errors import NotAllowed

_KEY = re.compile(rf"[\x21-\x7e]{{1,{KEY_LENGTH_MAX}}}")


class Bearer(HttpBearer):
    """`Authorization: Bearer …` with a person's API token; what they may do is looked up at each request."""

    def authenticate(self, request: HttpRequest, token: str) -> Actor | None:
        """The token's actor; who asks too often or sends too much is refused before anybody reads it."""
        _check_size(request)
        actor = authenticate_token(token, request_id=getattr(request, "firstline_id", ""))
        if actor is None:
            return None
        request.actor = actor  # type: ignore[attr-defined]
        if "Accept-Language" not in request.headers:
            translation.activate(actor.language)
        limits.check(hash(token), actor.label)
        return actor


class Replay(Exception):
    """The request was answered before; the same answer is due."""

    def __init__(self, stored: StoredAnswer) -> None:
        super().__init__(stored.key)
        self.stored = stored


def gate(*permissions: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Let those through who hold one of the permissions; every operation wears this."""

    def decorate(operation: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(operation)
        def gated(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            actor = actor_of(request)
            if not any(actor.may(permission) for permission in permissions):
                raise NotAllowed("permission_missing", permission=permissions[0])
            _replay_if_answered(request, actor)
            return operation(request, *args, **kwargs)

        gated.gate = permissions  # type: ignore[attr-defined]
        return gated

    return decorate


def actor_of(request: HttpRequest) -> Actor:
    """The actor whose token came with the request."""
    actor = request.actor  # type: ignore[attr-defined]
    assert isinstance(actor, Actor)
    return actor


def repeatable(run: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Keep the answer of a successful operation for the request's Idempotency-Key."""

    @wraps(run)
    def inside(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        response = run(request, **kwargs)
        waiting: StoredAnswer | None = getattr(request, "unanswered", None)
        if waiting is not None and 200 <= response.status_code < 300:
            waiting.status = response.status_code
            waiting.body = response.content.decode()
            waiting.location = response.get("Location", "")
            keep_answer(waiting)
        return response

    return inside


def _check_size(request: HttpRequest) -> None:
    """Raise where the declared length of the body is beyond the limit."""
    length = request.headers.get("Content-Length") or "0"
    if not length.isdecimal() or int(length) > BODY_BYTES_MAX:
        raise Refused(413, "request_too_large", limit=BODY_BYTES_MAX)


def external_key(request: HttpRequest) -> str | None:
    """The key by which an action recognises a repeat of this request; None without an Idempotency-Key."""
    waiting: StoredAnswer | None = getattr(request, "unanswered", None)
    return f"api:{waiting.person_id}:{waiting.key}" if waiting is not None else None


def register(api: NinjaAPI) -> None:
    """Answer a repeated request as it was answered before."""
    api.add_exception_handler(Replay, _replayed)


def _replayed(_request: HttpRequest, replay: Any) -> HttpResponse:
    stored = replay.stored
    response = HttpResponse(stored.body, status=stored.status, content_type="application/json; charset=utf-8")
    response["Idempotency-Replayed"] = "true"
    if stored.location:
        response["Location"] = stored.location
    return response


def _replay_if_answered(request: HttpRequest, actor: Actor) -> None:
    key = request.headers.get("Idempotency-Key")
    if key is None or request.method != "POST" or actor.id is None:
        return
    if not _KEY.fullmatch(key):
        raise Refused(400, "idempotency_key_invalid", limit=KEY_LENGTH_MAX)
    digest = hashlib.sha256(key.encode()).hexdigest()
    fingerprint = hashlib.sha256(f"{request.method} {request.path}\n".encode() + request.body).hexdigest()
    stored = StoredAnswer.objects.filter(person_id=actor.id, key=digest).first()
    if stored is None:
        fresh = StoredAnswer(person_id=actor.id, key=digest, fingerprint=fingerprint)
        request.unanswered = fresh  # type: ignore[attr-defined]
    elif stored.fingerprint != fingerprint:
        raise Refused(422, "idempotency_key_reused")
    else:
        raise Replay(stored)
