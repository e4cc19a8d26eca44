"""Letters that remind: one for everything a mailbox owes, or one at once for one case (P-11, P-21, pain 13)."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from adapters.formats.letter import Draft
from hotline_bridge.store.hops import RUNGS
from hotline_bridge.store.reminders import Pending
from hotline_bridge.store.tray import Outgoing
from routing.case import Case, State
from routing.pack import Pack
from routing.reminder import MOST_ROWS, Due, Reminder, reminder
from routing.rules import Rules
from routing.slip import title_of

DIGEST, AT_ONCE = "digest", "urge"      # purposes
CASES, MAILBOX = "cases", "mailbox"     # keys of a draft: what it speaks of, and whom it reminds


def digest(address: str, fired: Sequence[tuple[Pending, Case]], besides: tuple[Sequence[Case], int], round_: int, now: datetime, rules: Rules) -> Outgoing:
    """One reminder for everything a mailbox owes: what fell due for a reminder, and what else of its cases is due or overdue.

    `besides` are those others, and how many more there is no room for.
    """
    others, more = besides
    known = {case.id: case for _, case in fired}
    rows = [_due(case, [one for one, it in fired if it.id == case.id], address, now, rules) for case in (*known.values(), *others)]
    rows.sort(key=lambda row: (-row.days_overdue, row.due))
    said = _reminder(address, fired, rows[:MOST_ROWS], more + max(0, len(rows) - MOST_ROWS), rules)
    letter = _draft(f"{DIGEST}.{round_}.{_box(address)}", address, said, now, rules)
    return Outgoing(
        about=f"mailbox:{address}", purpose=DIGEST, round=round_, message_id=letter.message_id.strip("<>"), sender=rules.identity.mailbox,
        recipients=(address,), draft={"letter": letter.to_json(), CASES: [*known, *(case.id for case in others)]},
    )


def at_once(address: str, fired: Sequence[tuple[Pending, Case]], round_: int, now: datetime, rules: Rules) -> Outgoing:
    """One reminder of one case, which waits for no digest."""
    case = fired[0][1]
    said = _reminder(address, fired, [_due(case, [one for one, _ in fired], address, now, rules)], 0, rules)
    letter = _draft(f"{AT_ONCE}.{round_}.{_box(address)}.{case.number}", address, said, now, rules)
    return Outgoing(
        about=f"case:{case.id}", purpose=f"{AT_ONCE}:{_box(address)}", round=round_, message_id=letter.message_id.strip("<>"),
        sender=rules.identity.mailbox, recipients=(address,), draft={"letter": letter.to_json(), CASES: [case.id]}, case=case.id,
    )


def speaks_of(draft: Mapping[str, object]) -> list[int]:
    """The cases a reminder speaks of."""
    cases = draft.get(CASES, [])
    return [int(one) for one in cases] if isinstance(cases, list) else []


def _reminder(address: str, fired: Sequence[tuple[Pending, Case]], rows: Sequence[Due], more: int, rules: Rules) -> Reminder:
    strongest = max((one for one, _ in fired), key=lambda one: (one.urgent, one.rung))
    units = rules.directory.by_mailbox(address)
    name = "投诉处理岗" if address == rules.identity.desk else units[0].full_name if units else address
    attention = "、".join(dict.fromkeys(one.attention for one, _ in fired if one.attention))
    return reminder(rules.sheets, f"{name}{f'（{attention}）' if attention else ''}", rows, rung=strongest.name, zone=rules.pack(fired[0][1].pack).zone, more=more)


def _draft(name: str, address: str, said: Reminder, now: datetime, rules: Rules) -> Draft:
    return Draft(
        message_id=f"<{name}@{rules.identity.domain}>", date=now.astimezone(said.zone), from_=(rules.identity.bank, rules.identity.mailbox),
        to=(("", address),), subject=said.words.subject, text=said.words.text, html=said.words.html, headers=(("Importance", "high"),) if said.urgent else (),
    )


def _due(case: Case, lines: Sequence[Pending], address: str, now: datetime, rules: Rules) -> Due:
    """One row of a reminder, as its reader needs it: the desk is told what waits, those above a unit which unit it is.

    Whoever is reminded of a part of their own - who assists, who has not begun - is asked for that, not to press the lead.
    """
    assert case.due is not None
    desk = address == rules.identity.desk
    lead = rules.directory.get(case.lead) if case.lead and case.state is State.SENT else None
    own = (lead is not None and address in {lead.mailbox, lead.first.mailbox, lead.second.mailbox}) or any(one.rung >= RUNGS for one in lines)
    pack = rules.pack(case.pack)
    row = Due(case.number, title_of(case.complaint.channel, pack.form), case.due, _days_over(case.due, now, pack), case.last_day, remark="、".join(dict.fromkeys(one.name for one in lines)))
    return replace(
        row, past=now - case.due if now >= case.due else None, unit=lead.full_name if lead and not own else "", waits=case.state.value if desk else "",
        today=case.due.astimezone(pack.zone).date() == now.astimezone(pack.zone).date(),
    )


def _days_over(due: datetime, now: datetime, pack: Pack) -> int:
    """Whole days beyond a limit: dates apart in the bank's zone, or for a pack that counts by the clock, times 24 hours."""
    if now <= due:
        return 0
    if pack.hours.around_the_clock:
        return (now - due).days
    return (now.astimezone(pack.zone).date() - due.astimezone(pack.zone).date()).days


def _box(address: str) -> str:
    return hashlib.sha256(address.encode()).hexdigest()[:12]
