"""The walk of five complaints through the whole house, cut into acts; whoever retries after a crash plays an act again.

An act lays out what comes from outside (`lay_out`, in the parent, once) and does what people do (`people`, in the child,
again after each crash). Everything else is the house's.
"""

import asyncio
import os
import wave
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from adapters.formats.form_json import read_form
from hotline_bridge.house import House
from hotline_bridge.intake import Counter
from hotline_bridge.sighting import as_it_lies
from hotline_bridge.steps.close import close
from hotline_bridge.steps.review import sign
from routing.case import State
from tests.fakes import ZONE
from tests.make import HALF_ANSWER, WHOLE_ANSWER, a_form, a_mail, form_bytes

POSTED, HELD = "1784683800.17", "1784683900.18"
RECORDING = "2026/07/22/b.wav"
OUTLET, REFUSING, RETURNING = "ts-b1010101@branch.example", "ts-b1010103@branch.example", "ts-b1010201@branch.example"
CSV_ROW = (
    '"","13800000001","95580","hotline","13800000001","PJSIP/trunk-1","PJSIP/8001-2","Dial","PJSIP/8001",'
    '"2026-07-22 09:20:00","2026-07-22 09:20:05","2026-07-22 09:26:00",360,355,"ANSWERED","DOCUMENTATION","{id}","","{id}",1\n'
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where the world outside touches the house: its folder, and the box whose mail it reads."""

    folder: Path
    deliver: Callable[[bytes], None]
    message_ids: Mapping[str, str]      # recipient of a slip -> the slip's Message-ID


People = Callable[[House], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Act:
    """One act: when it plays, what comes in, what people do, and whom the house must not write to in it."""

    name: str
    now: datetime
    lay_out: Callable[[Place], None]
    people: People
    never_to: tuple[str, ...] = ()


def at(text: str) -> datetime:
    """A moment in Shanghai."""
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


# what comes in ---------------------------------------------------------------------------------------------------------
def _papers(place: Place) -> None:
    """A form and a mail in the drop folder, one file nobody can read, a call's record and a recording, a mail in the mailbox."""
    recording = place.folder / "recordings" / RECORDING
    recording.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(recording), "wb") as sound:
        sound.setparams((1, 2, 8000, 0, "NONE", ""))
        sound.writeframes(b"\1\0" * 8000)
    ended = at("2026-07-22T07:20").timestamp()      # nobody writes to it any more
    os.utime(recording, (ended, ended))
    held = a_form(
        HELD, narrative="客户称在清河镇营业所办理六万元转账，柜员操作失误转错账户，要求尽快更正。", unit="清河镇营业所", recording=RECORDING,
    )
    spool = place.folder / "spool"
    (spool / "a.json").write_bytes(form_bytes(held))
    (spool / "b.eml").write_bytes(_complaint("学院南路营业所", 1))
    (spool / "c.json").write_bytes(b'{"form": nothing')
    (place.folder / "Master.csv").write_text(CSV_ROW.format(id=POSTED) + CSV_ROW.format(id=HELD), "utf-8")
    place.deliver(_complaint("海棠桥营业所", 2))


def _complaint(outlet: str, number: int) -> bytes:
    text = f"我7月21日在京北{outlet}办理存款，柜员态度冷淡，多次催促离开，要求道歉。"
    return a_mail(text, message_id=f"<m{number}@customer.example>", sender=f"c{number}@customer.example")


def _half_and_bounce(place: Place) -> None:
    """The unit answers two elements of seven; another unit's slip comes back."""
    slip = place.message_ids[OUTLET]
    place.deliver(a_mail(HALF_ANSWER, sender=OUTLET, message_id="<r1@branch.example>", reply_to_id=slip, subject="答复"))
    place.deliver(_bounce(RETURNING, place.message_ids[RETURNING]))


