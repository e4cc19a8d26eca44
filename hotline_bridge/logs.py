"""What the service says: one line an event, JSON for journald, text for a terminal; never a customer's words (P-6)."""

import json
import logging
import sys
import traceback
from datetime import UTC, datetime
from pathlib import Path

import structlog

LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}


def setup(level: str, form: str) -> None:
    """Set up structlog; "auto" is text on a terminal and JSON elsewhere."""
    text = form == "text" or (form == "auto" and sys.stderr.isatty())
    renderer = structlog.dev.ConsoleRenderer() if text else structlog.processors.JSONRenderer(ensure_ascii=False)
    processors = [
        structlog.contextvars.merge_contextvars, structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True), renderer,
    ]
    structlog.configure(
        processors=processors, wrapper_class=structlog.make_filtering_bound_logger(LEVELS[level]),  # type: ignore[arg-type]
        logger_factory=structlog.PrintLoggerFactory(sys.stderr), cache_logger_on_first_use=True,
    )
    others = logging.StreamHandler(sys.stderr)
    others.setFormatter(_Others(as_json=not text))
    logging.basicConfig(level=logging.WARNING, handlers=[others], force=True)
    logging.getLogger("tnefparse").setLevel(logging.CRITICAL)       # it tells what stands in people's mails (P-6)


class _Others(logging.Formatter):
    """What libraries say, in the same form as ours: of an exception its kind and place, not its words (P-6)."""

    def __init__(self, *, as_json: bool) -> None:
        super().__init__()
        self._as_json = as_json

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        error = record.exc_info[1] if record.exc_info else None
        row: dict[str, object] = {"event": record.getMessage(), "logger": record.name, "level": record.levelname.lower()}
        if error is not None:
            row |= {"error": type(error).__name__, "where": frames(error)}
        row["timestamp"] = datetime.fromtimestamp(record.created, UTC).isoformat()
        return json.dumps(row, ensure_ascii=False) if self._as_json else " ".join(f"{name}={value}" for name, value in row.items())


def frames(error: BaseException) -> list[str]:
    """Where an error came from, without its words: those may hold what a customer said (P-6)."""
    return [f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(error.__traceback__)][-8:]
