"""The tables, with the constraints that keep the promises. Migrations build them; a test compares the two."""

from typing import Any

from sqlalchemy import (
    JSON, BigInteger, Boolean, Column, ForeignKey, Index, Integer, LargeBinary, MetaData, String, Table, Text, UniqueConstraint, true,
)

from hotline_bridge.store.moment import Moment

metadata = MetaData(naming_convention={
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
})
Key = BigInteger().with_variant(Integer, "sqlite")
FOREVER: dict[str, Any] = {"sqlite_autoincrement": True}    # SQLite would use the ids of deleted rows again

# What came in, byte for byte, before anybody was thanked. A large body lies in a file named by its hash (blob).
paper = Table(
    "paper", metadata,
    Column("id", Key, primary_key=True),
    Column("source", String(80), nullable=False),
    Column("key", String(400), nullable=False),        # a file's name (255) and a hash
    Column("kind", String(20), nullable=False),
    Column("body", LargeBinary),
    Column("blob", String(64)),
    Column("size", BigInteger, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("taken", Moment(), nullable=False),
    Column("state", String(12), nullable=False),        # kept | read | quarantined
    Column("trouble", Text),                            # what and why, for a person
    Column("remedy", Text),                             # what to do about it
    UniqueConstraint("source", "key"),
    Index(None, "digest"),
    Index(None, "state"),
    **FOREVER,
)

# Each mail once, by what it says, whatever servers on its way wrote into it (pain 8).
mail_seen = Table(
    "mail_seen", metadata,
    Column("digest", String(64), primary_key=True),
    Column("paper", ForeignKey("paper.id"), nullable=False, unique=True),
    Column("message_id", String(64), nullable=False, index=True),      # its SHA-256: the id itself has any length
)

# How far each door has read, and when it last succeeded.
mark = Table(
    "mark", metadata,
    Column("source", String(80), primary_key=True),
    Column("cursor", Text, nullable=False),
    Column("at", Moment(), nullable=False),
)

# Why a door does not succeed now; gone with its next success.
door_trouble = Table(
    "door_trouble", metadata,
    Column("source", String(80), primary_key=True),
    Column("at", Moment(), nullable=False),
    Column("words", Text, nullable=False),
)

# Doors that fell silent: told once by another channel, and once when they are back (pain 2).
outage = Table(
    "outage", metadata,
    Column("id", Key, primary_key=True),
    Column("source", String(80), nullable=False),
    Column("since", Moment(), nullable=False),
    Column("noticed", Moment(), nullable=False),
    Column("told", Moment()),
    Column("ended", Moment()),
    Column("ended_told", Moment()),
    Column("attempts", Integer, nullable=False),
    Column("next", Moment(), nullable=False),
    Column("trouble", Text, nullable=False),
    UniqueConstraint("source", "since"),
    Index(None, "ended"),
    **FOREVER,
)

# One row of a telephone exchange's records; the legs of a call are joined when asked for.
leg = Table(
    "leg", metadata,
    Column("id", Key, primary_key=True),
    Column("paper", ForeignKey("paper.id"), nullable=False, unique=True),
    Column("exchange", String(80), nullable=False),
    Column("record", JSON, nullable=False),
    **FOREVER,
)
# Every id a leg's call goes by: legs that share one are one call, and a form may name any of them.
leg_call = Table(
    "leg_call", metadata,
    Column("call_id", String(200), primary_key=True),
    Column("leg", ForeignKey("leg.id"), primary_key=True),
    Index(None, "leg"),
)

case = Table(
    "case_file", metadata,
    Column("id", Key, primary_key=True),
    Column("number", String(40), nullable=False, unique=True),
    Column("pack", String(40), nullable=False),
    Column("state", String(12), nullable=False),
    Column("channel", String(20), nullable=False),
    Column("category", String(20)),
    Column("unit", String(40)),
    Column("lead", String(40)),
    Column("source", String(80), nullable=False),
    Column("call_id", String(120)),
    Column("hotline", String(40), nullable=False),
    Column("seat", String(80), nullable=False),
    Column("received", Moment(), nullable=False),
    Column("due", Moment()),
    Column("last_day", Moment()),
    Column("law_due", Moment()),
    Column("provisional", Boolean, nullable=False),
    Column("undelivered", Boolean, nullable=False),
    Column("recording", Text, nullable=False),
    Column("recording_sha256", String(64), nullable=False),
    Column("round", Integer, nullable=False),
    Column("climbed", Integer, nullable=False),
    Column("complaint", JSON, nullable=False),
    Column("verdict", JSON),
    Column("paper", ForeignKey("paper.id"), nullable=False, unique=True),
    Column("answered", Moment()),                       # when the present round's answer was complete
    Column("closed", Moment()),
    Column("outcome", String(20), nullable=False, server_default=""),
    Column("satisfaction", String(12), nullable=False, server_default=""),
    Column("matter", Key),                              # the matter it belongs to, with others
    Column("merged_into", Key),                         # the case that goes on for it (law: article 18)
    Column("codes", String(120), nullable=False, server_default=""),            # of JR/T 0169: A=…;B=…;C=…
    UniqueConstraint("source", "call_id"),
    Index(None, "state", "due"),
    Index(None, "call_id"),
    Index(None, "unit"),
    Index(None, "lead", "state", "due"),
    Index(None, "received"),
    Index(None, "closed"),
    Index(None, "matter"),
    **FOREVER,
)

# The book: append-only, kept so by triggers (P-6).
entry = Table(
    "entry", metadata,
    Column("id", Key, primary_key=True),
    Column("case", ForeignKey("case_file.id"), nullable=False, index=True),
    Column("at", Moment(), nullable=False),
    Column("who", String(320), nullable=False),        # people, and the addresses of those who wrote
    Column("what", String(40), nullable=False),
    Column("says", Text, nullable=False),
    Column("rules", String(16), nullable=False),
    **FOREVER,
)

# A reviewer's signature: what exactly was heard, read and addressed (P-9.1).
review = Table(
    "review", metadata,
    Column("id", Key, primary_key=True),
    Column("case", ForeignKey("case_file.id"), nullable=False, index=True),
    Column("who", String(80), nullable=False),
    Column("at", Moment(), nullable=False),
    Column("findings", Text, nullable=False),
    Column("recording_sha256", String(64), nullable=False),
    Column("slip_sha256", String(64), nullable=False),
    Column("recipients", Text, nullable=False),
    **FOREVER,
)

# What the desk or a reviewer decided otherwise than triage; the examples it learns from.
correction = Table(
    "correction", metadata,
    Column("id", Key, primary_key=True),
    Column("case", ForeignKey("case_file.id"), nullable=False, index=True),
    Column("at", Moment(), nullable=False),
    Column("who", String(80), nullable=False),
    Column("about", String(12), nullable=False),        # category | unit | flag
    Column("said", String(40), nullable=False),
    Column("corrected", String(40), nullable=False),
    **FOREVER,
)

# What a unit answered (P-12); `standing` is counted | claimed | dismissed | former | assisting | moved.
answer = Table(
    "answer", metadata,
    Column("id", Key, primary_key=True),
    Column("case", ForeignKey("case_file.id"), nullable=False, index=True),
    Column("paper", ForeignKey("paper.id"), nullable=False, unique=True),
    Column("at", Moment(), nullable=False),
    Column("sender", String(320), nullable=False),
    Column("elements", JSON, nullable=False),
    Column("standing", String(12), nullable=False),
    Column("reasons", JSON, nullable=False),
    **FOREVER,
)

# An old office file that came with an answer, by its content: the file it was turned into, or why it could not be opened.
opened_file = Table(
    "opened_file", metadata,
    Column("digest", String(64), primary_key=True),
    Column("blob", String(64)),
    Column("trouble", Text),
    Column("at", Moment(), nullable=False),
)

# A letter: decided in a step (draft), made into bytes once (raw), sent with those bytes for ever.
letter = Table(
    "letter", metadata,
    Column("id", Key, primary_key=True),
    Column("about", String(340), nullable=False),       # "case:17" or "mailbox:<address>"
    Column("case", ForeignKey("case_file.id"), index=True),
    Column("purpose", String(60), nullable=False),
    Column("round", BigInteger, nullable=False),
    Column("message_id", String(200), nullable=False, unique=True),
    Column("sender", String(320), nullable=False),
    Column("draft", JSON, nullable=False),
    Column("raw", LargeBinary),
    Column("written", Moment(), nullable=False),
    UniqueConstraint("about", "purpose", "round"),
    **FOREVER,
)
delivery = Table(
    "delivery", metadata,
    Column("letter", ForeignKey("letter.id"), primary_key=True),
    Column("recipient", String(320), primary_key=True),
    Column("answer", String(12), nullable=False),       # its state: open | deferred | accepted | refused | bounced | delivered | read | acknowledged | withdrawn
    Column("said", Text, nullable=False),
    Column("at", Moment()),
    Column("owed", Boolean, nullable=False, server_default=true()),    # the relay still has to be given it
    Column("accepted", Moment()),                       # when the relay first took it
    Column("delivered", Moment()),                      # when it lay in the mailbox, where a server says so
    Column("waiting", Moment()),                        # since when it is put off
    Index(None, "recipient"),
)
# Every word about a delivery, those too that changed nothing; append-only like the book.
delivery_word = Table(
    "delivery_word", metadata,
    Column("id", Key, primary_key=True),
    Column("letter", ForeignKey("letter.id"), nullable=False),
    Column("recipient", String(320), nullable=False),
    Column("at", Moment(), nullable=False),
    Column("word", String(12), nullable=False),
    Column("state", String(12), nullable=False),        # what it was after this word
    Column("said", Text, nullable=False),
    Index(None, "letter", "recipient"),
    **FOREVER,
)

# A mailbox that is chased, and what its next digest must say.
mailbox = Table(
    "mailbox", metadata,
    Column("id", Key, primary_key=True),
    Column("address", String(320), nullable=False, unique=True),
    **FOREVER,
)
reminder = Table(
    "reminder", metadata,
    Column("id", Key, primary_key=True),
    Column("mailbox", ForeignKey("mailbox.id"), nullable=False),
    Column("case", ForeignKey("case_file.id"), nullable=False),
    Column("rung", Integer, nullable=False),
    Column("name", String(40), nullable=False),
    Column("attention", String(80), nullable=False),
    Column("urgent", Boolean, nullable=False),
    Column("at", Moment(), nullable=False),
    Column("letter", ForeignKey("letter.id")),
    Column("channel", String(12), nullable=False, server_default="digest"),     # mail | digest | console | telephone
    Column("unit", String(40), nullable=False, server_default=""),              # whose people are reminded; "" is the desk
    Column("done", Moment()),                           # when a person saw to it: a call made, a line on the screen read
    Column("who", String(80), nullable=False, server_default=""),
    UniqueConstraint("mailbox", "case", "rung", "channel"),
    Index(None, "mailbox", "letter"),
    Index(None, "mailbox", "at"),
    Index(None, "case"),
    Index(None, "channel", "done"),
    Index(None, "letter"),
    **FOREVER,
)

# The list of what is owed: work, retries, chasing, sending. Claiming pushes `due` forward, finishing deletes.
task = Table(
    "task", metadata,
    Column("id", Key, primary_key=True),
    Column("kind", String(20), nullable=False),
    Column("subject", BigInteger, nullable=False),
    Column("due", Moment(), nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("parked", Boolean, nullable=False),
    Column("claimed", Boolean, nullable=False),         # in somebody's hands; `due` is when it comes back by itself
    Column("trouble", Text),
    UniqueConstraint("kind", "subject"),
    Index(None, "parked", "due"),
    **FOREVER,
)

# Sequences that must never go back: case numbers by hotline and day.
counter = Table(
    "counter", metadata,
    Column("name", String(80), primary_key=True),
    Column("value", Integer, nullable=False),
)
