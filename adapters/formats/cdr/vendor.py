"""Rows that a mapping made of another vendor's records (adapters.formats.vendor), and the one Call they make.

Their columns bear the names of Call's own fields; moments are written with their zone, so nothing needs to be guessed again.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta

from adapters.formats.cdr import rows as r
from adapters.formats.cdr.rows import Row
from routing.papers import Call

FORM_NAME = "vendor"
EVENT, OTHER = "@event", "other_ids"
#: An id that other calls bear too is in no tie; a form may name the call by it all the same.
SHARED = "form_ids"
#: Beside the columns: which of several calls that bear the same ids, that the vendor tells when somebody picks up, when the record came.
APART, TELLS_ANSWER, TAKEN = "@apart", "@answers", "@taken"
_LONGEST_TIE = 180
MOMENTS = ("t_start", "t_answer", "t_end")
#: Whose word counts where two pushes of one call disagree: the last is heard first.
_RANKS = {"ring": 0, "answer": 1, "later": 2, "end": 3}


def check(row: Row) -> None:
    """ValueError where the row has no id of its call, or a column holds nonsense."""
    if not call_id(row):
        raise ValueError("no id of the call is there; correct fields.call_id of the vendor's mapping")
    for name in MOMENTS:
        r.moment(row, name)
    r.seconds(row, "talk_s")


def call_id(row: Row) -> str:
    """The vendor's id of the record."""
    return r.first(row, "call_id")


def global_id(row: Row) -> str:
    """The id all records of one telephone call share."""
    return _own(row, _whole_id(row))


def ties(row: Row) -> frozenset[str]:
    """Rows that share one of these belong to one call."""
    return frozenset(_own(row, tie) for tie in told_ids(row))


def names(row: Row) -> frozenset[str]:
    """The ids, as the vendor tells them, by which a form may name the call; where vendors use them again, other calls bear them too."""
    return told_ids(row) | set(row.get(SHARED, "").split())


def set_apart(row: Row, mark: str) -> Row:
    """The row of a call of its own, whatever other calls bear its ids; "" takes the mark away."""
    bare = {name: said for name, said in row.items() if name != APART}
    return {**bare, APART: mark} if mark else bare


def alone(_row: Row) -> bool:
    """Whether only the exchange spoke: a vendor that says "answered" means a person."""
    return False


def told_ids(row: Row) -> frozenset[str]:
    """The ids of the call as the vendor tells them, marked or not."""
    return frozenset({call_id(row), _whole_id(row), *row.get(OTHER, "").split()} - {""})


def _whole_id(row: Row) -> str:
    return r.first(row, "global_call_id") or call_id(row)


def _own(row: Row, tie: str) -> str:
    """An id as this call alone bears it."""
    mark = row.get(APART, "")
    return f"{tie[:_LONGEST_TIE]}~{mark}" if mark else tie


def call_of(source: str, rows: Sequence[Row]) -> Call:
    """The Call these rows make; they come distinct and in any order.

    One record may come in several pushes, and one call may have several records (transfers): lengths of different records
    add up, of the same record the longest counts.
    """
    listed = sorted(rows, key=_order)
    first, said = _first_record(listed), _asker(listed)
    begin, answer = r.earliest(_times(listed, "t_start")), r.earliest(_times(listed, "t_answer"))
    end = r.latest(_times(listed, "t_end"))
    talk = r.spoken(_lengths(listed), answer, end)
    result = _result(listed, answer, talk)
    return Call(
        source=source, call_id=call_id(first), global_call_id=global_id(first), leg="", direction=said("direction"),
        ani=r.caller(said("ani")), hotline=said("hotline"), agent_no=said("agent_no"), agent_name=said("agent_name"), queue=said("queue"),
        t_start=begin, t_answer=answer, t_end=end or _end(listed, answer or begin), talk_s=talk if result in {"answered", "unknown"} else 0,
        result=result, hangup_side=said("hangup_side"), ivr_keys=said("ivr_keys"), satisfaction=said("satisfaction"),
        recording=said("recording"), ticket_no=said("ticket_no"), remark=said("remark"), raw=tuple(listed),
    )


def _order(row: Row) -> tuple[int, float, list[tuple[str, str]]]:
    """From the first told to the last: what is told later counts more."""
    return _RANKS.get(row.get(EVENT, "end"), 3), r.epoch(r.moment(row, "t_end"), 0), sorted(row.items())


def _first_record(listed: Sequence[Row]) -> Row:
    """The record with which the call began: the one that others name, else the earliest."""
    own = [row for row in listed if _whole_id(row) == call_id(row)]
    return min(own or listed, key=lambda row: (r.epoch(r.moment(row, "t_start"), float("inf")), call_id(row)))


def _asker(listed: Sequence[Row]) -> Callable[[str], str]:
    return lambda column: next(filter(None, (r.first(row, column) for row in reversed(listed))), "")


def _times(listed: Iterable[Row], column: str) -> list[datetime | None]:
    return [r.moment(row, column) for row in listed]


def _ended(listed: Iterable[Row]) -> bool:
    return any(row.get(EVENT, "end") == "end" for row in listed)


def _result(listed: Sequence[Row], answer: datetime | None, talk: int) -> str:
    """What the vendor says; where it says nothing, what the moments tell of a call that has ended."""
    said = r.best(filter(None, (r.first(row, "result") for row in listed)))
    if said != "unknown" or not _ended(listed):
        return said
    if answer is not None:
        return "answered"
    silent = not talk and any(row.get(TELLS_ANSWER) for row in listed)
    return "abandoned" if silent and any(row.get("direction") == "in" for row in listed) else "unknown"


def _end(listed: Sequence[Row], began: datetime | None) -> datetime | None:
    """When a call ended of whose end no moment is told: by its length, or when that was heard of; None where it goes on."""
    if not _ended(listed):
        return None
    return r.earliest(_times(listed, TAKEN)) if began is None else began + timedelta(seconds=max(_lengths(listed), default=0))


def _lengths(listed: Iterable[Row]) -> list[int]:
    """Seconds spoken in each record; where none says it, from answer to end."""
    records: dict[str, list[Row]] = {}
    for row in listed:
        records.setdefault(call_id(row), []).append(row)
    return [_length(rows) for rows in records.values()]


def _length(rows: Sequence[Row]) -> int:
    if any(row.get("talk_s") for row in rows):
        return max(r.seconds(row, "talk_s") for row in rows)
    answer, end = r.earliest(_times(rows, "t_answer")), r.latest(_times(rows, "t_end"))
    return 0 if answer is None or end is None else max(0, int(end.timestamp() - answer.timestamp()))
