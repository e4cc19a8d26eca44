"""What a paper says once it has been read: a call, a seat's form, a mail. Formats make them, steps use them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

from routing.parties import Customer


class Unreadable(ValueError):
    """These bytes are not a paper of the kind they claim to be; the text says why and what to do."""


class Channel(Enum):
    """How a complaint reaches the bank (P-9)."""

    PHONE = "电话"
    COMMENT_BOX = "意见簿(箱)"
    WEB = "网络"
    WALK_IN = "上门"
    LETTER = "信件"
    MEDIA = "媒体"
    SUPERIOR = "上级行"
    GOVERNMENT = "政府部门"
    REGULATOR = "监管转办"


@dataclass(frozen=True, slots=True)
class Call:
    """One telephone call, its legs joined; the union of what exchanges write (times are aware, lengths in seconds)."""

    source: str
    call_id: str
    global_call_id: str
    leg: str
    direction: str                      # in | out | internal | ""
    ani: str
    hotline: str
    agent_no: str
    agent_name: str
    queue: str
    t_start: datetime | None
    t_answer: datetime | None
    t_end: datetime | None
    talk_s: int
    result: str                         # answered | no-answer | busy | failed | abandoned | unknown
    hangup_side: str
    ivr_keys: str
    satisfaction: str
    recording: str
    ticket_no: str
    remark: str
    raw: tuple[Mapping[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Form:
    """What the seat wrote down while the customer spoke (P-9.1, P-13)."""

    source: str
    call_id: str
    hotline: str
    caller: str
    seat: str
    started_at: datetime | None
    ended_at: datetime | None
    recording: str
    narrative: str
    customer: Customer = Customer()
    complained_unit: str = ""
    complained_person: str = ""
    category: str = ""
    amount: str = ""
    product: str = ""
    demand: str = ""
    channel: Channel = Channel.PHONE
    authority: str = ""                 # who handed it down, where somebody did (D-6)
    authority_number: str = ""
    authority_due: datetime | None = None
    grounds: str = ""                   # what the complaint rests on (law: article 13)
    heads: int = 0                      # how many complain together; 0 where nobody counted (C-5; law: article 25)
    compensation: str = ""              # the money asked for: recorded, never promised (C-6)
    answer: Mapping[int, str] = field(default_factory=dict)     # what the outlet answered already, by P-12's elements (P-9.5)


class MailKind(Enum):
    """What a mail is before anybody reads its words; only a MESSAGE may open or answer a case."""

    MESSAGE = "message"
    AUTO_REPLY = "auto-reply"
    BOUNCE = "bounce"
    RECALL = "recall"
    READ_RECEIPT = "read-receipt"


@dataclass(frozen=True, slots=True)
class Attachment:
    """One file that came with a mail; `name` is decoded and has no path."""

    name: str
    type: str
    content: bytes = field(repr=False)
    inside: str = ""                    # the attachment it was packed in; "" where it came by itself
    foreign: bool = False               # it came in a mail attached to the mail: others may have written it


@dataclass(frozen=True, slots=True)
class Check:
    """One result that a mail server noted about a sender (RFC 8601): `method` dmarc, dkim, spf, auth; `result` pass, fail, none ...

    `about` is the domain it speaks of; `depth` how many Received headers stand above the note.
    """

    server: str
    method: str
    result: str
    about: str
    depth: int


@dataclass(frozen=True, slots=True)
class Report:
    """What a server or a reader's program says became of a letter at one recipient (RFC 3464, RFC 8098).

    `action` is failed, delayed, delivered, relayed, expanded, displayed or deleted; `original` the address we wrote to,
    where it is named; `envelope` the envelope id we gave; `said` the server's own words.
    """

    recipient: str
    action: str
    status: str = ""
    said: str = ""
    original: str = ""
    envelope: str = ""


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail as it really is: decoded, its new words apart from the history below them."""

    message_id: str
    sender: str                         # bare address, lower case; "" where there is none
    sender_name: str
    recipients: tuple[str, ...]         # To, Cc and the envelope headers, bare and lower case
    subject: str
    date: datetime | None
    kind: MailKind
    text: str
    new_text: str
    history: str
    references: tuple[str, ...] = ()    # In-Reply-To first, then References, without <>
    attachments: tuple[Attachment, ...] = ()
    failed_recipients: tuple[str, ...] = ()
    charsets: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    sender_certain: bool = True         # From names one mailbox in plain sight; else nobody can say who wrote
    bulk: bool = False                  # a mailing list, a newsletter, or what a filter took for spam
    checks: tuple[Check, ...] = ()      # what mail servers noted about the sender, from the top
    automatic: str = ""                 # the header that forbids automatic letters back (RFC 3834); "" where none does
    borrowed: bool = False              # its words are those of a mail attached to it
    private: bool = False               # its writer allows no forwarding (Notes: $KeepPrivate)
    seal: str = ""                      # what its digital signature says, in Chinese; "" where it has none
    seal_broken: bool = False           # the words are not those that were signed, or another one signed them
    bridge: str = ""                    # the bridge that wrote it, this one or another; "" where none did
    reports: tuple[Report, ...] = ()    # of a bounce or receipt: what became of a letter, by recipient

    @property
    def quoted(self) -> bool:
        """Whether older mail hangs below the new words."""
        return bool(self.history.strip())
