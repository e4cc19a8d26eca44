"""What became of a letter at one recipient: the order of its states, what a bounce's words mean, the seal of an envelope.

Anybody can write a bounce or a receipt, and our Message-IDs can be guessed. So good news counts only under an envelope
id that we sealed ourselves; bad news alarms whoever wrote it, and stops nothing (P-20).
"""

import hashlib
import hmac
import re
from base64 import b32encode
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

OPEN = "open"                   # in the tray, the relay has not taken it yet
DEFERRED = "deferred"           # the relay, or a server behind it, said later
ACCEPTED = "accepted"           # the relay took it
REFUSED = "refused"             # the relay will never take it
BOUNCED = "bounced"             # it came back for good
DELIVERED = "delivered"         # a server wrote that it lies in the mailbox (RFC 3461)
READ = "read"                   # a reading receipt came (RFC 8098)
ACKNOWLEDGED = "acknowledged"   # the unit answered
WITHDRAWN = "withdrawn"         # taken out of the tray before it left
RESENT = "resent"               # a word, not a state: a person had it given away once more
RELAYED = "relayed"             # a word, not a state: it went on to a server that sends no receipts

#: From which state which words lead on. Every other word is written down and changes nothing: it came late, or is weaker.
LEADS: Mapping[str, frozenset[str]] = {
    OPEN: frozenset({DEFERRED, ACCEPTED, REFUSED, WITHDRAWN}),
    DEFERRED: frozenset({ACCEPTED, REFUSED, BOUNCED, DELIVERED, READ, ACKNOWLEDGED, WITHDRAWN}),
    ACCEPTED: frozenset({DEFERRED, BOUNCED, DELIVERED, READ, ACKNOWLEDGED}),
    REFUSED: frozenset({ACCEPTED}),
    BOUNCED: frozenset({ACCEPTED, DELIVERED, READ, ACKNOWLEDGED}),
    DELIVERED: frozenset({READ, ACKNOWLEDGED}),
    READ: frozenset({ACKNOWLEDGED}),
    ACKNOWLEDGED: frozenset(),
    WITHDRAWN: frozenset(),
}
#: What a person is told of each state and word.
CALLED: Mapping[str, str] = {
    OPEN: "待发", DEFERRED: "暂缓", ACCEPTED: "收件服务器已接收", REFUSED: "被拒收", BOUNCED: "退信", DELIVERED: "已送达", READ: "已读",
    ACKNOWLEDGED: "已回复", WITHDRAWN: "已撤回", RESENT: "重发", RELAYED: "已转交下一服务器或别名（此后不再有送达回执）",
}
_SEAL_BYTES = 10                # 80 bits, beyond guessing
_ENVELOPE = re.compile(r"hb-([0-9]{1,18})-([a-z2-7]{16})")


def after(state: str, word: str) -> str:
    """Return the state once `word` was heard; the same where it is weaker than what is known."""
    return word if word in LEADS[state] else state


class Reason(Enum):
    """Why a letter did not arrive, as a person is told."""

    FULL = "邮箱已满"
    LATER = "对方服务器暂时无法接收"
    EXPIRED = "多次投递未成功"
    UNKNOWN = "邮箱不存在或已停用"
    SPAM = "被判为垃圾邮件"
    SIZE = "邮件过大"
    REFUSED = "对方拒收"


@dataclass(frozen=True, slots=True)
class Setback:
    """Why a letter came back, and whether it may arrive if it is given away once more."""

    reason: Reason
    soft: bool


_SOFT = frozenset({Reason.FULL, Reason.LATER, Reason.EXPIRED})
#: (reason, enhanced status of RFC 3463 from its start): the first that matches.
STATUSES = (
    (Reason.FULL, re.compile(r"[45]\.2\.2$")), (Reason.EXPIRED, re.compile(r"4\.4\.7$")), (Reason.SPAM, re.compile(r"5\.7\.(?:28|350|509)$")),
    (Reason.UNKNOWN, re.compile(r"5\.1\.|5\.2\.1$|5\.4\.1$")), (Reason.SIZE, re.compile(r"5\.[23]\.[34]$")), (Reason.LATER, re.compile(r"4\.")),
)
#: (reason, words): what servers write, Chinese ones first; looked at where the status says nothing more than "no" (5.0.0).
WORDS = (
    (Reason.SIZE, re.compile(r"邮件(?:大小超|过大)|message (?:is |was )?(?:too (?:large|big)|size exceeds|exceeds)", re.IGNORECASE)),
    (Reason.FULL, re.compile(
        r"容量已?满|邮箱(?:已|空间)?满|空间(?:已满|不足)|超[过出](?:邮箱)?(?:容量|配额)|(?:mail)?box (?:is )?(?:full|exceeds)|quota|insufficient (?:system )?storage"
        r"|storage allocation|(?<![0-9])[45]52(?![0-9])", re.IGNORECASE)),
    (Reason.SPAM, re.compile(r"垃圾邮件|反垃圾|病毒|spam|blacklist|blocklist|black list|reputation|virus|DT:SPM|content (?:rejected|refused)", re.IGNORECASE)),
    (Reason.UNKNOWN, re.compile(
        r"(?:邮箱|用户|收件人|地址|帐号|账号)(?:地址)?不存在|不存在(?:的|该)?(?:用户|邮箱)|无此(?:用户|邮箱)|(?:邮箱|帐号|账号)已?(?:被)?(?:停用|禁用|冻结|锁定|注销)"
        r"|no such (?:user|mailbox|recipient|address)|user (?:not found|unknown|not listed|doesn'?t exist)|unknown user|not listed in|mailbox (?:not found|unavailable|disabled)"
        r"|recipient (?:address )?(?:rejected|unknown|not found)|does not exist", re.IGNORECASE)),
    (Reason.EXPIRED, re.compile(r"retry time|expired|多次(?:尝试|投递)|too long in queue|retries exhausted|重试", re.IGNORECASE)),
    (Reason.LATER, re.compile(r"暂时|稍后|繁忙|temporar|try again|greylist|grey-list|too many connections|timed? ?out|连接超时|(?<![0-9])4[25][01](?![0-9])", re.IGNORECASE)),
)


def setback(status: str, words: str) -> Setback:
    """Return why a letter came back, by its status (RFC 3463), else by the server's words; what says nothing is for good."""
    by_status = next((reason for reason, known in STATUSES if known.match(status)), None)
    if by_status is None or (by_status is Reason.LATER and status.endswith(".0.0")):
        by_words = next((reason for reason, known in WORDS if known.search(words)), None)
        if by_status is None or (by_words in _SOFT and by_words is not None):
            by_status = by_words
    reason = by_status or (Reason.LATER if status.startswith("4.") else Reason.REFUSED)
    return Setback(reason, reason in _SOFT)


def envelope_id(letter: int, key: bytes) -> str:
    """Return the envelope id under which a letter leaves (RFC 3461, 4.4): nobody who has not seen the envelope knows it."""
    seal = hmac.new(key, f"envelope {letter}".encode(), hashlib.sha256).digest()[:_SEAL_BYTES]
    return f"hb-{letter}-{b32encode(seal).decode().lower()}"


def letter_of(envelope: str, key: bytes) -> int | None:
    """Return the letter an envelope id belongs to; None where the seal is not ours."""
    parts = _ENVELOPE.fullmatch(envelope.strip().lower())
    if parts is None or not key:
        return None
    letter = int(parts[1])
    return letter if hmac.compare_digest(envelope_id(letter, key), parts[0]) else None
