"""Decided letters: what each says and to whom, fixed for ever; and, once, the bytes of one (P-9.2, P-12, P-20, P-21)."""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter

from adapters.formats.letter import Draft, Enclosure, compose
from adapters.formats.slip_docx import write_slip
from hotline_bridge.store.cases import Signature
from hotline_bridge.store.papers import Kept
from hotline_bridge.store.tray import Delivery, Letter, Outgoing
from routing import waywords, wording
from routing.addressee import addressee, kept_from, may_be
from routing.case import Case, Recording
from routing.pack import Pack
from routing.parties import UnitCode
from routing.papers import Channel, Mail
from routing.reply import reply_address
from routing.route import Envelope, Routing, route
from routing.rules import Rules
from routing.stationery import Templates
from routing.slip import Slip, SlipContext, filled, digest as slip_digest, slip_of, spoken_time

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_SECONDS, _ONWARD = "；未送达时改送 ", "；再转 "
ASIDE = "quarantine"        # what letters about papers set aside are about
CALLS = "calls"             # what letters about calls that a person must see to are about
MOST_CARDS = 50             # papers, or calls, told in one letter
_slip = TypeAdapter(Slip)
_ID = re.compile(r"[\x21-\x3b\x3d\x3f-\x7e]{3,900}")      # others' ids are quoted only where they can stand in a header


def bytes_of(draft: Mapping[str, object], sheets: Templates) -> bytes:
    """Make a letter's bytes out of its draft; the same draft and templates give the same bytes."""
    letter = Draft.from_json(str(draft["letter"]))
    if draft.get("slip") is None:
        return compose(letter)
    slip = _slip.validate_python(draft["slip"])
    form = Enclosure(f"{slip.title}{slip.number}.docx", DOCX, write_slip(slip, letter.date, sheets.form))
    return compose(replace(letter, html=wording.slip_page(sheets, slip) if draft.get("html") else "", enclosures=(*letter.enclosures, form)))


# the slip and its copies -----------------------------------------------------------------------------------------------
def slips(case: Case, routing: Routing, signature: Signature | None, now: datetime, rules: Rules, above: str = "") -> Iterator[Outgoing]:
    """Every letter of one round of the case: slips, copies, notices; `above` is a line over the words of each slip."""
    for place, envelope in enumerate(routing.envelopes):
        if envelope.purpose == "notice":
            yield _notice(case, envelope, place, now, rules)
        else:
            yield slip_letter(case, routing, (place, envelope), signature, now, rules, above)


def matter(case: Case, routing: Routing, rules: Rules) -> tuple[str, str]:
    """What a reviewer's signature binds besides the recording: the SHA-256 of all slips, and all recipients (P-9.1).

    Among them, set apart, the second contacts who get the slip where a mailbox does not take it (P-20), and whom the
    union passes it on to (P-9.3).
    """
    seconds = sorted({
        box for envelope in routing.envelopes if envelope.purpose == "slip" for address in (*envelope.to, *envelope.cc)
        if (box := stand_in(replace(case, lead=routing.lead), address, rules))
    })
    onward = sorted({found.mailbox for envelope in routing.envelopes if envelope.onward and (found := addressee(rules.directory, envelope.onward, case.complaint.person_hint))})
    parts = [slip_digest(_form(case, routing, envelope, None, rules)) for envelope in routing.envelopes if envelope.purpose != "notice"]
    recipients = sorted({address for envelope in routing.envelopes for address in (*envelope.to, *envelope.cc)})
    return hashlib.sha256("|".join(parts).encode()).hexdigest(), "".join((
        "; ".join(recipients), f"{_SECONDS}{'; '.join(seconds)}" if seconds else "", f"{_ONWARD}{'; '.join(onward)}" if onward else "",
    ))


def signed_for(signature: Signature) -> frozenset[str]:
    """Every mailbox a signature lets the slip go to: the recipients, their second contacts, and whom it is passed on to (P-9.3)."""
    return frozenset(signature.recipients.replace(_SECONDS, "; ").replace(_ONWARD, "; ").split("; "))


def heard(recording: Recording) -> str:
    """What a signature says of the recording: its place and its bytes together (P-9.1)."""
    return hashlib.sha256(f"{recording.reference}\n{recording.sha256}".encode()).hexdigest()


