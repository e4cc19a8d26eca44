"""The one letter that goes to a customer: whether they are content, asked in a word, answered in a word (P-6, P-12, P-21)."""

import hashlib
import hmac
from datetime import datetime

from adapters.formats.letter import Draft
from hotline_bridge.store.tray import Outgoing
from routing import matterwords
from routing.calendar import Hours
from routing.case import Case
from routing.pack import Pack
from routing.reply import reply_address
from routing.rules import Rules
from routing.slip import spoken_time

PURPOSE = "callback"
_LABEL = b"call-back"       # no address given to a customer ever passes for one given to a unit


def seal_key(rules: Rules) -> bytes:
    """The key of the addresses customers answer to."""
    return hmac.new(rules.identity.reply_key, _LABEL, hashlib.sha256).digest()


def daytime(pack: Pack) -> Hours:
    """The hours in which a customer may be written to."""
    return pack.hours.model_copy(update={"around_the_clock": False})


def asked(case: Case, address: str, attempt: int, now: datetime, rules: Rules) -> Outgoing:
    """The form to this address, the `attempt`th of this round; it says the number and the day, and nothing of the complaint."""
    pack, us = rules.pack(case.pack), rules.identity
    round_ = case.round * 100 + attempt
    words = matterwords.form(rules.sheets, us.bank, pack.hotlines[0] if pack.hotlines else "", case.number, spoken_time(case.complaint.received, pack.zone))
    message_id = f"callback.{round_}.{case.number}@{us.domain}"
    back = reply_address(us.mailbox, case.number, seal_key(rules)) if us.subaddresses else us.mailbox
    letter = Draft(
        message_id=f"<{message_id}>", date=now.astimezone(pack.zone), from_=(us.bank, us.mailbox), to=(("", address),),
        reply_to=((us.bank, back),), subject=words.subject, text=words.text, machine=True,
    )
    return Outgoing(
        about=f"case:{case.id}", purpose=PURPOSE, round=round_, message_id=message_id, sender=us.mailbox, recipients=(address,),
        draft={"letter": letter.to_json()}, case=case.id,
    )
