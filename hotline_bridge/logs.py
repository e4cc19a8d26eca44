"""What the service says: one line an event, JSON for journald, text for a terminal; never a customer's words (P-6)."""

import logging
import sys
import traceback
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
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(levelname)s %(name)s %(message)s")


def frames(error: BaseException) -> list[str]:
    """Where an error came from, without its words: those may hold what a customer said (P-6)."""
    return [f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(error.__traceback__)][-8:]
