"""What the domain says when it cannot do a thing: a stable code and parameters, never a sentence."""


class DomainError(Exception):
    """An expected failure.

    `code` never changes once released; `params` fill the sentence that the edge
    renders in the reader's language.
    """

    http_status = 400

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


class InvalidInput(DomainError):
    """Input that cannot be accepted; `field` names the form field when one is to blame."""

    http_status = 422

    def __init__(self, code: str, *, field: str | None = None, **params: object) -> None:
        super().__init__(code, **params)
        self.field = field


class NotAllowed(DomainError):
    """The actor may not do this."""

    http_status = 403


class NotFound(DomainError):
    """There is no such thing, or the actor may not know that there is."""

    http_status = 404


class Conflict(DomainError):
    """The thing changed meanwhile, or is in a state that does not allow this."""

    http_status = 409
