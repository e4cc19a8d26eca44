"""The reports that were planned and made: of which days, as of when, with which figures, and where they went (P-24)."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, Row, func, select, update
from sqlalchemy.exc import IntegrityError

from hotline_bridge.store import schema_books as t
from hotline_bridge.store.blobs import Blobs
from hotline_bridge.store.rows import new_row

Files = Mapping[str, bytes]


@dataclass(frozen=True, slots=True)
class Report:
    """One report: planned, and once it is made, with the digest of its figures and its files by name (each a blob)."""

    id: int
    pack: str
    name: str
    place: str
    first: date
    last: date
    version: int
    as_of: datetime
    made: datetime
    digest: str
    files: Mapping[str, str]
    letter: int | None

    @property
    def ready(self) -> bool:
        """Whether it has been made."""
        return bool(self.digest)


@dataclass(frozen=True, slots=True)
class Reports:
    """What one can do with reports inside a transaction."""

    db: Connection
    blobs: Blobs

    def plan(self, about: tuple[str, str, str], days: tuple[date, date], as_of: datetime, now: datetime, *, ordered: bool = False) -> int | None:
        """Plan a report about (pack, name, place) of these days; None where it was planned by itself already.

        `ordered` by somebody, it is a further version of it, and never takes the place of the one that is planned by itself.
        """
        pack, name, place = about
        c = t.report.c
        same = (c.pack == pack, c.name == name, c.place == place, c.first == days[0], c.last == days[1])
        if not ordered and self.db.execute(select(c.id).where(*same, c.ordered.is_(False))).first() is not None:
            return None
        version = int(self.db.execute(select(func.max(c.version)).where(*same)).scalar() or 0) + 1
        values = {
            "pack": pack, "name": name, "place": place, "first": days[0], "last": days[1], "version": version, "as_of": as_of, "made": now,
            "ordered": ordered, "digest": "", "files": "{}", "letter": None,
        }
        try:
            with self.db.begin_nested():
                return new_row(self.db, t.report, **values)
        except IntegrityError:      # somebody else has planned it in this instant
            return self.plan(about, days, as_of, now, ordered=True) if ordered else None

    def latest(self, pack: str, name: str) -> date | None:
        """The first day of the latest period a report of this name was planned of by itself."""
        c = t.report.c
        return self.db.execute(select(func.max(c.first)).where(c.pack == pack, c.name == name, c.ordered.is_(False))).scalar()

    def get(self, report_id: int) -> Report | None:
        """The report of this id."""
        row = self.db.execute(select(t.report).where(t.report.c.id == report_id)).first()
        return None if row is None else _report(row)

    def by_letter(self, letter: int) -> Report | None:
        """The report that goes with this letter."""
        row = self.db.execute(select(t.report).where(t.report.c.letter == letter)).first()
        return None if row is None else _report(row)

    def select(self, most: int = 200) -> list[Report]:
        """The reports, newest first."""
        return [_report(row) for row in self.db.execute(select(t.report).order_by(t.report.c.id.desc()).limit(most))]

    def keep(self, report_id: int, digest: str, files: Files, letter: int | None, now: datetime) -> None:
        """Keep what was made: the digest of its figures, its files, and the letter it goes with."""
        blobs = {name: self.blobs.put(content) for name, content in files.items()}
        values = {"digest": digest, "files": json.dumps(blobs, ensure_ascii=False), "letter": letter, "made": now}
        self.db.execute(update(t.report).where(t.report.c.id == report_id).values(**values))

    def file(self, blob: str) -> bytes:
        """The bytes of one of a report's files."""
        return self.blobs.get(blob)


def _report(row: Row[tuple[object, ...]]) -> Report:
    return Report(
        row.id, row.pack, row.name, row.place, row.first, row.last, row.version, row.as_of, row.made, row.digest, json.loads(row.files), row.letter,
    )
