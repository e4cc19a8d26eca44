"""Asterisk's call detail records: cdr_csv, cdr_custom and its JSON lines, and the one Call their rows make.

Column orders from cdr/cdr_csv.c and configs/samples/cdr_custom.conf.sample of Asterisk 22.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
import re

from adapters.formats.cdr import rows as r, sources
from adapters.formats.cdr.rows import FORM, Row
from routing.papers import Call

DISPOSITIONS = {
    "ANSWERED": "answered", "NO ANSWER": "no-answer", "NOANSWER": "no-answer", "BUSY": "busy", "FAILED": "failed",
    "CONGESTION": "failed", "CANCEL": "abandoned", "CHANUNAVAIL": "failed",
}
_AMA = frozenset({"DOCUMENTATION", "BILLING", "OMIT", "DEFAULT", "UNKNOWN", "0", "1", "2", "3"})

CSV = r.columns("accountcode src dst dcontext clid channel dstchannel lastapp lastdata"
            " start answer end duration billsec disposition amaflags")
_NEWER = ("peeraccount", "linkedid", "sequence")
CUSTOM = r.columns("clid src dst dcontext channel dstchannel lastapp lastdata start answer end duration billsec disposition"
               " amaflags accountcode uniqueid userfield sequence")
SHORT = r.columns("clid src dst start answer end duration billsec disposition uniqueid linkedid userfield"
              " recordingfile")
#: What other writers of the same columns call them: FreePBX's export, the AMI, vendors on top of Asterisk.
ALIASES = {
    "calldate": "start", "starttime": "start", "answertime": "answer", "endtime": "end", "source": "src",
    "destination": "dst", "callerid": "clid", "billableseconds": "billsec", "destinationcontext": "dcontext",
    "destinationchannel": "dstchannel", "lastapplication": "lastapp", "mixuniqueid": "linkedid",
    "recordfile": "recordingfile",
}
_UNIQUEID = re.compile(r"(?:[A-Za-z0-9_.-]+-)?[0-9]{9,}\.[0-9]+")
_CHANNEL = re.compile(r"(?P<tech>[A-Za-z0-9]+)/(?P<peer>.+?)(?:-[0-9a-f]{4,}(?:;[12])?)?$")
_RECORDING_SAYS = re.compile(r"(?:^|/)(?P<kind>in|q|external|out|exten|internal)-[^/]*$")
_KINDS = {"in": "in", "q": "in", "external": "in", "out": "out", "exten": "internal", "internal": "internal"}
_INWARD = re.compile(r"from-(?:trunk|pstn|did)|ext-did|incoming|inbound|pstn", re.IGNORECASE)


def csv_columns(cells: Sequence[str]) -> tuple[str, ...] | None:
    """The columns of a cdr_csv row of 16 to 21 cells (loguniqueid, loguserfield, newcdrcolumns on or off), or None."""
    if not 16 <= len(cells) <= 21 or not _ends_like_a_cdr(cells[14], cells[15]):
        return None
    ids = cells[16:] if len(cells) < 19 else cells[16:-3]
    newer = _NEWER if len(cells) >= 19 else ()
    if newer and cells[-1] and not cells[-1].isdigit():
        return None
    if len(ids) == 1:                                    # one of the two is logged, the id betrays itself
        return CSV + (("uniqueid",) if _UNIQUEID.fullmatch(ids[0]) else ("userfield",)) + newer
    return CSV + ("uniqueid", "userfield")[:len(ids)] + newer


def custom_columns(cells: Sequence[str]) -> tuple[str, ...] | None:
    """The columns of a cdr_custom row: the sample's Master.csv (17 columns or more) or the short one of 13, or None."""
    if len(cells) >= 17 and _ends_like_a_cdr(cells[13], cells[14]):
        if len(cells) > 18 and cells[18] and not cells[18].isdigit():
            return None
        own = tuple(f"extra{number}" for number in range(len(CUSTOM) + 1, len(cells) + 1))
        return (CUSTOM + own)[:len(cells)]
    if len(cells) == len(SHORT) and cells[8].upper() in DISPOSITIONS and cells[6].isdigit():
        return SHORT
    return None


def is_object(found: Mapping[str, object]) -> bool:
    """Whether a JSON object is a record of cdr_custom with `format=json`."""
    names = {ALIASES.get(name.lower(), name.lower()) for name in found}
    return bool(names & {"uniqueid", "linkedid"}) and len(names & set(CUSTOM)) >= 4 and "channel_data" not in names


def _ends_like_a_cdr(disposition: str, amaflags: str) -> bool:
    return disposition.upper() in DISPOSITIONS and amaflags.upper() in _AMA


