"""The tables of the telephone side: calls, what is to be done about them, recordings, who listened, calls out (P-9.1, P-21)."""

from sqlalchemy import JSON, BigInteger, Boolean, Column, Float, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint

from hotline_bridge.store.moment import Moment
from hotline_bridge.store.schema import FOREVER, Key
from hotline_bridge.store.schema_books import metadata

__all__ = ["call", "call_errand", "call_out", "event_gap", "listening", "metadata", "recording"]

# One telephone call as its records tell it so far, its legs joined (tables leg, leg_call); `case` once a form names it.
call = Table(
    "call", metadata,
    Column("id", Key, primary_key=True),
    Column("exchange", String(80), nullable=False),
    Column("global_id", String(200), nullable=False),   # linkedid, call_uuid or the vendor's id: one for all legs
    Column("call_id", String(200), nullable=False),
    Column("direction", String(8), nullable=False),
    Column("ani", String(40), nullable=False),          # as routing.telephone writes numbers; "" where nobody knows
    Column("hotline", String(40), nullable=False),
    Column("seat", String(80), nullable=False),
    Column("queue", String(80), nullable=False),
    Column("started", Moment()),
    Column("answered", Moment()),
    Column("ended", Moment()),
    Column("talk_s", Integer, nullable=False),
    Column("result", String(12), nullable=False),       # see routing.papers.Call
    Column("noted", Moment(), nullable=False),          # when the bridge first heard of it
    Column("case", ForeignKey("case_file.id")),
    Column("joined", String(80), nullable=False),       # who said that it is of this case: bridge, or a person; "" where it is of none
    UniqueConstraint("exchange", "global_id"),
    Index(None, "ani"),
    Index(None, "case"),
    Index(None, "started"),
    Index(None, "exchange", "ended"),
    **FOREVER,
)

# What a person has to see to about a call: it has no form, a form has no call, or nobody took it.
call_errand = Table(
    "call_errand", metadata,
    Column("id", Key, primary_key=True),
    Column("kind", String(12), nullable=False),         # no-form | no-call | abandoned
    Column("call", ForeignKey("call.id")),
    Column("case", ForeignKey("case_file.id")),
    Column("at", Moment(), nullable=False),
    Column("tries", Integer, nullable=False),           # calls back that nobody answered
    Column("done", Moment()),
    Column("who", String(80), nullable=False),
    Column("says", Text, nullable=False),
    UniqueConstraint("kind", "call"),
    UniqueConstraint("kind", "case"),
    Index(None, "done"),
    **FOREVER,
)

# A recording by reference: where it lies, its hash at first sight, and what was wrong with it since.
recording = Table(
    "recording", metadata,
    Column("id", Key, primary_key=True),
    Column("exchange", String(80), nullable=False),
    Column("reference", Text, nullable=False),
    Column("digest", String(64), nullable=False, unique=True),      # of the reference, which has any length; whoever tells of it
    Column("call", ForeignKey("call.id")),
    Column("case", ForeignKey("case_file.id")),
    Column("state", String(12), nullable=False),        # waiting | there | empty | wrong | missing | changed | refused
    Column("sha256", String(64), nullable=False),       # at first sight; never overwritten
    Column("size", BigInteger, nullable=False),
    Column("seconds", Float),
    Column("media", String(40), nullable=False),
    Column("blob", String(64)),                         # the copy of one that was fetched
    Column("noted", Moment(), nullable=False),
    Column("seen", Moment()),                           # when its hash was taken
    Column("looked", Moment()),
    Column("trouble", Text, nullable=False),
    Index(None, "call"),
    Index(None, "case"),
    Index(None, "state"),
    **FOREVER,
)

# Who listened to a recording, and how much of it truly played (P-6, P-9.1).
listening = Table(
    "listening", metadata,
    Column("id", Key, primary_key=True),
    Column("case", ForeignKey("case_file.id"), nullable=False, index=True),
    Column("recording", ForeignKey("recording.id"), nullable=False, index=True),
    Column("who", String(80), nullable=False),
    Column("at", Moment(), nullable=False),
    Column("until", Moment(), nullable=False),
    Column("sha256", String(64), nullable=False),       # of the bytes that were heard
    Column("sent", BigInteger, nullable=False),         # bytes given to the listener
    Column("given", JSON, nullable=False),              # the parts these bytes are, as `played`
    Column("played", JSON, nullable=False),             # the parts that sounded, as the player says: [[from, to], …] in seconds
    Column("seconds", Float, nullable=False),           # those of them that were given and had time to sound, together
    Column("ended", Moment()),
    **FOREVER,
)

# A call the bridge placed to a unit's contact, written down before the exchange is told (P-21).
call_out = Table(
    "call_out", metadata,
    Column("id", Key, primary_key=True),
    Column("reminder", ForeignKey("reminder.id"), nullable=False),
    Column("case", ForeignKey("case_file.id"), nullable=False, index=True),
    Column("attempt", Integer, nullable=False),
    Column("token", String(40), nullable=False, unique=True),       # by which the exchange's events name it
    Column("unit", String(40), nullable=False),
    Column("person", String(80), nullable=False),
    Column("number", String(40), nullable=False),
    Column("way", String(12), nullable=False),          # manager | call-file | socket
    Column("at", Moment(), nullable=False),
    Column("settled", Moment()),
    Column("result", String(12), nullable=False),       # dialling | acknowledged | heard | busy | no-answer | failed | unknown
    Column("pressed", String(8), nullable=False),
    Column("said", Text, nullable=False),
    UniqueConstraint("reminder", "attempt"),
    Index(None, "result"),
    **FOREVER,
)

# When nobody listened to an exchange's events: what happened in between is known by its files alone.
event_gap = Table(
    "event_gap", metadata,
    Column("id", Key, primary_key=True),
    Column("exchange", String(80), nullable=False),
    Column("since", Moment(), nullable=False),
    Column("until", Moment(), nullable=False),
    Column("why", Text, nullable=False),
    Column("healed", Integer, nullable=False),          # calls of that time that came by file afterwards
    Column("restarted", Boolean, nullable=False),       # the exchange itself began anew
    UniqueConstraint("exchange", "since"),
    **FOREVER,
)
