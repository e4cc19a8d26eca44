"""What tells two reports apart: a digest of their figures, the same whatever they are drawn like (P-24)."""

import hashlib
import json
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime, timedelta

from routing.figures import Analysis, Daily, Return, Statistics


def fingerprint(report: Statistics | Return | Daily | Analysis) -> str:
    """Return the SHA-256 of a report's figures, its head included; a new look of the pages does not change it."""
    canonical = json.dumps(report, default=_plain, ensure_ascii=True, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def _plain(value: object) -> object:
    """What JSON does not know by itself."""
    match value:
        case datetime():
            return value.astimezone(UTC).isoformat()
        case timedelta():
            return value.total_seconds()
        case _ if is_dataclass(value):
            return {field.name: getattr(value, field.name) for field in fields(value)}
        case _:
            return str(value)           # days and zones
