"""What a person is shown of a case: one shape for the API and the command line."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import TypeVar

from adapters.formats.mime import read_mail
from hotline_bridge import recorded
from hotline_bridge.store.answers import Answer
from hotline_bridge.store.cases import Signature
from hotline_bridge.store.listenings import Listening
from hotline_bridge.store.papers import Kept
from hotline_bridge.store.recordings import Kept as Recorded
from hotline_bridge.store.telephone import Known
from hotline_bridge.store.tray import Delivery, Word
from hotline_bridge.store.tx import Tx
from hotline_bridge.timing import Timed, moved
from routing.case import Case, Entry
from routing.clocks import Event
from routing.delivery import CALLED
from routing.hops import CALLED as HOP_CALLED, TIMES as HOP_TIMES, Hop, helpless, tree
from routing.papers import Unreadable
from routing.parties import UnitCode, mask, mask_phone, shown_id
from routing.rules import Rules
from routing.starring import discreet, names_of, starred
from routing.waywords import one_line


T = TypeVar("T")
MOST = 1000         # rows of a list at a time
SHOWN = 2_000       # characters of a mail on its card
#: Codes, dates and figures of the house: nobody's words. Everything else is starred for a masked reader (P-6).
_CODES = frozenset({
    "number", "case_number", "state", "pack", "source", "call_id", "hotline", "channel", "unit", "unit_name", "candidates", "amounts", "id_number",
    "received", "began", "ended", "exchange", "result", "due", "last_day", "law_due", "authority_due", "at", "noted", "looked", "until", "told", "sha256", "rule", "rules",
})
_MAILBOXES = frozenset({"recipient", "mailbox", "sender"})


@dataclass(frozen=True, slots=True)
class Leaf:
    """Which part of a list is wanted: `limit` rows behind the first `offset`."""

    limit: int = 200
    offset: int = 0

    @property
    def reach(self) -> int:
        """How many rows to ask the store for: one more tells whether there are more."""
        return self.offset + self.limit + 1

    def cut(self, rows: Sequence[T]) -> tuple[Sequence[T], int | None]:
        """The rows of this part, and the offset of the next; None where this is the last."""
        end = self.offset + self.limit
        return rows[self.offset:end], end if len(rows) > end else None


def written(text: str) -> str:
    """What a person wrote, without what no database takes or nobody means: control characters, halves of a pair."""
    return "".join(c for c in text if (c >= " " and c != "\x7f" and not "\ud800" <= c <= "\udfff") or c in "\n\t").strip()


@dataclass(frozen=True, slots=True)
class WholeCase:
    """A case with everything that hangs on it."""

    case: Case
    book: Sequence[Entry]
    deliveries: Sequence[Delivery]
    answers: Sequence[Answer]
    signature: Signature | None
    words: Sequence[Word] = ()
    hops: Sequence[Hop] = ()
    events: Sequence[Event] = ()
    recordings: Sequence[Recorded] = ()
    listenings: Sequence[Listening] = ()
    calls: Sequence[Known] = ()


def whole(tx: Tx, number: str) -> WholeCase | None:
    """Gather a case by its number; None where there is none."""
    case = tx.cases.by_number(number)
    if case is None:
        return None
    letters = tx.tray.of_case(case.id)
    words = tx.tray.history({one.letter for one in letters})
    return WholeCase(case, tx.cases.book(case.id), letters, tx.answers.of_case(case.id), tx.cases.signature(case.id), words, tx.hops.of_case(case.id), tx.clocks.of_case(case.id), recorded.every(tx, case), tx.listenings.of_case(case.id), tx.telephone.of_case(case.id))


def row(case: Case, rules: Rules) -> dict[str, object]:
    """One line of a list: nothing of the customer (P-6)."""
    pack = rules.packs.get(case.pack) or rules.pack(rules.default_pack)      # a case whose pack is not loaded any more is listed all the same
    zone = pack.zone
    unit = rules.directory.get(case.unit) if case.unit else None
    return {
        "number": case.number, "state": case.state.name, "state_zh": case.state.value, "channel": case.complaint.channel.value,
        "category": case.category.value if case.category else None, "unit": case.unit, "unit_name": unit.full_name if unit else None,
        "received": _time(case.received, zone), "due": _time(case.due, zone), "last_day": _time(case.last_day, zone),
        "provisional": case.provisional, "undelivered": case.undelivered,
        "flags": [flag.name for flag in case.verdict.flags] if case.verdict else [],
    }


def full(one: WholeCase, rules: Rules, *, masked: bool) -> dict[str, object]:
    """The whole case; `masked` hides who the customer is from those who need not know (P-6)."""
    case, zone = one.case, rules.pack(one.case.pack).zone
    verdict, customer = case.verdict, case.complaint.customer
    shown = {
        **row(case, rules), "pack": case.pack, "source": case.source, "call_id": case.call_id, "seat": case.seat,
        "hotline": case.hotline, "law_due": _time(case.law_due, zone), "text": case.complaint.text,
        "demand": case.complaint.demand, "recording": next((recording(kept, zone) for kept in one.recordings if kept.reference == case.recording.reference), {})
        | {"reference": case.recording.reference} | ({"sha256": case.recording.sha256} if case.recording.sha256 or not one.recordings else {}),
        "recordings": [recording(kept, zone) for kept in one.recordings], "listenings": [listening(heard, zone) for heard in one.listenings],
        "customer": {
            "name": mask(customer.name) if masked else customer.name,
            "phone": mask_phone(customer.phone) if masked else customer.phone,
            "party": customer.party, "id_type": customer.id_type, "id_number": shown_id(customer.id_number),
            "agent": mask(customer.agent_name) if masked else customer.agent_name, "agent_as": customer.agent_as,
        },
        "handed_down": {
            "authority": case.complaint.authority, "number": case.complaint.authority_number, "due": _time(case.complaint.authority_due, zone),
        },
        "heads": case.complaint.heads or None, "compensation": case.complaint.compensation,
        "verdict": None if verdict is None else {
            "category": verdict.category.value, "also": [also.value for also in verdict.also],
            "amounts": [str(amount) for amount in verdict.amounts], "unit": verdict.unit, "candidates": list(verdict.candidates),
            "flags": [{"name": f.name, "evidence": f.evidence, "rule": f.rule, "says": f.says, "by": f.by, "chance": f.chance} for f in verdict.flags],
            "doubts": list(verdict.doubts),
        },
        "signature": None if one.signature is None else {"who": one.signature.who, "at": _time(one.signature.at, zone), "findings": one.signature.findings},
        "calls": [
            {"id": call.id, "exchange": call.exchange, "call_id": call.call_id, "seat": call.seat, "queue": call.queue, "result": call.result, "talk_s": call.talk_s,
             "began": _time(call.started, zone), "answered": _time(call.answered, zone), "ended": _time(call.ended, zone), "joined": call.joined} for call in one.calls
        ],
        "letters": [
            row | {"history": words([word for word in one.words if (word.letter, word.recipient) == (row["id"], row["recipient"])], zone)}
            for row in deliveries(one.deliveries, zone)
        ],
        "clocks": moved(Timed(case, one.events), rules),
        "way": way(one.hops, case, rules), "hops": hops(one.hops, case, rules),
        "help_missing": [_name(hop.unit, rules) for hop in helpless(one.hops, case.round)],
        "answers": [_answer(answer, zone, rules, masked=masked) for answer in one.answers],
        "book": [{"at": _time(e.at, zone), "who": e.who, "what": e.what, "says": e.says, "rules": e.rules} for e in one.book],
    }
    return hidden(shown, case) if masked else shown


def recording(one: Recorded, zone: tzinfo) -> dict[str, object]:
    """A recording as it stands; `sha256` is that of its first sight."""
    return {
        "id": one.id, "exchange": one.exchange, "reference": one.reference, "state": one.state, "state_zh": recorded.CALLED[one.state], "sha256": one.sha256,
        "bytes": one.size, "seconds": one.seconds, "media": one.media, "copied": one.blob is not None, "noted": _time(one.noted, zone), "at": _time(one.seen, zone),
        "looked": _time(one.looked, zone), "trouble": one.trouble,
    }


def listening(one: Listening, zone: tzinfo) -> dict[str, object]:
    """A listening: who heard what, and the seconds that truly played (P-6)."""
    return {
        "id": one.id, "recording": one.recording, "who": one.who, "at": _time(one.at, zone), "until": _time(one.until, zone), "sha256": one.sha256,
        "bytes": one.sent, "seconds": one.seconds, "played": [list(part) for part in one.played], "ended": one.ended is not None,
    }


def hidden(shown: Mapping[str, object], *cases: Case) -> dict[str, object]:
    """What is shown of cases to who need not know the customers: every free text in it starred (P-6)."""
    names = {name for case in cases for name in names_of(case.complaint.customer)}
    return discreet(shown, names, _CODES, _MAILBOXES)


def hops(rows: Sequence[Hop], case: Case, rules: Rules) -> list[dict[str, object]]:
    """Every leg of the case's way: to whom, in which part, by which rule, where it stands, and each of its times."""
    zone = rules.pack(case.pack).zone
    return [
        {
            "id": h.id, "after": h.after, "round": h.round, "part": h.part, "unit": h.unit, "unit_name": _name(h.unit, rules), "mailbox": h.mailbox,
            "channel": h.channel, "rule": h.rule, "letter": h.letter, "state": h.state, "state_zh": HOP_CALLED[h.state],
            **{name: _time(getattr(h, name), zone) for name in ("due", *HOP_TIMES)},
        } for h in rows
    ]