def _bounce(recipient: str, message_id: str) -> bytes:
    """A delivery report (RFC 3464)."""
    return f"""From: MAILER-DAEMON@branch.example
To: hotline@bank.example
Subject: Undelivered Mail Returned to Sender
Message-ID: <dsn1@branch.example>
Date: Thu, 23 Jul 2026 09:00:00 +0800
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain; charset=us-ascii

<{recipient}>: host mx.branch.example said: 550 5.1.1 user unknown

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.branch.example

Final-Recipient: rfc822; {recipient}
Action: failed
Status: 5.1.1

--b
Content-Type: text/rfc822-headers

From: hotline@bank.example
To: {recipient}
Message-ID: <{message_id}>

--b--
""".replace("\n", "\r\n").encode()


def _whole(place: Place) -> None:
    """The unit answers everything."""
    slip = place.message_ids[OUTLET]
    place.deliver(a_mail(WHOLE_ANSWER, sender=OUTLET, message_id="<r2@branch.example>", reply_to_id=slip, subject="答复"))


def _nothing(_place: Place) -> None:
    """Time goes by."""


# what people do --------------------------------------------------------------------------------------------------------
async def _nobody(_house: House) -> None:
    """Nobody does anything."""


async def _seat_posts(house: House) -> None:
    """A seat posts the form, and posts it again if it heard no answer; by the hall's own counter."""
    body = form_bytes(a_form(POSTED))
    form, digest = read_form(body)
    counter = Counter(house)
    async with asyncio.TaskGroup() as group:
        serving = group.create_task(counter.serve())
        answer = await counter.take("seat", body, form, digest)
        serving.cancel()
    assert answer.standing in {"opened", "repeat"}, answer


async def _reviewer_signs(house: House) -> None:
    """The reviewer signs what is held and not yet signed."""
    case = house.store.read_now(lambda tx: tx.cases.by_call((HELD,)))
    assert case is not None
    signed = house.store.read_now(lambda tx: tx.cases.signature(case.id))
    if case.state is State.HELD and signed is None:
        assert house.archive is not None
        now, rules = house.clock(), house.rules
        heard = await as_it_lies(house.store, house.archive, case.number, now)
        await house.store.run(lambda tx: sign(tx, case.number, "复核员甲", "已复听，与转办单一致", heard, now, rules))


async def _desk_closes(house: House) -> None:
    """The desk closes what has been answered."""
    case = house.store.read_now(lambda tx: tx.cases.by_call((POSTED,)))
    assert case is not None
    if case.state is State.ANSWERED:
        now, rules = house.clock(), house.rules
        outcome = rules.pack(case.pack).closing.outcomes[0].name
        await house.store.run(lambda tx: close(tx, case.number, "desk", outcome, "已告知客户", now, rules))


HELD_UNIT = "ts-b1010102@branch.example"
ACTS = (
    Act("papers come in", at("2026-07-22T09:30"), _papers, _seat_posts, never_to=(HELD_UNIT,)),
    Act("the reviewer signs", at("2026-07-22T15:00"), _nothing, _reviewer_signs),
    Act("half an answer and a bounce", at("2026-07-23T09:10"), _half_and_bounce, _nobody),
    Act("the whole answer", at("2026-07-23T15:00"), _whole, _nobody),
    Act("a day before it is due", at("2026-07-24T09:00:01"), _nothing, _nobody),
    Act("two days late", at("2026-07-29T09:00:01"), _nothing, _nobody),
    Act("the desk closes", at("2026-07-29T15:00"), _nothing, _desk_closes),
)


def _crowd(place: Place) -> None:
    """Two hundred complaints in the drop folder."""
    for number in range(200):
        (place.folder / "spool" / f"{number:04}.json").write_bytes(form_bytes(a_form(f"crowd-{number}")))


#: Every act there is: the story, and the one that several daemons play together.
PLAYS = (*ACTS, Act("several daemons", at("2026-07-22T09:30"), _crowd, _nobody))
