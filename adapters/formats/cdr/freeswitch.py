"""FreeSWITCH's call detail records: mod_cdr_csv, mod_json_cdr, and the one Call its legs make.

CSV templates from conf/vanilla/autoload_configs/cdr_csv.conf.xml; JSON as src/mod/event_handlers/mod_json_cdr writes it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
import re
from urllib.parse import unquote_to_bytes
from zoneinfo import ZoneInfo

from adapters.formats.cdr import rows as r
from adapters.formats.cdr.dates import moment_of
from adapters.formats.exchange_text import clean, words
from adapters.formats.cdr.rows import Row
from routing.papers import Call

EXAMPLE = r.columns("caller_id_name caller_id_number destination_number context start_stamp answer_stamp end_stamp duration"
                " billsec hangup_cause uuid bleg_uuid accountcode read_codec write_codec")
LIKE_ASTERISK = r.columns("accountcode caller_id_number destination_number context caller_id channel_name bridge_channel"
                      " last_app last_arg start_stamp answer_stamp end_stamp duration billsec hangup_cause amaflags uuid"
                      " userfield")
SNOM = (*EXAMPLE, *r.columns("sip_user_agent call_clientcode sip_rtp_rxstat sip_rtp_txstat sofia_record_file"))
LAYOUTS = {len(layout): layout for layout in (EXAMPLE, LIKE_ASTERISK, SNOM)}

#: The form of a row that the event socket told: of a call transferred it knows the last dialplan alone, so others come first.
EVENT_FORM = "freeswitch-event"

#: Why a call ended (ITU-T Q.850 and FreeSWITCH's own), where nobody answered it; every other cause is "failed".
CAUSES = {
    "": "unknown", "NONE": "unknown", "UNSPECIFIED": "unknown",
    "ORIGINATOR_CANCEL": "abandoned",
    "USER_BUSY": "busy", "CALL_REJECTED": "busy",
    "NO_ANSWER": "no-answer", "NO_USER_RESPONSE": "no-answer", "NORMAL_CLEARING": "no-answer", "LOSE_RACE": "no-answer",
    "ALLOTTED_TIMEOUT": "no-answer", "PROGRESS_TIMEOUT": "no-answer", "RECOVERY_ON_TIMER_EXPIRE": "no-answer",
    "PICKED_OFF": "no-answer", "SUBSCRIBER_ABSENT": "no-answer", "USER_NOT_REGISTERED": "no-answer",
}
_CAUSE = re.compile(r"[A-Z][A-Z0-9_]+")
_ENCODED = re.compile(r"%[0-9A-Fa-f]{2}")
_RAW_SIGNS = re.compile(r'[ "<>]|%(?![0-9A-Fa-f]{2})')
_SIDES = {"recv_bye": 0, "recv_cancel": 0, "recv_refuse": 0, "send_bye": 1, "send_cancel": 1, "send_refuse": 1}


def csv_columns(cells: Sequence[str], zone: ZoneInfo) -> tuple[str, ...] | None:
    """The columns of a mod_cdr_csv row by the templates example, asterisk or snom; None where it is none of them."""
    layout = LAYOUTS.get(len(cells))
    if layout is None:
        return None
    row = dict(zip(layout, cells, strict=True))
    if not row["uuid"] or " " in row["uuid"] or not _CAUSE.fullmatch(row["hangup_cause"] or "NONE"):
        return None
    try:
        moment_of(row["start_stamp"], zone)
    except ValueError:
        return None
    return layout if row["duration"].strip().isdigit() else None


def is_object(found: Mapping[str, object]) -> bool:
    """Whether a JSON object was written by mod_json_cdr, of any age."""
    return isinstance(found.get("variables"), dict) and bool({"callflow", "channel_data", "times"} & found.keys())


def flattened(found: Mapping[str, object]) -> dict[str, str]:
    """A leg's JSON as columns: each variable by its own name, the rest by its path (`callflow.0.times.created_time`).

    Values are percent-decoded where the switch encoded them (`encode-values`): it then encodes every space, so one bare
    space or quotation mark among the variables says that it did not.
    """
    variables = found.get("variables")
    pairs = [
        *(_pairs(variables, "") if isinstance(variables, dict) else ()),
        *(pair for name, value in found.items() if name != "variables" for pair in _pairs(value, name)),
    ]
    encoded = not any(_RAW_SIGNS.search(value) for name, value in pairs if "." not in name)
    return {clean(name): clean(_decoded(value) if encoded else value) for name, value in pairs}


def _pairs(value: object, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict | list):
        listed: Iterable[tuple[object, object]] = value.items() if isinstance(value, dict) else enumerate(value)
        for name, inner in listed:
            yield from _pairs(inner, f"{path}.{name}" if path else str(name))
    elif value is not None:
        yield path, value if isinstance(value, str) else str(value).lower()


def _decoded(value: str) -> str:
    return words(unquote_to_bytes(value)) if _ENCODED.search(value) else value


@dataclass(frozen=True, slots=True)
class _Leg:
    """One row, its columns read."""

    row: Row
    start: datetime | None
    answer: datetime | None
    end: datetime | None
    billsec: int
    bridged: bool

    @property
    def uuid(self) -> str:
        """The leg's own id."""
        return call_id(self.row)


