"""The shape that stands for a status, in rows, chips and the strip of open tickets."""

_SHAPES = {
    "new": "new",
    "open": "open",
    "waiting_requester": "wait",
    "waiting_supplier": "wait",
    "waiting": "wait",
    "scheduled": "sched",
    "resolved": "done",
    "closed": "done",
}


def status_shape(code: str) -> str:
    """The name of the sign `s-…` for a status code; "open" for one it does not know."""
    return _SHAPES.get(code, "open")
