"""Sends the slip to whom it concerns, once nothing holds it (P-9.1 - P-9.9, P-14.1 - P-14.3, P-16, P-17)."""

from dataclasses import replace
from datetime import datetime

from hotline_bridge import letters
from hotline_bridge.gathering import made_again
from hotline_bridge.store.tx import Tx
from hotline_bridge.travel import set_out
from routing.case import HANDED_BACK, REOPENED, SIGNED, Case, Entry, State
from routing.route import Routing, route
from routing.rules import Rules

READY = frozenset({State.TAKEN, State.HELD, State.DESK})


def dispatch(tx: Tx, subject: int, now: datetime, rules: Rules) -> None:
    """Decide the letters and lay them into the tray; a held case leaves only under a signature that still fits it."""
    case = tx.cases.get(subject)
    if case.state not in READY:
        return
    routing = route(case, rules.pack(case.pack), rules.directory)
    if routing.lead is None:
        why = "；".join(routing.doubts) or "没有可送达的单位"
        _stay(tx, case, State.DESK, Entry(now, "bridge", "转投诉处理岗", why, rules.digest))
    elif rules.holds(case) and not _signed(tx, case, routing, rules):
        _stay(tx, case, State.HELD, Entry(now, "bridge", "待复听复核", "尚无与录音、转办单和收件人一致的复核签字（P-9.1）", rules.digest))
    else:
        _send(tx, replace(case, round=case.round + 1, lead=routing.lead, undelivered=False, climbed=0, answered=None), routing, now, rules)


def _signed(tx: Tx, case: Case, routing: Routing, rules: Rules) -> bool:
    """Whether the last signature is on this very recording, these words and these recipients (P-9.1)."""
    signature = tx.cases.signature(case.id)
    if signature is None or _last_word(tx, case) != SIGNED:
        return False
    slips, recipients = letters.matter(case, routing, rules)
    return (signature.recording_sha256, signature.slip_sha256, signature.recipients) == (letters.heard(case.recording), slips, recipients)


def _last_word(tx: Tx, case: Case) -> str:
    """What was decided last about the review: a case handed back or opened again needs a new signature."""
    return next((one.what for one in reversed(tx.cases.book(case.id)) if one.what in {SIGNED, HANDED_BACK, REOPENED}), "")


def _stay(tx: Tx, case: Case, at: State, entry: Entry) -> None:
    tx.cases.save(case if case.state is at else case.moved(at), entry)


def _send(tx: Tx, case: Case, routing: Routing, now: datetime, rules: Rules) -> None:
    signature = tx.cases.signature(case.id)
    entries = [Entry(now, "bridge", "转办", f"{one.role} {one.unit} {'、'.join((*one.to, *one.cc))}：{one.why}", rules.digest) for one in routing.envelopes]
    entries += [Entry(now, "bridge", "待处理岗确认", doubt, rules.digest) for doubt in routing.doubts]
    sent = []
    for out in letters.slips(case, routing, signature, now, rules, made_again(tx, case)):
        letter = tx.tray.put(out, now)
        assert letter is not None   # the round is new
        tx.tasks.owe("post", letter, now)
        sent.append(letter)
    set_out(tx, case, routing, sent, now, rules)
    tx.cases.save(case.moved(State.SENT), *entries)
    tx.tasks.owe("chase", case.id, now)
