"""Several sources tell of one Asterisk call: files in two layouts, events, the queue_log. What they say is laid together here.

A record that comes by file and by event is one record: it has the same channel, moments and outcome in both. Parts - events
of channels, recordings and queues - are no records; they say what records leave out, and stand in where there are none.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
import re

from adapters.formats.cdr import rows as r
from adapters.formats.cdr.queue_log import ABANDONED, COMPLETED, CONNECTED, EVENT, JOINED
from adapters.formats.cdr.rows import FORM, ZONE, Row

AMI, QUEUE_LOG = "asterisk-ami", "asterisk-queue-log"
PARTIAL = frozenset({AMI, QUEUE_LOG})
#: Which source's words stand where two tell of the same record: the fullest first.
_RANK = ("asterisk-csv", "asterisk-custom", "asterisk-json", AMI)
_SAME = ("channel", "dstchannel", "dst", "lastapp", "disposition")          # written alike by all of them
_MOMENTS = ("start", "answer", "end")
_EPOCH = re.compile(r"(?:.*-)?([0-9]{9,10})\.([0-9]+)")


def is_part(row: Row) -> bool:
    """Whether a row is a part of a call rather than a record."""
    return EVENT in row


def records(rows: Sequence[Row]) -> list[Row]:
    """The records among these rows, one for each however many sources tell of it; in an order of their own."""
    kept: list[dict[str, str]] = []
    at: dict[object, list[dict[str, str]]] = {}
    for row in sorted((row for row in rows if not is_part(row)), key=_place):
        began = r.moment(row, "start")
        beside = at.setdefault(began and began.timestamp(), [])
        twin = next((one for one in beside if _same(one, row)), None)
        if twin is None:
            kept.append(dict(row))
            beside.append(kept[-1])
        else:
            twin.update({name: said for name, said in row.items() if said and not twin.get(name)})
    return list(kept)


def _place(row: Row) -> tuple[int, list[tuple[str, str]]]:
    form = row[FORM]
    return (_RANK.index(form) if form in _RANK else len(_RANK), sorted(row.items()))


def _same(one: Row, other: Row) -> bool:
    """Whether two rows that began in the same second are the same record, told by different sources."""
    if one[FORM] == other[FORM]:
        return False            # a source that writes a line twice means two
    ids = [(one.get(name, ""), other.get(name, "")) for name in ("uniqueid", "channel", "sequence")]
    if any(mine and theirs and mine != theirs for mine, theirs in ids) or not any(mine and mine == theirs for mine, theirs in ids[:2]):
        return False
    if any(name in one and name in other and one[name] != other[name] for name in _SAME):
        return False
    return r.seconds(one, "billsec") == r.seconds(other, "billsec") and all(_at(one, name) == _at(other, name) for name in _MOMENTS[1:])


def _at(row: Row, name: str) -> float | None:
    at = r.moment(row, name)
    return None if at is None else at.timestamp()


def age(call_id: str) -> tuple[float, int, str]:
    """Sorts Asterisk's ids, `[system-]epoch.number`, by when they were given; any other id comes last."""
    found = _EPOCH.fullmatch(call_id)
    return (float(found[1]), int(found[2][:18]), call_id) if found else (float("inf"), 0, call_id)


@dataclass(frozen=True, slots=True)
class Parts:
    """What the parts of one call say; "" where they say nothing."""

    rows: tuple[Row, ...]

    def _of(self, *kinds: str) -> Iterator[Row]:
        return (row for row in self.rows if row[EVENT] in kinds)

    def _first(self, name: str, *kinds: str) -> str:
        return next(filter(None, (row.get(name, "") for row in self._of(*kinds))), "")

    @property
    def seat(self) -> str:
        """Who picked up last: the queue knows, a channel's name only hints at it."""
        told = sorted(self._of(CONNECTED, COMPLETED), key=lambda row: (row.get("time", ""), row[EVENT] == CONNECTED))
        return next(filter(None, (row.get("agent_no", "") for row in reversed(told))), "")

    @property
    def queue(self) -> str:
        """The queue that took the call."""
        return self._first("queue", CONNECTED, ABANDONED, COMPLETED, JOINED)

    @property
    def ani(self) -> str:
        """The caller's number."""
        queued = self._first("ani", JOINED)
        return queued or next(filter(None, (row.get("ani", "") for row in self._by_age())), "")

    @property
    def connected(self) -> bool:
        """Whether somebody in the queue picked up."""
        return any(True for _ in self._of(CONNECTED, COMPLETED))

    @property
    def abandoned(self) -> bool:
        """Whether the caller left the queue, or was put out of it, before anybody picked up."""
        return not self.connected and any(True for _ in self._of(ABANDONED))

    def recording(self, uniqueid: str) -> str:
        """The file that was recorded: of this channel, else the first of any."""
        recorded = [row for row in self._by_age() if row.get("recording")]
        mine = [row for row in recorded if uniqueid and row.get("uniqueid") == uniqueid]
        return next((row["recording"] for row in (*mine, *recorded)), "")

    def _by_age(self) -> list[Row]:
        return sorted(self.rows, key=lambda row: age(row.get("uniqueid", "")))

    def stand_in(self) -> dict[str, str]:
        """One row in place of the record that nobody has told yet, like a record of the file."""
        first = self._by_age()[0]
        talked = self._first("talked", COMPLETED)
        outcome = "ANSWERED" if self.connected else "CANCEL" if self.abandoned else ""
        return {
            FORM: first[FORM], ZONE: first[ZONE], "uniqueid": first.get("uniqueid", ""), "linkedid": first.get("linkedid", ""),
            "channel": first.get("channel", ""), "src": self.ani, "dst": first.get("exten", ""), "disposition": outcome,
            "dstchannel": self.seat if self.connected else "", "lastapp": "Queue" if self.queue else "", "lastdata": self.queue,
            "start": self._time(min, JOINED) or _begun(first), "answer": self._time(min, CONNECTED), "end": self._time(max, COMPLETED, ABANDONED),
            "billsec": talked if talked.isascii() and talked.isdigit() and len(talked) < 9 else "",
        }

    def _time(self, which: Callable[[list[str]], str], *kinds: str) -> str:
        times = [row["time"] for row in self._of(*kinds) if row.get("time")]
        return which(times) if times else ""


def _begun(row: Row) -> str:
    """When a channel began: Asterisk's ids begin with the second."""
    found = _EPOCH.fullmatch(row.get("uniqueid", ""))
    return found[1] if found else ""
