"""The tables of what follows a slip - clocks, hops, call-backs, matters - and of the books that are written from it."""

from sqlalchemy import BigInteger, Boolean, Column, Date, Float, ForeignKey, Index, Integer, LargeBinary, String, Table, Text, UniqueConstraint

from hotline_bridge.store.moment import Moment
from hotline_bridge.store.schema import FOREVER, Key, metadata

__all__ = ["bond", "callback", "clock_event", "handed_down", "hop", "matter", "metadata", "person_mark", "report", "sketch", "sketch_band", "turn"]

# Every turn a case took: what the books count of it, from then until its next turn. Append-only, kept so by triggers;
# whatever a report says of a past day is read from here.
turn = Table(
    "turn", metadata,
    Column("id", Key, primary_key=True),
    Column("case", ForeignKey("case_file.id"), nullable=False),
    Column("at", Moment(), nullable=False),
    Column("act", String(40), nullable=False),          # the word of the book
    Column("state", String(12), nullable=False),
    Column("pack", String(40), nullable=False),
    Column("channel", String(20), nullable=False),
    Column("category", String(20)),
    Column("unit", String(40)),
    Column("lead", String(40)),
    Column("received", Moment(), nullable=False),
    Column("due", Moment()),
    Column("last_day", Moment()),
    Column("law_due", Moment()),
    Column("answered", Moment()),
    Column("closed", Moment()),
    Column("outcome", String(20), nullable=False),
    Column("satisfaction", String(12), nullable=False),
    Column("matter", BigInteger().with_variant(Integer, "sqlite")),
    Column("merged_into", BigInteger().with_variant(Integer, "sqlite")),
    Column("codes", String(120), nullable=False),       # of JR/T 0169: A=…;B=…;C=…
    Index(None, "case", "at"),
    Index(None, "received"),
    Index(None, "closed"),
    **FOREVER,
)

# What moved a case's limits: an extension with its proofs, an appraisal, new facts, a merger. Append-only, kept so by triggers.
clock_event = Table(
    "clock_event", metadata,
    Column("id", Key, primary_key=True),
    Column("case", ForeignKey("case_file.id"), nullable=False, index=True),
    Column("at", Moment(), nullable=False),             # from when it counts
    Column("noted", Moment(), nullable=False),          # when it was written down
    Column("who", String(320), nullable=False),
    Column("kind", String(20), nullable=False),         # see routing.clocks
    Column("until", Moment()),                          # the new last day, or the end of an appraisal
    Column("reason", Text, nullable=False),
    Column("approver", String(80), nullable=False),
    Column("told", Moment()),                           # when the customer was told
    Column("told_how", String(40), nullable=False),
    **FOREVER,
)

# One leg of a case's way through the bank's mailboxes, with a state and a clock of its own.
hop = Table(
    "hop", metadata,
    Column("id", Key, primary_key=True),
    Column("case", ForeignKey("case_file.id"), nullable=False),
    Column("round", Integer, nullable=False),
    Column("place", Integer, nullable=False),           # in the order they were decided
    Column("after", ForeignKey("hop.id")),              # the hop that passes it on; none: from the desk
    Column("unit", String(40), nullable=False),
    Column("mailbox", String(320), nullable=False),
    Column("part", String(12), nullable=False),         # 主办 | 协办 | 督办 | 转办 | 抄送 | 报告 | 转接 | 裁定
    Column("rule", String(20), nullable=False),
    Column("letter", ForeignKey("letter.id")),
    Column("channel", String(12), nullable=False),      # mail | telephone (C-2)
    Column("state", String(12), nullable=False),        # see routing.hops
    Column("due", Moment()),                            # by when this hop must have done its part
    Column("sent", Moment()),
    Column("delivered", Moment()),
    Column("begun", Moment()),
    Column("passed", Moment()),
    Column("answered", Moment()),
    UniqueConstraint("case", "round", "place"),
    Index(None, "letter"),
    **FOREVER,
)