@dataclass(frozen=True, slots=True)
class _Leg:
    """One row, its columns read."""

    row: Row
    start: datetime | None
    answer: datetime | None
    end: datetime | None
    billsec: int
    sequence: int
    result: str

    @property
    def reached(self) -> str:
        """The channel this row rang or spoke with, "" where it rang nobody."""
        return self.row.get("dstchannel", "")

    @property
    def local(self) -> bool:
        """Whether the other side is only Asterisk itself: a Local channel has a row of its own for whom it rings."""
        return self.reached.startswith("Local/")

    @property
    def only_hangs_up(self) -> bool:
        """The row Asterisk adds when the caller goes: ANSWERED, Hangup, nobody reached, no time spent."""
        return not self.reached and not self.billsec and self.row.get("lastapp", "").lower() == "hangup"


def _leg(row: Row) -> _Leg:
    sequence = row.get("sequence", "").strip()
    return _Leg(
        row, r.moment(row, "start"), r.moment(row, "answer"), r.moment(row, "end"), r.seconds(row, "billsec"),
        int(sequence) if sequence.isdigit() and len(sequence) < 19 else 0,
        DISPOSITIONS.get(row.get("disposition", "").strip().upper(), "unknown"),
    )


def check(row: Row) -> None:
    """ValueError where a column holds nonsense, or where nothing says which call the row belongs to."""
    _leg(row)
    if not global_id(row):
        raise ValueError("neither uniqueid nor linkedid nor channel is there; set loguniqueid = yes in cdr.conf")


def call_id(row: Row) -> str:
    """The id of the channel; where uniqueid is not logged (16 columns), the channel and when it began."""
    said = r.first(row, "uniqueid", "linkedid")
    if said:
        return said
    channel = r.first(row, "channel")
    return f"{channel}@{r.first(row, 'start')}" if channel else ""


def global_id(row: Row) -> str:
    """The id all rows of one telephone call share."""
    return r.first(row, "linkedid") or call_id(row)


def ties(row: Row) -> frozenset[str]:
    """Rows that share one of these belong to one call.

    What events and the queue_log tell is tied by every id they know: the file may know only one of them, or none but the
    channel's name and when it began.
    """
    if row.get(FORM) not in sources.PARTIAL:
        return frozenset({global_id(row)})
    named = f"{row['channel']}@{row['start']}" if row.get("channel") and row.get("start") else ""
    return frozenset(filter(None, (global_id(row), r.first(row, "uniqueid"), named, r.first(row, "bridged"))))


def alone(row: Row) -> bool:
    """Whether a row that could tell whom it rang rang nobody; layouts without dstchannel never tell."""
    return row.get(FORM) in sources.PARTIAL or row.get("dstchannel") == ""


def call_of(source: str, rows: Sequence[Row]) -> Call:
    """The Call these rows of one linkedid make, whichever sources tell them; they come distinct and in any order."""
    parts = sources.Parts(tuple(row for row in rows if sources.is_part(row)))
    legs = sorted(map(_leg, sources.records(rows) or [parts.stand_in()]), key=lambda leg: (r.epoch(leg.start, 0), leg.sequence))
    whole, head = _head(rows, legs)
    talking, result = _talking(legs), _result(legs)
    if parts.abandoned and result != "answered":
        result = "abandoned"
    answered = talking if result == "answered" else []
    answer, end = r.earliest(leg.answer for leg in answered), r.latest(leg.end for leg in legs)
    seat = max(answered, key=lambda leg: leg.billsec, default=None)
    seats = legs if seat is None else [seat, *legs]
    recording = _said(seats, r.recording) or parts.recording("" if seat is None else call_id(seat.row))
    return Call(
        source=source, call_id=call_id(head.row), global_call_id=whole,
        leg=",".join(dict.fromkeys(str(leg.row["sequence"]) for leg in legs if leg.row.get("sequence"))),
        direction=_direction(legs, recording), ani=_ani([head, *legs]) or parts.ani, hotline=_hotline([head, *legs]),
        agent_no=(answered and parts.seat) or _agent(seat), agent_name="" if seat is None else r.first(seat.row, "agent_name", "dst_cnam"),
        queue=_said(legs, _queue) or parts.queue, t_start=r.earliest(leg.start for leg in legs), t_answer=answer, t_end=end,
        talk_s=r.spoken((leg.billsec for leg in answered), answer, r.latest(leg.end for leg in answered)),
        result=result, hangup_side=_said(legs, lambda row: r.first(row, "hangup_side", "hangup", "hangupsource")).lower(),
        ivr_keys=_said(legs, lambda row: r.first(row, "ivr_keys")) or "".join(_menu_keys(legs)),
        satisfaction=_said(seats, lambda row: r.first(row, "satisfaction")), recording=recording,
        ticket_no=_said(seats, lambda row: r.first(row, "ticket_no", "ticket")),
        remark=_said(seats, lambda row: r.first(row, "remark") or r.userfield_words(row)), raw=_in_order(rows),
    )