def way(rows: Sequence[Hop], case: Case, rules: Rules) -> list[str]:
    """The whole way as a text tree, round by round."""
    zone = rules.pack(case.pack).zone
    lines = {h.id: one_line(h, _name(h.unit, rules), {
        name: f"{at.astimezone(zone):%m-%d %H:%M}" for name in (*HOP_TIMES, "due") if (at := getattr(h, name)) is not None
    }) for h in rows}
    drawn: list[str] = []
    for round_ in sorted({h.round for h in rows}):
        drawn += [f"{case.number} 第{round_}次转办" if round_ else f"{case.number} 转办前", *tree([h for h in rows if h.round == round_], lines)]
    return drawn


def _name(code: UnitCode, rules: Rules) -> str:
    unit = rules.directory.get(code)
    return unit.full_name if unit else str(code)


def deliveries(rows: Sequence[Delivery], zone: tzinfo) -> list[dict[str, object]]:
    """What became of letters, by recipient; `id` is the letter's, for `letters resend`."""
    return [
        {"id": d.letter, "purpose": d.purpose, "recipient": d.recipient, "answer": d.answer, "answer_zh": CALLED[d.answer], "said": d.said, "at": _time(d.at, zone)}
        for d in rows
    ]


def words(rows: Sequence[Word], zone: tzinfo) -> list[dict[str, object]]:
    """Every word about a letter: what came, and the state it left behind."""
    return [
        {"at": _time(w.at, zone), "recipient": w.recipient, "word": w.word, "word_zh": CALLED.get(w.word, w.word), "state": w.state, "said": w.said} for w in rows
    ]


