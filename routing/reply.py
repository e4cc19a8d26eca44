"""To which case a mail answers, and whether it may (P-9.2, P-12; pains 6 and 7).

Independent keys: message ids, the signed reply address, numbers in words and in attachment names. A key alone is a
claim; only from a mailbox on the unit's chain is it an answer. Everything in doubt goes to the desk with its reasons.
"""

import hashlib
import hmac
import re
from base64 import b32encode
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from routing.case import CaseId
from routing.number import dashed, find_numbers, undashed, valid
from routing.papers import Mail

_SHORTEST_KEY = 16              # bytes
_SEAL_BYTES = 10                # 80 bits: 16 signs of base32, beyond guessing, within the 64 of a local part
_MOST_NUMBERS = 50              # of each kind; a digest of reminders quotes some, a mail with thousands means mischief
_LONGEST_LOCAL = 64             # RFC 5321, 4.5.3.1.1
_PARTS = re.compile(r"(?P<digits>[0-9]{17,29})\.(?P<seal>[a-z2-7]{16})")


@dataclass(frozen=True, slots=True)
class Clues:
    """What a mail carries that may tell the case it belongs to.

    `tokens` are numbers from reply addresses with the right seal; `numbers` stand in subject and new words,
    `attached` in names (or contents) of attachments, `quoted` only in the history below.
    """

    sender: str
    message_ids: tuple[str, ...] = ()
    tokens: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    attached: tuple[str, ...] = ()
    quoted: tuple[str, ...] = ()

    @property
    def all_numbers(self) -> tuple[str, ...]:
        """Every number, each once, for looking up candidates."""
        return tuple(dict.fromkeys((*self.tokens, *self.numbers, *self.attached, *self.quoted)))


@dataclass(frozen=True, slots=True)
class Candidate:
    """A case that a mail may answer: the ids of the letters sent about it, and whose mailboxes may speak for the unit."""

    case_id: CaseId
    number: str
    message_ids: frozenset[str] = frozenset()
    chain_mailboxes: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Match:
    """What a mail is: an answer (`accepted`), a claimed one for the desk (`claimed`), or a new complaint (neither).

    `case_id` is the one case meant, None where there is none or more than one; `cases` are all that were meant.
    """

    case_id: CaseId | None
    accepted: bool
    reasons: tuple[str, ...]            # in Chinese, for the desk
    claimed: bool = False
    cases: tuple[CaseId, ...] = ()


def reply_address(base: str, number: str, key: bytes) -> str:
    """Return hotline+<digits>.<seal>@domain, to which a unit answers; ValueError for an unsound base, number or key."""
    local, at, domain = base.partition("@")
    if not (local and at and domain) or "+" in local:
        raise ValueError(f"reply mailbox {base!r} is not of the form name@domain without +; correct it in the configuration")
    if not valid(number):
        raise ValueError(f"{number!r} is not a case number with a right check digit")
    detailed = f"{local}+{undashed(number)}.{_seal(number, key)}"
    if len(detailed) > _LONGEST_LOCAL:
        raise ValueError(f"reply mailbox {base!r} is too long for a number behind it; at most 26 signs before the @")
    return f"{detailed}@{domain}"


def numbers_in_addresses(recipients: Iterable[str], base: str, key: bytes) -> tuple[str, ...]:
    """Return the case numbers of the reply addresses among recipients, without those whose seal is wrong."""
    local, _, domain = base.lower().partition("@")
    found = (
        number
        for address in recipients
        for number in _sealed_number(address.strip().lower(), prefix=f"{local}+", suffix=f"@{domain}", key=key)
    )
    return tuple(dict.fromkeys(found))


def _sealed_number(address: str, *, prefix: str, suffix: str, key: bytes) -> tuple[str, ...]:
    parts = _PARTS.fullmatch(address.removeprefix(prefix).removesuffix(suffix))
    if parts is None or not (address.startswith(prefix) and address.endswith(suffix)):
        return ()
    return tuple(number for number in dashed(parts["digits"]) if hmac.compare_digest(_seal(number, key), parts["seal"]))


def _seal(number: str, key: bytes) -> str:
    if len(key) < _SHORTEST_KEY:
        raise ValueError(f"the key of reply addresses has {len(key)} bytes; it needs at least {_SHORTEST_KEY}")
    mac = hmac.new(key, b"reply-address:" + number.encode("ascii"), hashlib.sha256).digest()
    return b32encode(mac[:_SEAL_BYTES]).decode("ascii").lower()


