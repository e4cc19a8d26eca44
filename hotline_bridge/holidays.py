"""A notice of holidays becomes the bank's calendar: read, compared, put in place, and the limits of open cases worked out anew."""

import contextlib
import os
import shutil
import tempfile
import tomllib
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from hotline_bridge.rulebook import load_notice
from hotline_bridge.tables import each_row, toml_of
from hotline_bridge.steps.retime import Batch, retime
from hotline_bridge.store.engine import Store
from routing.calendar import Calendar, changed_days
from routing.errors import BadTable
from routing.notice import Notice, days_of, in_toml, merged, notice_of_rows, read_notice
from routing.rules import Rules

LARGEST = 1 << 20       # bytes of a notice; a year's has a few thousand
_WORLD_READABLE = 0o644


@dataclass(frozen=True, slots=True)
class Coming:
    """The calendar as it would be with a notice, written out, and which days that changes."""

    calendar: Calendar
    text: str
    years: tuple[int, ...]              # of the notice
    changed: tuple[date, ...]

    @property
    def concerned(self) -> tuple[date, ...]:
        """The days whose cases are looked at: those that change; of a notice that is in force already all, to finish what was broken off."""
        return self.changed or tuple(day for year in self.years for day in days_of(date(year, 1, 1), date(year, 12, 31)))


def coming(file: Path, place: Path | None) -> Coming:
    """Read a notice (TOML as in routing/calendars/cn.toml, or CSV day,kind,name) and merge it into the calendar at `place`.

    Where nothing lies there yet, into the one that comes along. BadTable with every mistake of the notice, or of the whole.
    """
    base = load_notice(place if place and place.exists() else None)
    notice = _read(file, base)
    whole = merged(base, notice, str(file))
    text = f"# 由 hotline-bridge calendar import 写入 / written by `hotline-bridge calendar import`\n\n{in_toml(whole)}"
    now, then = (Calendar.parse(tomllib.loads(one), str(file)) for one in (in_toml(base), text))
    return Coming(then, text, tuple(year.year for year in notice.years), tuple(changed_days(now, then)))


def install(text: str, place: Path, now: datetime) -> Path | None:
    """Write the calendar to its place, whole or not at all; returns where the former one was kept, None where there was none."""
    kept = None
    if place.exists():
        kept = place.with_name(f"{place.name}.{now:%Y%m%dT%H%M%S}")
        shutil.copy2(place, kept)
    handle, name = tempfile.mkstemp(dir=place.parent, prefix=f".{place.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(place.stat().st_mode & 0o777 if kept else _WORLD_READABLE)     # the service reads it as another user
        if kept:
            with contextlib.suppress(PermissionError):
                shutil.chown(name, place.stat().st_uid, place.stat().st_gid)
        Path(name).replace(place)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise
    return kept


def retimed(store: Store, days: Collection[date], now: datetime, rules: Rules, *, write: bool = True) -> Iterator[Batch]:
    """Work out anew the open cases these days concern, a batch a transaction; without `write` only look."""
    after: int | None = 0
    while after is not None:
        batch = _batch(store, after, days, now, rules, write=write)
        yield batch
        after = batch.after


def _batch(store: Store, after: int, days: Collection[date], now: datetime, rules: Rules, *, write: bool) -> Batch:
    if write:
        return store.run_now(lambda tx: retime(tx, after, days, now, rules))
    return store.read_now(lambda tx: retime(tx, after, days, now, rules, write=False))


def _read(file: Path, base: Notice) -> Notice:
    try:
        with file.open("rb") as opened:
            content = opened.read(LARGEST + 1)
    except OSError as error:
        raise BadTable(str(file), [f"cannot be read: {error.strerror or error}"]) from None
    if len(content) > LARGEST:
        raise BadTable(str(file), [f"has more than {LARGEST} bytes; a notice of holidays has a few thousand: is it the right file?"])
    if file.suffix.lower() == ".toml":
        return read_notice(toml_of(content, str(file)), str(file), base)
    return notice_of_rows(each_row(content, str(file)), str(file), base)