def _head(rows: Sequence[Row], legs: Sequence[_Leg]) -> tuple[str, _Leg]:
    """The call's one id, and the leg that began it: an event may know the linkedid that a short layout leaves out."""
    linked = sorted({row["linkedid"] for row in rows if row.get("linkedid")}, key=sources.age)
    begun = [leg for leg in legs if call_id(leg.row) == (linked[0] if linked else global_id(leg.row))]
    return (linked[0] if linked else global_id((begun or legs)[0].row)), (begun or list(legs))[0]


def _in_order(rows: Sequence[Row]) -> tuple[Row, ...]:
    """The rows as they came, records before parts, each by its time."""
    legs = sorted((_leg(row) for row in rows if not sources.is_part(row)), key=lambda leg: (r.epoch(leg.start, 0), leg.sequence))
    return (*(leg.row for leg in legs), *(row for row in rows if sources.is_part(row)))


def _talking(legs: Sequence[_Leg]) -> list[_Leg]:
    """The rows in which somebody spoke: with whom a channel was reached, not how long it cost (inputs 1.1).

    Billed seconds do not tell: a caller whom the IVR answered is billed while nobody picks up. Where no row rang anybody
    (announcement, voice mail, or a layout without dstchannel) the exchange itself spoke.
    """
    rang = [leg for leg in legs if leg.reached]
    spoke = [leg for leg in (rang or legs) if leg.result == "answered" and not leg.only_hangs_up]
    return [leg for leg in spoke if not leg.local] or spoke


def _result(legs: Sequence[_Leg]) -> str:
    rang = any(leg.reached for leg in legs)
    waited = any(leg.row.get("lastapp", "").lower() == "queue" for leg in legs)
    talking = _talking(legs)
    if talking and (rang or not waited):
        return "answered"
    if waited:
        return "abandoned"                               # the queue took the call, nobody in it did
    return r.best(leg.result for leg in legs if bool(leg.reached) == rang and not leg.only_hangs_up)


def _said(legs: Iterable[_Leg], question: Callable[[Row], str]) -> str:
    return next(filter(None, (question(leg.row) for leg in legs)), "")


def _queue(row: Row) -> str:
    if row.get("lastapp", "").lower() == "queue":
        return row.get("lastdata", "").partition(",")[0].strip()
    return r.first(row, "queue")


def _ani(legs: Sequence[_Leg]) -> str:
    return _said(legs, lambda row: r.caller(r.first(row, "ani", "src", "cnum")))


def _hotline(legs: Sequence[_Leg]) -> str:
    """The number dialled: a column for it, the userfield (dialplans note it there), or the first extension like one."""
    return (
        _said(legs, lambda row: r.first(row, "did", "hotline"))
        or _said(legs, r.userfield_number)
        or _said(legs, lambda row: r.number(row.get("dst", "").strip()))
    )


def _menu_keys(legs: Sequence[_Leg]) -> Iterable[str]:
    """An extension of one digit is the key a caller pressed in a menu."""
    keys = (leg.row.get("dst", "") for leg in legs)
    return dict.fromkeys(key for key in keys if len(key) == 1 and key in "0123456789*#")


def _agent(seat: _Leg | None) -> str:
    """Who picked up: the peer of the channel, or the number dialled through it where the peer is another exchange."""
    if seat is None:
        return ""
    said = r.first(seat.row, "agent_no", "agent")
    channel = _CHANNEL.match(seat.reached)
    if said or not channel:
        return said
    peer = channel["peer"]
    if channel["tech"] == "Local":
        return r.number(peer.partition("@")[0])
    dialled = re.search(rf"/([0-9]+)@{re.escape(peer)}(?![^&,])", seat.row.get("lastdata", ""))
    return dialled[1] if dialled else peer


def _direction(legs: Sequence[_Leg], recording: str) -> str:
    said = _said(legs, lambda row: r.first(row, "direction", "calltype")).lower()
    if said in {"in", "out", "internal"}:
        return said
    named = _RECORDING_SAYS.search(recording)            # FreePBX: in-95580-13800000000-20261123-…
    if named:
        return _KINDS[named["kind"]]
    inward = _said(legs, lambda row: r.first(row, "did")) or any(_INWARD.search(leg.row.get("dcontext", "")) for leg in legs)
    return "in" if inward else ""
