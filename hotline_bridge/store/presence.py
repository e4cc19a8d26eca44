"""Tells whether a daemon is alone on its database, so that it may take up at once what a killed one had in hand.

SQLite: a lock on a file beside the database. PostgreSQL: an advisory lock. Several daemons may well share a database;
then what a killed one had in hand comes back after its patience.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Protocol

from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

KEY = 7_201_955_81


class Presence(Protocol):
    """`alone` is true until `settle` lets others in."""

    alone: bool

    def settle(self) -> None:
        """Let others in: from now on there may be several."""
        ...

    def leave(self) -> None:
        """Be gone."""
        ...


@contextmanager
def presence(engine: Engine) -> Iterator[Presence]:
    """Be present while the block runs."""
    one: Presence = _OnFile(engine) if engine.dialect.name == "sqlite" else _OnServer(engine)
    try:
        yield one
    finally:
        one.leave()


class _OnFile:
    def __init__(self, engine: Engine) -> None:
        path = Path(f"{engine.url.database}.running")
        self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self.alone = True
        except BlockingIOError:
            self.alone = False

    def settle(self) -> None:
        fcntl.flock(self._file, fcntl.LOCK_SH)

    def leave(self) -> None:
        os.close(self._file)


class _OnServer:
    def __init__(self, engine: Engine) -> None:
        self._line = engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        self.alone = bool(self._line.execute(text("SELECT pg_try_advisory_lock(:key)"), {"key": KEY}).scalar_one())

    def settle(self) -> None:
        self._line.execute(text("SELECT pg_advisory_lock_shared(:key)"), {"key": KEY})
        if self.alone:
            self._line.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": KEY})

    def leave(self) -> None:
        with suppress(DBAPIError):      # the server may be away; then the lock is, too
            self._line.execute(text("SELECT pg_advisory_unlock_all()"))
        self._line.invalidate()
        self._line.close()
