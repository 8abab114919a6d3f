"""Logs as JSON lines without personal data, and a garbage collector that leaves units alone."""

from __future__ import annotations

import gc
import logging
import sys
from collections.abc import MutableMapping
from datetime import UTC, datetime
from typing import Any

import structlog

# Exceptions of libraries quote the values they choke on; their class says enough in a log.
_DROPPED = ("exc_info", "exception", "stack")
# Records decoded in a unit are garbage soon after; a young generation of 700 objects would be
# collected hundreds of times per unit.
GC_THRESHOLDS = (50_000, 20, 50)
REPEAT_SECONDS = 10.0
SAID_MAX = 1_000


def start_logging(*, level: str, form: str, service: str) -> None:
    """Set up structlog and the standard library's loggers for this process."""
    last: Any = (
        structlog.processors.JSONRenderer()
        if form == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
            _of_service(service),
            _without_values,
            last,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level.upper())),
        # Writes a line at once, end included: the libraries' handler writes to the same stream.
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_LibraryFormatter(service))
    handler.addFilter(_OnceInAWhile())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)


def tune_garbage_collector() -> None:
    """Freeze what was imported and collect rarely; call once, after start-up."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GC_THRESHOLDS)


def _of_service(service: str) -> structlog.typing.Processor:
    # Not a context variable: threads that a library starts have a context of their own.
    def add_service(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        event["service"] = service
        return event

    return add_service


def _without_values(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for key in _DROPPED:
        event.pop(key, None)
    return event


class _OnceInAWhile(logging.Filter):
    """Lets a library say one thing once in ten seconds.

    While a broker is away its client says so about a hundred times a second, in every process.
    """

    def __init__(self) -> None:
        super().__init__()
        self._said_at: dict[tuple[str, str], float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        said = (record.name, str(record.msg))
        if record.created - self._said_at.get(said, 0.0) < REPEAT_SECONDS:
            return False
        if len(self._said_at) >= SAID_MAX:
            # Some write values into their messages, so that none is like another.
            self._said_at.clear()
        self._said_at[said] = record.created
        return True


class _LibraryFormatter(logging.Formatter):
    """Says which library logged what, without arguments and tracebacks: they can hold values."""

    def __init__(self, service: str) -> None:
        super().__init__()
        self._service = service

    def format(self, record: logging.LogRecord) -> str:
        kind = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else None
        message = record.msg if isinstance(record.msg, str) else type(record.msg).__name__
        renderer = structlog.processors.JSONRenderer()
        line = {
            "event": "library_log",
            "logger": record.name,
            "level": record.levelname.lower(),
            "message": message.splitlines()[0][:200] if message else "",
            "error": kind,
            "service": self._service,
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(),
        }
        return str(renderer(None, "", line))