def slip_letter(case: Case, routing: Routing, placed: tuple[int, Envelope], signature: Signature | None, now: datetime, rules: Rules, above: str = "") -> Outgoing:  # noqa: PLR0913 (a slip, wholly known)
    """One slip or copy; `placed` is the envelope and its place in the round, `above` a line over the words of the letter."""
    place, envelope = placed
    slip = _form(case, routing, envelope, signature, rules)
    zone = rules.pack(case.pack).zone
    name = _unit_name(envelope.unit, rules)
    if envelope.purpose == "copy":
        words = wording.copied(rules.sheets, slip, name, envelope.why)
    else:
        words = wording.cover(rules.sheets, slip, name, case.due, zone, now, does="转办" if envelope.onward else "协办" if envelope.role == "协办" else "办理")
    above = "\n".join(filter(None, (above, _asks_onward(envelope, rules.pack(case.pack), rules))))
    letter = Draft(
        message_id=_message_id(f"{envelope.purpose}.{case.round}.{place}", case.number, rules), date=now.astimezone(zone), from_=_us(rules),
        to=tuple(("", address) for address in envelope.to), cc=tuple(("", address) for address in envelope.cc),
        reply_to=((rules.identity.bank, _reply_to(case, rules)),), subject=words.subject, text=f"{above}\n{words.text}" if above else words.text, machine=True,
        headers=(("Disposition-Notification-To", _reply_to(case, rules)),) if rules.limits.read_receipts else (),
    )
    draft = {"letter": letter.to_json(), "slip": _slip.dump_python(slip, mode="json"), "html": True}
    return _out(case, f"{envelope.purpose}:{place}", case.round, letter, draft)


def _asks_onward(envelope: Envelope, pack: Pack, rules: Rules) -> str:
    """What whoever shall pass the slip on is asked (P-9.3)."""
    if envelope.onward is None or pack.forwarding is None:
        return ""
    return waywords.asks_onward(rules.sheets, _unit_name(envelope.onward, rules), pack.forwarding, rules.identity.mailbox)


def _form(case: Case, routing: Routing, envelope: Envelope, signature: Signature | None, rules: Rules) -> Slip:
    """The slip as this envelope's receiver sees it; a mere copy hides who the customer is (P-6)."""
    pack = rules.pack(case.pack)
    names = {role: tuple(_unit_name(one.onward or one.unit, rules) for one in routing.envelopes if one.purpose == "slip" and one.role == role) for role in ("主办", "协办")}
    reviewed = f"{signature.who} 于 {spoken_time(signature.at, pack.zone)} {_how_reviewed(case)}" if signature else ""
    return slip_of(case, SlipContext(
        unit_name=_unit_name(case.unit, rules) if case.unit else "", zone=pack.zone, role="转办" if envelope.onward else envelope.role, form_title=pack.form,
        bank=rules.identity.bank, leads=names["主办"], assists=names["协办"], reply_to=_reply_to(case, rules),
        recorded=pack.review.recording_equipment, reviewed=reviewed,
        required=tuple(element.number for element in pack.elements_of(case.category)), masked=envelope.purpose == "copy",
        notes=tuple(note.says for note in pack.notes if note.where == "slip"),
    ))


def _how_reviewed(case: Case) -> str:
    """What the review was: nobody claims to have heard what was not there (P-9.1)."""
    if case.recording.sha256:
        return "复听并签字"
    return "审核并签字（未取得录音文件）" if case.complaint.channel is Channel.PHONE else "审核并签字"


def _notice(case: Case, envelope: Envelope, place: int, now: datetime, rules: Rules) -> Outgoing:
    words = wording.reported(rules.sheets, case.number, _unit_name(envelope.unit, rules), _reported(case, envelope.why, rules))
    letter = _plain(f"notice.{case.round}.{place}", case, words, envelope.to, now, rules)
    return _out(case, f"notice:{place}", case.round, letter, {"letter": letter.to_json()})


def _reported(case: Case, why: str, rules: Rules) -> wording.Report:
    """What a leader is told: which unit, what kind, by when; never who complains or what they said (P-6)."""
    zone = rules.pack(case.pack).zone
    return wording.Report(
        why, _unit_name(case.unit, rules) if case.unit else "", case.category.value if case.category else "", spoken_time(case.received, zone),
        _unit_name(case.lead, rules) if case.lead else "", spoken_time(case.due, zone) if case.due else "",
    )