def _answer(answer: Answer, zone: tzinfo, rules: Rules, *, masked: bool) -> dict[str, object]:
    elements: Mapping[str, str] = {str(number): text for number, text in answer.elements.items()}
    return {
        "id": answer.id, "at": _time(answer.at, zone), "sender": _sender(answer.sender, rules) if masked else answer.sender, "standing": answer.standing,
        "elements": elements, "reasons": list(answer.reasons),
    }


def _sender(sender: str, rules: Rules) -> str:
    """Who wrote, where that is a unit; a stranger may be the customer."""
    return sender if rules.directory.by_mailbox(rules.identity.speaks_as(sender)) else starred(sender, ())


def claimed(answer: Answer, case: Case, rules: Rules, *, masked: bool) -> dict[str, object]:
    """An answer that waits for the desk's word, with the case it claims to answer."""
    shown = {"case_number": case.number, **_answer(answer, rules.pack(case.pack).zone, rules, masked=masked)}
    return hidden(shown, case) if masked else shown


def quarantined(paper: Kept, zone: tzinfo) -> dict[str, object]:
    """A paper that waits for a person: what, why, and what to do (pain 24)."""
    return {
        "number": f"Q-{paper.id}", "source": paper.source, "key": paper.key, "kind": paper.kind, "bytes": paper.size,
        "taken": _time(paper.taken, zone), "trouble": paper.trouble, "remedy": paper.remedy,
    }


def card(paper: Kept, body: bytes, zone: tzinfo, *, masked: bool) -> dict[str, object]:
    """A paper set aside as a person looks at it: what came, as far as it can be read, why it lies there, what to do (pain 24).

    `masked` leaves out the words and who wrote them (P-6).
    """
    shown = quarantined(paper, zone)
    if paper.kind.startswith("mail"):
        try:
            mail = read_mail(body)
        except Unreadable:
            return shown | {"readable": False}
        shown |= {
            "readable": True, "mail_kind": mail.kind.value, "date": _time(mail.date, zone), "attached": len(mail.attachments),
        }
        if not masked:
            shown |= {
                "seal": mail.seal, "warnings": list(mail.warnings),
                "attachments": [{"name": one.name, "bytes": len(one.content), "inside": one.inside} for one in mail.attachments],
            }
            shown |= {"from": mail.sender, "name": mail.sender_name, "to": list(mail.recipients), "subject": mail.subject, "text": mail.new_text[:SHOWN]}
    return shown


def _time(at: datetime | None, zone: tzinfo) -> str | None:
    return None if at is None else at.astimezone(zone).isoformat(timespec="seconds")