def _leg(row: Row) -> _Leg:
    profiles = _profiles(row)
    bridged = r.first(row, "bleg_uuid", "bridge_uuid", "last_bridge_to", "bridge_channel")
    return _Leg(
        row,
        r.moment(row, "start_epoch", "start_uepoch", *(f"{path}times.created_time" for path in profiles), "start_stamp"),
        r.moment(row, "answer_epoch", "answer_uepoch", *(f"{path}times.answered_time" for path in profiles), "answer_stamp"),
        r.moment(row, "end_epoch", "end_uepoch", *(f"{path}times.hangup_time" for path in profiles), "end_stamp"),
        r.seconds(row, "billsec"),
        bool(bridged or r.moment(row, "bridge_epoch", "cc_queue_answered_epoch")),
    )


def _profiles(row: Row) -> tuple[str, ...]:
    """Where the caller's profiles stand, the first of the call first: FreeSWITCH puts the latest in front."""
    count = next((n for n in range(1000) if f"callflow.{n}.times.created_time" not in row), 0)
    return (*(f"callflow.{n}." for n in reversed(range(count))), "")


def check(row: Row) -> None:
    """ValueError where a column holds nonsense, or where nothing says which call the leg belongs to."""
    _leg(row)
    if not call_id(row):
        raise ValueError("no uuid is there; add ${uuid} to the template of mod_cdr_csv")


def call_id(row: Row) -> str:
    """The uuid of the leg."""
    return r.first(row, "uuid", "callflow.0.caller_profile.uuid")


def for_another(call: Call) -> bool:
    """Whether these are legs FreeSWITCH made for another one: a seat's, not the caller's."""
    return bool(call.raw) and all(map(_parent, call.raw))


def _parent(row: Row) -> str:
    """The leg this one was made for, "" where it came by itself."""
    said = r.first(row, "cc_member_session_uuid", "originating_leg_uuid", "call_uuid")
    return "" if said == call_id(row) else said


def ties(row: Row) -> frozenset[str]:
    """Legs that share one of these belong to one call.

    bridge_uuid is left out on purpose: a seat whose leg stays up all day is bridged with one caller after the other.
    """
    return frozenset(filter(None, (call_id(row), _parent(row), r.first(row, "bleg_uuid"))))


def alone(row: Row) -> bool:
    """Whether a leg that could tell with whom it was bridged was bridged with nobody; rows of mod_cdr_csv need not tell."""
    return row.get(r.FORM) != "freeswitch-csv" and not _leg(row).bridged and not _parent(row)


def call_of(source: str, rows: Sequence[Row]) -> Call:
    """The Call these legs make; they come distinct and in any order."""
    legs = sorted(map(_leg, rows), key=lambda leg: (r.epoch(leg.start, 0), leg.row.get(r.FORM) == EVENT_FORM))
    head, ours, theirs = _sides(legs)
    result = _result(ours, theirs)
    answered = _answered(ours, theirs) if result == "answered" else []
    answer = r.earliest(leg.answer for leg in answered)
    said = _asker([head, *answered, *legs])
    return Call(
        source=source, call_id=head.uuid, global_call_id=_parent(head.row) or head.uuid,
        leg=",".join(side for side, some in (("a", ours), ("b", theirs)) if some), direction=_direction(head, theirs),
        ani=_ani(head), hotline=_hotline(head), agent_no=_agent(head, theirs, result),
        agent_name=said("agent_name", "cc_agent_name"), queue=said("cc_queue").partition("@")[0],
        t_start=r.earliest(leg.start for leg in legs), t_answer=answer, t_end=r.latest(leg.end for leg in legs),
        talk_s=r.spoken(_lengths(answered), answer, r.latest(leg.end for leg in answered)),
        result=result, hangup_side=_hangup_side(ours, theirs), ivr_keys=_keys(said("ivr_keys", "digits_dialed")),
        satisfaction=said("satisfaction"), recording=_first(legs, _recording), ticket_no=said("ticket_no"),
        remark=said("remark") or _first(legs, r.userfield_words), raw=tuple(leg.row for leg in legs),
    )


def _sides(legs: Sequence[_Leg]) -> tuple[_Leg, list[_Leg], list[_Leg]]:
    """The leg that began the call, the legs of the caller's side, the legs of the other."""
    named = {leg.row.get("bleg_uuid", "") for leg in legs}
    made = [leg for leg in legs if _parent(leg.row) or (leg.uuid in named and not leg.row.get("bleg_uuid"))]
    ours = [leg for leg in legs if leg not in made]
    head = (ours or legs)[0]
    return head, ours, made