# back to the unit ------------------------------------------------------------------------------------------------------
def incomplete(case: Case, mail: Mail, asks: wording.Asks, round_: int, now: datetime, rules: Rules) -> Outgoing:
    """Ask whoever answered for what their answer lacks, in their own thread, the form attached with what is there (P-12)."""
    zone = rules.pack(case.pack).zone
    words = wording.incomplete(rules.sheets, case.number, asks, due=case.due, zone=zone)
    reply = _plain(f"incomplete.{round_}", case, words, (mail.sender,), now, rules)
    thread = tuple(dict.fromkeys(one for one in (*reversed(mail.references), mail.message_id) if _ID.fullmatch(one)))[-10:]
    ours = mail.message_id if _ID.fullmatch(mail.message_id) else ""
    letter = replace(reply, in_reply_to=ours, references=thread, reply_to=((rules.identity.bank, _reply_to(case, rules)),))
    routing = route(case, rules.pack(case.pack), rules.directory)
    forms = [filled(_form(case, routing, one, None, rules), asks.there) for one in routing.envelopes if one.purpose == "slip"]
    return _out(case, "incomplete", round_, letter, {
        "letter": letter.to_json(), "slip": _slip.dump_python(forms[0], mode="json") if forms else None,
    })


# to the desk -----------------------------------------------------------------------------------------------------------
def alarm(case: Case, failed: Sequence[Delivery], stood_in: Sequence[str], now: datetime, rules: Rules) -> Outgoing:
    """Tell the desk that a slip did not arrive, and who got it instead; once for each further failure (P-20)."""
    gone = sorted({one.recipient for one in failed})
    step = f"转办单已改送第二联系人：{'、'.join(stood_in)}。" if stood_in else "没有可改送的第二联系人，请改送上级单位或另行送达。"
    words = wording.bounce(rules.sheets, case.number, "、".join(gone), "；".join(dict.fromkeys(one.said for one in failed)), next_step=step)
    letter = _plain(f"alarm.{case.round}.{len(failed)}", case, words, (rules.identity.desk,), now, rules)
    return _out(case, f"alarm:{len(failed)}", case.round, letter, {"letter": letter.to_json()})


def stand_in(case: Case, mailbox: str, rules: Rules) -> str:
    """The second contact's own mailbox at the unit that this one belongs to; "" where there is none (P-20, law:17)."""
    units = sorted(rules.directory.by_mailbox(mailbox), key=lambda unit: (unit.code != case.lead, unit.code != case.unit))
    second = units[0].second if units else None
    if second is None or second.mailbox == mailbox or may_be(case.complaint.person_hint, second.name) or second.mailbox in kept_from(rules.directory, case.unit, case.complaint.person_hint):
        return ""
    return second.mailbox


def again(letter: Letter, failed: str, box: str, case: Case, now: datetime, rules: Rules) -> Outgoing:
    """The same slip, word for word, to the second contact of a mailbox that did not take it (P-20)."""
    zone = rules.pack(case.pack).zone
    before = Draft.from_json(str(letter.draft["letter"]))
    sent = replace(
        before, message_id=_message_id(f"{before.message_id.strip('<>').partition(f'.{case.number}')[0]}.second", case.number, rules),
        date=now.astimezone(zone), to=(("", box),), cc=(), text=f"{waywords.to_second(rules.sheets, failed)}\n{before.text}",
    )
    return _out(case, f"{letter.purpose}:second", case.round, sent, {**letter.draft, "letter": sent.to_json()})


def to_desk(case: Case, about: str, lines: Sequence[str], round_: int, now: datetime, rules: Rules) -> Outgoing:
    """Tell the desk what a person must look at (pains 4, 6); `round_` is the paper it came by, so that it is told once."""
    letter = _plain(f"desk.{round_}", case, wording.notice(rules.sheets, case.number, about, lines), (rules.identity.desk,), now, rules)
    return _out(case, "desk", round_, letter, {"letter": letter.to_json()})


