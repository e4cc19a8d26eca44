"""Runs a transaction: a plain function, in a thread, again if the database asks for it."""

import asyncio
import json
import random
import sqlite3
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import DatabaseError, DBAPIError, InterfaceError, InternalError, OperationalError

from hotline_bridge.store.blobs import Blobs
from hotline_bridge.store.presence import presence
from hotline_bridge.store.tx import Tx

T = TypeVar("T")
TRIES = 9
CACHE_KB = 16_384       # of pages for each SQLite connection: a sweep over 500 cases must not spill what it writes
BUSY_MS = 10_000        # how long SQLite waits for another program's lock
DAMAGED = "the file is no database of ours or damaged; restore it from the backup, or correct store.url"
PASSING = frozenset({"40001", "40P01", "55P03"})      # serialization failure, deadlock, lock not available


class Store:
    """The house's memory: one engine, and as many threads as it may have connections.

    SQLite has one writer, so writes queue in a thread of their own: waiting there is orderly, waiting for its lock is not.
    """

    def __init__(self, engine: Engine, blobs: Path, threads: int = 4) -> None:
        self._engine = engine
        self._reader = engine.execution_options(read_only=True, postgresql_readonly=True)
        self._blobs = Blobs(blobs)
        self._readers = ThreadPoolExecutor(threads, "store-read")
        self._writers = ThreadPoolExecutor(1 if self.is_sqlite else threads, "store-write")

    @property
    def is_sqlite(self) -> bool:
        """Whether the database is a SQLite file."""
        return self._engine.dialect.name == "sqlite"

    @property
    def blobs(self) -> Blobs:
        """The large bodies as files; for what is too large to pass through a transaction."""
        return self._blobs

    @contextmanager
    def present(self, now: Callable[[], datetime]) -> Iterator[int]:
        """Be present on the database while the block runs; yields how many tasks a killed daemon had in hand."""
        with presence(self._engine) as here:
            left = self.run_now(lambda tx: tx.tasks.release(now())) if here.alone else 0
            here.settle()
            yield left

    async def run(self, work: Callable[[Tx], T]) -> T:
        """Run one writing transaction; everything in it happens, or nothing does. It may be run twice."""
        return await asyncio.get_running_loop().run_in_executor(self._writers, partial(self._transact, self._engine, work))

    async def read(self, work: Callable[[Tx], T]) -> T:
        """Run one reading transaction, which never queues behind a writer."""
        return await asyncio.get_running_loop().run_in_executor(self._readers, partial(self._transact, self._reader, work))

    def run_now(self, work: Callable[[Tx], T]) -> T:
        """Run one writing transaction in this thread (command line, tests)."""
        return self._transact(self._engine, work)

    def read_now(self, work: Callable[[Tx], T]) -> T:
        """Run one reading transaction in this thread."""
        return self._transact(self._reader, work)

    def close(self) -> None:
        """Let the threads end and close every connection."""
        self._writers.shutdown()
        self._readers.shutdown()
        self._engine.dispose()

    def _transact(self, engine: Engine, work: Callable[[Tx], T]) -> T:
        with cured():
            for attempt in range(TRIES):
                try:
                    with engine.begin() as connection:
                        return work(Tx(connection, self._blobs))
                except DBAPIError as error:
                    if attempt == TRIES - 1 or not _passing(error):
                        raise
                    time.sleep(min(0.02 * 2**attempt, 1.0) * (0.5 + random.random()))     # noqa: S311 (two that met must not meet again)
        raise AssertionError("unreachable")


class StoreUnavailable(OSError):
    """The database cannot be reached or cannot write; nothing was kept. The text says what to do."""


def is_database_trouble(error: Exception) -> bool:
    """Whether the database itself failed, rather than what was asked of it."""
    damaged = type(error) is DatabaseError and type(error.orig) is sqlite3.DatabaseError    # no finer word for a broken file
    return damaged or isinstance(error, (OperationalError, InterfaceError, InternalError))


@contextmanager
def cured() -> Iterator[None]:
    """Raise StoreUnavailable, with the cure, in place of the database's own words."""
    try:
        yield
    except DBAPIError as error:
        if is_database_trouble(error):
            raise StoreUnavailable(_cure(error)) from error
        raise


def _cure(error: DBAPIError) -> str:
    """What is wrong in the database's own words, and what to do about it."""
    said = str(error.orig).strip().splitlines()[0] if str(error.orig).strip() else type(error.orig).__name__
    cures = {
        "disk is full": "free some space on the disk of the state folder",
        "disk I/O error": "free some space on the disk of the state folder; where there is enough, look after the disk itself",
        "No space left": "free some space on the disk of the database server",
        "readonly": "the database file or its folder is read-only for this user; correct its owner and mode",
        "unable to open": "the folder of the database is missing or closed to this user; correct store.url or its mode",
        "locked": "another program holds the database; end it",
        "no such table": "run `hotline-bridge db upgrade`",
        "not a database": DAMAGED,
        "malformed": DAMAGED,
    }
    cure = next((cure for sign, cure in cures.items() if sign in said), "check that the database runs and store.url is right")
    return f"the database says: {said}; {cure}"


def _passing(error: DBAPIError) -> bool:
    """Tell a busy database (serialization, deadlock, locked file) from a broken one."""
    return getattr(error.orig, "sqlstate", None) in PASSING or "database is locked" in str(error.orig)


def open_engine(url: str, password: str = "") -> Engine:
    """Open the database behind `url` (`sqlite:///file` or `postgresql+psycopg://…`) with our manners."""
    whole = make_url(url).set(password=password) if password else make_url(url)
    engine = create_engine(whole, json_serializer=partial(json.dumps, ensure_ascii=False), hide_parameters=True, pool_pre_ping=not url.startswith("sqlite"))
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _sqlite_connect)
        event.listen(engine, "begin", _sqlite_begin)
    return engine


def _sqlite_begin(connection: Connection) -> None:
    """Say what kind of transaction it is: a writer takes its lock first, or updates would vanish."""
    reading = connection.get_execution_options().get("read_only", False)
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


def _sqlite_connect(connection: Any, _record: object) -> None:  # noqa: ANN401 (the driver's own connection)
    connection.isolation_level = None  # we say BEGIN ourselves, and mean it
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={BUSY_MS}", f"cache_size=-{CACHE_KB}"):
        connection.execute(f"PRAGMA {pragma}")
