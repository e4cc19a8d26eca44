"""One transaction: the store's drawers over one connection. It ends with the function it was given to."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection

from hotline_bridge.store.answers import Answers
from hotline_bridge.store.blobs import Blobs
from hotline_bridge.store.books import Books
from hotline_bridge.store.call_errands import CallErrands
from hotline_bridge.store.callbacks import Callbacks
from hotline_bridge.store.calls import Calls
from hotline_bridge.store.calls_out import CallsOut
from hotline_bridge.store.cases import Cases
from hotline_bridge.store.clocks import Clocks
from hotline_bridge.store.corrections import Corrections
from hotline_bridge.store.gaps import Gaps
from hotline_bridge.store.handed import Handed
from hotline_bridge.store.hops import Hops
from hotline_bridge.store.listenings import Listenings
from hotline_bridge.store.matters import Matters
from hotline_bridge.store.opened import Opened
from hotline_bridge.store.outages import Outages
from hotline_bridge.store.papers import Papers
from hotline_bridge.store.sketches import Sketches
from hotline_bridge.store.recordings import Recordings
from hotline_bridge.store.registers import Registers
from hotline_bridge.store.reminders import Reminders
from hotline_bridge.store.reports import Reports
from hotline_bridge.store.tasks import Tasks
from hotline_bridge.store.telephone import Telephone
from hotline_bridge.store.tray import Tray


class Tx:
    """What a step may touch."""

    __slots__ = ("_db", "answers", "books", "callbacks", "calls", "calls_out", "cases", "clocks", "corrections", "errands", "gaps", "handed", "hops", "listenings", "matters", "opened", "outages", "papers", "recordings", "registers", "reminders", "reports", "sketches", "tasks", "telephone", "tray")

    def __init__(self, db: Connection, blobs: Blobs) -> None:
        self._db = db
        self.papers = Papers(db, blobs)
        self.callbacks = Callbacks(db)
        self.calls = Calls(db)
        self.calls_out = CallsOut(db)
        self.cases = Cases(db)
        self.answers = Answers(db)
        self.books = Books(db)
        self.clocks = Clocks(db)
        self.corrections = Corrections(db)
        self.errands = CallErrands(db)
        self.gaps = Gaps(db)
        self.handed = Handed(db)
        self.hops = Hops(db)
        self.listenings = Listenings(db)
        self.matters = Matters(db)
        self.opened = Opened(db, blobs)
        self.outages = Outages(db)
        self.tray = Tray(db)
        self.sketches = Sketches(db)
        self.reminders = Reminders(db)
        self.recordings = Recordings(db)
        self.registers = Registers(db)
        self.reports = Reports(db, blobs)
        self.tasks = Tasks(db)
        self.telephone = Telephone(db)

    @contextmanager
    def part(self) -> Iterator[None]:
        """A part of the transaction that may fail alone: its rows go, the rest stays."""
        with self._db.begin_nested():
            yield