def plain(case: Case, named: tuple[str, int], words: wording.Words, to: Sequence[str], now: datetime, rules: Rules) -> Outgoing:
    """A letter in plain words to units about a case; `named` is its purpose and round, which together are it. Answers come back to the case."""
    purpose, round_ = named
    letter = replace(
        _plain(f"{purpose.replace(':', '.')}.{round_}", case, words, to, now, rules), reply_to=((rules.identity.bank, _reply_to(case, rules)),))
    return _out(case, purpose, round_, letter, {"letter": letter.to_json()})


def aside(waiting: Sequence[Kept], now: datetime, rules: Rules, round_: int) -> Outgoing:
    """Tell the desk which papers could not be read: what, why, and what to do with each (pain 24)."""
    zone = rules.pack(rules.default_pack).zone
    words = wording.set_aside(rules.sheets, [
        wording.Card(f"Q-{one.id}", one.source, spoken_time(one.taken, zone), one.trouble, one.remedy) for one in waiting[:MOST_CARDS]
    ], len(waiting))
    letter = Draft(
        message_id=f"<aside.{round_}@{rules.identity.domain}>", date=now.astimezone(zone), from_=_us(rules), to=(("", rules.identity.desk),),
        subject=words.subject, text=words.text,
    )
    return Outgoing(
        about=ASIDE, purpose="aside", round=round_, message_id=_bare(letter.message_id), sender=rules.identity.mailbox,
        recipients=(rules.identity.desk,), draft={"letter": letter.to_json()},
    )


@dataclass(frozen=True, slots=True)
class Missing:
    """What the desk must see to about a call: the errand's number and kind, since when, its case or its call."""

    errand: int
    kind: str
    at: datetime
    case_number: str
    call: int | None


def calls(waiting: Sequence[Missing], now: datetime, rules: Rules, round_: int) -> Outgoing:
    """Tell the desk which calls wait for it, in one letter; never a caller's number or name (P-3, P-6)."""
    zone = rules.pack(rules.default_pack).zone
    rows = [wording.Unheard(one.errand, one.kind, spoken_time(one.at, zone), one.case_number, one.call or 0) for one in waiting[:MOST_CARDS]]
    words = wording.calls(rules.sheets, rows, len(waiting))
    letter = Draft(
        message_id=f"<calls.{round_}@{rules.identity.domain}>", date=now.astimezone(zone), from_=_us(rules), to=(("", rules.identity.desk),),
        subject=words.subject, text=words.text,
    )
    return Outgoing(
        about=CALLS, purpose="calls", round=round_, message_id=_bare(letter.message_id), sender=rules.identity.mailbox,
        recipients=(rules.identity.desk,), draft={"letter": letter.to_json()},
    )


# in common -------------------------------------------------------------------------------------------------------------
def _plain(name: str, case: Case, words: wording.Words, to: Sequence[str], now: datetime, rules: Rules) -> Draft:
    zone = rules.pack(case.pack).zone
    return Draft(
        message_id=_message_id(name, case.number, rules), date=now.astimezone(zone), from_=_us(rules),
        to=tuple(("", address) for address in to), subject=words.subject, text=words.text,
    )


def _out(case: Case, purpose: str, round_: int, letter: Draft, draft: Mapping[str, Any]) -> Outgoing:
    recipients = tuple(address for _, address in (*letter.to, *letter.cc))
    return Outgoing(
        about=f"case:{case.id}", purpose=purpose, round=round_, message_id=_bare(letter.message_id), sender=letter.from_[1],
        recipients=recipients, draft=draft, case=case.id,
    )


def _us(rules: Rules) -> tuple[str, str]:
    return rules.identity.bank, rules.identity.mailbox


def _reply_to(case: Case, rules: Rules) -> str:
    if not rules.identity.subaddresses:
        return rules.identity.mailbox
    return reply_address(rules.identity.mailbox, case.number, rules.identity.reply_key)


def _message_id(name: str, number: str, rules: Rules) -> str:
    return f"<{name}.{number}@{rules.identity.domain}>"


def _bare(message_id: str) -> str:
    return message_id.strip("<>")


def _unit_name(code: UnitCode, rules: Rules) -> str:
    unit = rules.directory.get(code)
    return unit.full_name if unit else str(code)