def _answered(ours: Sequence[_Leg], theirs: Sequence[_Leg]) -> list[_Leg]:
    """The legs in which somebody spoke; the other side's, where there are any."""
    return [leg for leg in theirs if leg.answer] or [leg for leg in ours if leg.answer]


def _result(ours: Sequence[_Leg], theirs: Sequence[_Leg]) -> str:
    if any(leg.answer for leg in theirs) or any(leg.answer and leg.bridged for leg in ours):
        return "answered"
    if theirs:                                           # the switch took the call, whoever it rang did not
        return r.best(CAUSES.get(leg.row.get("hangup_cause", "").upper(), "failed") for leg in (*theirs, *ours) if not leg.answer)
    return r.best(map(_alone, ours))


def _alone(leg: _Leg) -> str:
    """The result where only the caller's leg is known."""
    if not leg.answer:
        return CAUSES.get(leg.row.get("hangup_cause", "").upper(), "failed")
    if leg.row.get("cc_queue"):
        return "abandoned"                               # the queue took the call, nobody in it did
    dialled = leg.row.get("originate_disposition", "").upper()
    return "answered" if dialled in {"", "SUCCESS"} else CAUSES.get(dialled, "failed")


def _lengths(legs: Sequence[_Leg]) -> Iterable[int]:
    """Seconds of each leg; a leg that was written twice counts once."""
    longest: dict[str, int] = {}
    for leg in legs:
        longest[leg.uuid] = max(leg.billsec, longest.get(leg.uuid, 0))
    return longest.values()


def _first(legs: Iterable[_Leg], question: Callable[[Row], str]) -> str:
    return next(filter(None, (question(leg.row) for leg in legs)), "")


def _asker(legs: Sequence[_Leg]) -> Callable[..., str]:
    return lambda *columns: _first(legs, lambda row: r.first(row, *columns))


def _profile(leg: _Leg, *columns: str) -> str:
    """What the leg's first profile says: transfers write theirs in front of it."""
    return r.first(leg.row, *(f"{path}caller_profile.{column}" for path in _profiles(leg.row) for column in columns))


def _ani(head: _Leg) -> str:
    said = r.first(head.row, "caller_id_number") or _profile(head, "caller_id_number", "ani")
    return r.caller(said or r.first(head.row, "sip_from_user", "effective_caller_id_number"))


def _hotline(head: _Leg) -> str:
    said = r.first(head.row, "hotline", "did", "destination_number") or _profile(head, "destination_number")
    return r.number(said or r.first(head.row, "sip_to_user"))


def _agent(head: _Leg, theirs: Sequence[_Leg], result: str) -> str:
    if result != "answered":
        return ""
    seat = max((leg for leg in theirs if leg.answer), key=lambda leg: leg.billsec, default=head)
    said = r.first(seat.row, "cc_agent", "agent_no", "dialed_user") or r.first(head.row, "cc_agent", "dialed_user")
    if not said and seat is not head:
        said = r.first(seat.row, "sip_to_user", "destination_number")
    return said.partition("@")[0]


def _direction(head: _Leg, theirs: Sequence[_Leg]) -> str:
    """FreeSWITCH tells the direction of a leg, not of the call: an extension's call out begins inbound as well."""
    said = r.first(head.row, "call_direction").lower()   # set by FusionPBX
    known = {"inbound": "in", "outbound": "out", "local": "internal"}.get(said)
    if known:
        return known
    leg = r.first(head.row, "direction", "channel_data.direction").lower()
    if leg == "inbound" and r.first(head.row, "user_name", "sip_auth_username"):
        rang_one_of_ours = any(r.first(one.row, "dialed_user") for one in (head, *theirs))
        return "internal" if rang_one_of_ours else "out"
    return {"inbound": "in", "outbound": "out"}.get(leg, "")


def _hangup_side(ours: Sequence[_Leg], theirs: Sequence[_Leg]) -> str:
    """Who hung up: the caller or the callee, as the last leg that knows it says."""
    for legs, sides in ((ours, ("caller", "callee")), (theirs, ("callee", "caller"))):
        for leg in legs:
            who = _SIDES.get(r.first(leg.row, "sip_hangup_disposition"))
            if who is not None:
                return sides[who]
    return ""


def _keys(said: str) -> str:
    return "" if said == "none" else said


def _recording(row: Row) -> str:
    """A variable for it, or what the application record_session was told."""
    said = r.recording(row)
    for number in range(1000):
        path = f"app_log.applications.{number}."
        if said or f"{path}app_name" not in row:
            return said
        if row[f"{path}app_name"] == "record_session":
            said = row.get(f"{path}app_data", "").partition(" ")[0]
    return said
