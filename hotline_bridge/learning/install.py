"""Puts a model where the service looks for it: whole, or not at all."""

import os
from pathlib import Path


def install(target: Path, content: bytes) -> None:
    """Write the file beside its place and move it there at once; OSError where the folder cannot be written to."""
    target.parent.mkdir(parents=True, exist_ok=True)
    beside = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        with beside.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.chmod(0o644)         # the service reads it under its own user
        beside.replace(target)
    finally:
        beside.unlink(missing_ok=True)