def clues(mail: Mail, base: str = "", key: bytes = b"", hotlines: Collection[str] = ()) -> Clues:
    """Return what a mail carries that may tell its case.

    `base` and `key` are those of `reply_address` (no tokens without them); `hotlines` are the bank's own, so that
    other digit rows are not taken for numbers. A sender of whom nobody can say who they are (two in From, one hidden in
    an encoded-word) is none: they speak for nobody.
    """
    numbers = find_numbers(f"{mail.subject}\n\n{mail.new_text}", hotlines)[:_MOST_NUMBERS]
    attached = find_numbers("\n\n".join(one.name for one in mail.attachments), hotlines)[:_MOST_NUMBERS]
    quoted = find_numbers(mail.history, hotlines)[:_MOST_NUMBERS]
    tokens = numbers_in_addresses(mail.recipients, base, key)[:_MOST_NUMBERS] if base and key else ()
    sender = mail.sender.strip().lower() if mail.sender_certain else ""
    return Clues(sender, mail.references, tokens, numbers, attached, quoted)


def match(found: Clues, candidates: Sequence[Candidate]) -> Match:
    """Return the case a mail answers, and whether its sender may answer for it (P-12).

    Accepted: all keys mean one case, and the sender is on its unit's chain. Keys that mean several cases, a key from
    a stranger, a number nobody gave out, or a unit's mailbox without any key: claimed, for the desk to decide. Nothing
    of it: a new complaint (P-3).
    """
    meant = _meant(found, candidates)
    unknown = tuple(f"来信引用的编号{number}在登记簿中查无此件" for number in _unknown(found, candidates))
    if len(meant) == 1:
        ((case_id, reasons),) = meant.items()
        return _judged(found, next(one for one in candidates if one.case_id == case_id), (*reasons, *unknown))
    if meant:
        reasons = tuple(reason for each in meant.values() for reason in each)
        return Match(None, accepted=False, reasons=("来信同时指向多个投诉件，须人工分派", *reasons, *unknown), claimed=True, cases=tuple(meant))
    chained = tuple(one.case_id for one in candidates if _on_chain(found.sender, one))
    if chained:
        unknown = ("发件人是承办单位的邮箱，但来信没有可核对的编号或引用", *unknown)
    return Match(None, accepted=False, reasons=unknown or ("来信没有投诉件编号，也没有引用已发邮件，按新投诉受理",), claimed=bool(unknown), cases=chained)


def _judged(found: Clues, candidate: Candidate, reasons: tuple[str, ...]) -> Match:
    """Say whether the mail is an answer to the one case it means."""
    chained = _on_chain(found.sender, candidate)
    who = "发件人在承办单位的邮箱之列" if chained else f"发件人{found.sender or '（空）'}不在承办单位及其上级的邮箱之列，须人工核实"
    return Match(candidate.case_id, chained, (*reasons, who), claimed=True, cases=(candidate.case_id,))


def _on_chain(sender: str, candidate: Candidate) -> bool:
    """Whether this very mailbox speaks for the unit; whole addresses only, for a look-alike domain ends the same."""
    return bool(sender) and sender.strip().lower() in {mailbox.strip().lower() for mailbox in candidate.chain_mailboxes}


def _meant(found: Clues, candidates: Sequence[Candidate]) -> Mapping[CaseId, tuple[str, ...]]:
    """Return the cases which the keys mean, with the reasons; what only the history quotes counts where nothing else does."""
    meant = {one.case_id: reasons for one in candidates if (reasons := _reasons(found, one))}
    if meant:
        return meant
    return {one.case_id: (f"引用的原文中有编号{one.number}",) for one in candidates if one.number in found.quoted}


def _reasons(found: Clues, candidate: Candidate) -> tuple[str, ...]:
    number = candidate.number
    checks = (
        (not candidate.message_ids.isdisjoint(found.message_ids), f"回复了编号{number}已发出的邮件"),
        (number in found.tokens, f"收件地址带有编号{number}的有效校验码"),
        (number in found.numbers, f"主题或正文写有编号{number}"),
        (number in found.attached, f"附件写有编号{number}"),
    )
    return tuple(reason for holds, reason in checks if holds)


def _unknown(found: Clues, candidates: Sequence[Candidate]) -> tuple[str, ...]:
    known = {one.number for one in candidates}
    stated = dict.fromkeys((*found.tokens, *found.numbers, *found.attached))
    return tuple(number for number in stated if number not in known)