# Who complains, never in plain: keyed hashes of the normalised telephone, identity number and address (P-6, P-18).
person_mark = Table(
    "person_mark", metadata,
    Column("case", ForeignKey("case_file.id"), primary_key=True),
    Column("mark", String(64), primary_key=True),
    Column("kind", String(12), nullable=False),         # phone | id | address | name
    Index(None, "mark", "case"),
)
# What a complaint's words look like: a MinHash signature, and the bands it is found by.
sketch = Table(
    "sketch", metadata,
    Column("case", ForeignKey("case_file.id"), primary_key=True),
    Column("words", LargeBinary, nullable=False),
)
sketch_band = Table(
    "sketch_band", metadata,
    Column("band", BigInteger, primary_key=True),
    Column("case", ForeignKey("case_file.id"), primary_key=True),
    sqlite_with_rowid=False,                            # a dozen rows a case: the key is all there is
)

# Cases that are one matter: the same person again (P-18), or many persons (C-5; law: article 25).
matter = Table(
    "matter", metadata,
    Column("id", Key, primary_key=True),
    Column("opened", Moment(), nullable=False),
    Column("unit", String(40)),
    Column("category", String(20)),
    Column("told", Integer, nullable=False),            # for how many persons it has been reported
    **FOREVER,
)
# Which case belongs to which matter, joined and left again, why, and who said so. Append-only, kept so by triggers.
bond = Table(
    "bond", metadata,
    Column("id", Key, primary_key=True),
    Column("case", ForeignKey("case_file.id"), nullable=False, index=True),
    Column("matter", ForeignKey("matter.id"), nullable=False, index=True),
    Column("at", Moment(), nullable=False),
    Column("who", String(80), nullable=False),
    Column("act", String(8), nullable=False),           # joined | left | likely (the desk is asked)
    Column("why", Text, nullable=False),
    Column("likeness", Float),
    **FOREVER,
)

# The customer is asked once the case is closed: whether they are content.
callback = Table(
    "callback", metadata,
    Column("id", Key, primary_key=True),
    Column("case", ForeignKey("case_file.id"), nullable=False),
    Column("round", Integer, nullable=False),
    Column("owed", Moment(), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("last", Moment()),
    Column("state", String(12), nullable=False),        # owed | satisfied | fair | dissatisfied | unreachable | withdrawn
    Column("says", Text, nullable=False),
    Column("who", String(80), nullable=False),
    UniqueConstraint("case", "round"),
    Index(None, "state", "owed"),
    **FOREVER,
)

# A report that was made, for good: of which days, as of when, what it was made of, and the letter it went with.
report = Table(
    "report", metadata,
    Column("id", Key, primary_key=True),
    Column("pack", String(40), nullable=False),
    Column("name", String(80), nullable=False),
    Column("place", String(40), nullable=False),        # the unit it is about; "" for the whole bank
    Column("first", Date, nullable=False),
    Column("last", Date, nullable=False),
    Column("version", Integer, nullable=False),
    Column("ordered", Boolean, nullable=False),         # by somebody; the others are planned by themselves, once
    Column("as_of", Moment(), nullable=False),
    Column("made", Moment(), nullable=False),
    Column("digest", String(64), nullable=False),       # of the figures: made again, they are the same
    Column("files", Text, nullable=False),              # names and blobs, JSON
    Column("letter", ForeignKey("letter.id")),
    UniqueConstraint("pack", "name", "place", "first", "last", "version"),
    **FOREVER,
)

# The numbers under which superiors, regulators and government handed complaints down: one number is one case (D-6; law: article 27).
handed_down = Table(
    "handed_down", metadata,
    Column("authority", String(80), primary_key=True),
    Column("number", String(120), primary_key=True),
    Column("case", ForeignKey("case_file.id"), nullable=False, index=True),
)
