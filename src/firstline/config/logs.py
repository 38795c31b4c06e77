"""JSON logs, one object a line, without secrets."""

import logging
import re
import sys
from collections.abc import Mapping, MutableMapping
from typing import Any

import structlog

_SECRET_NAMES = re.compile(r"password|secret|token|authorization|cookie|api_?key|session", re.IGNORECASE)
_SECRET_VALUES = re.compile(
    r"(?i)(bearer\s+|FL1\.|key=|password=|token=|/accounts/invitation/|/password/reset/key/)[\w.\-~+/=:%]{6,}"
)


def without_secrets(
    _logger: object, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Blank values whose name says secret, and bearer tokens inside sentences."""
    for name, value in event.items():
        if _SECRET_NAMES.search(name):
            event[name] = "…"
        elif isinstance(value, str):
            event[name] = _SECRET_VALUES.sub(r"\1…", value)
    return event


def _calm(record: logging.LogRecord) -> bool:
    """What Django turned away as hostile is a warning without a trace: nothing of ours has to change."""
    if record.name.startswith("django.security"):
        record.levelno, record.levelname, record.exc_info = logging.WARNING, "WARNING", None
    return True


def configure(options: Mapping[str, Any]) -> None:
    """Django's LOGGING_CONFIG: everything goes through structlog to standard error."""
    shared: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        without_secrets,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        )
    )
    handler.addFilter(_calm)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(options.get("level", "INFO"))
    for noisy in ("uvicorn.access", "django.server", "mail.log", "axes", "httpx"):
        logging.getLogger(noisy).setLevel("WARNING")
