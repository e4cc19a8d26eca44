"""A bank with two exchanges, rows of their records, and what one looks at afterwards."""

import json
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count
from zoneinfo import ZoneInfo

from adapters.formats.cdr import leg_of
from hotline_bridge.calling import heard_of
from hotline_bridge.house import House
from hotline_bridge.store.call_errands import CallErrand
from hotline_bridge.store.telephone import Known
from routing.calls import CallRules
from routing.rules import Exchange, Rules
from tests.conftest import Bank

ZONE = ZoneInfo("Asia/Shanghai")
EAST, WEST = "asterisk:east", "asterisk:west"
FIRST = datetime(2026, 7, 22, 9, 20, tzinfo=ZONE)      # when tests.make.a_form says the call began
PAPERS = count(1)
CALLER = "13800000001"


def with_calls(rules: Rules, **more) -> Rules:
    """The rules of a bank with two exchanges, on whose line 95580 every call is a complaint."""
    return replace(
        rules, calls=CallRules(**{"hotlines": frozenset({"95580"}), "wait_minutes": 30} | more),
        exchanges={"cdr:east": Exchange(ZONE, "auto", EAST), EAST: Exchange(ZONE), "cdr:west": Exchange(ZONE, "auto", WEST), WEST: Exchange(ZONE)},
    )


def row(call_id: str = "1784683200.17", *, linked: str = "", ani: str = CALLER, hotline: str = "95580", at: datetime = FIRST, talk: int = 360, seat: str = "8001", result: str = "ANSWERED",
        number: int = 1, recording: str = "") -> bytes:
    """A row of cdr_csv with all 21 columns."""
    answer = f'"{at:%Y-%m-%d %H:%M:%S}"' if result == "ANSWERED" else ""
    end = at + timedelta(seconds=talk)
    return (
        f'"","{ani}","{hotline}","from-trunk","""{ani}"" <{ani}>","PJSIP/trunk-0000000{number}","{f"PJSIP/{seat}-0000001{number}" if seat else ""}","Dial","PJSIP/{seat}",'
        f'"{at:%Y-%m-%d %H:%M:%S}",{answer},"{end:%Y-%m-%d %H:%M:%S}",{talk},{talk if result == "ANSWERED" else 0},"{result}","DOCUMENTATION","{call_id}","{recording}","","{linked or call_id}",{number}'
    ).encode()


def leg(uuid: str, **variables: str) -> bytes:
    """A leg as FreeSWITCH posts it."""
    named = {"uuid": uuid, "direction": "inbound", "caller_id_number": variables.pop("ani", ""), "start_epoch": f"{FIRST.timestamp():.0f}",
             "answer_epoch": f"{FIRST.timestamp() + 5:.0f}", "end_epoch": f"{FIRST.timestamp() + 300:.0f}", "billsec": "295", "duration": "300", "hangup_cause": "NORMAL_CLEARING"}
    return json.dumps({"core-uuid": "c", "channel_data": {"state": "CS_REPORTING"}, "variables": named | variables, "callflow": [{"caller_profile": {"uuid": uuid, "destination_number": "95580"}}]}).encode()


async def hear(bank: Bank, line: bytes, exchange: str = EAST) -> Known:
    """An exchange tells of a call, by a paper of its own each time."""
    now, rules = bank.clock(), bank.house.rules

    def keep(tx):
        paper = tx.papers.keep(f"cdr:{exchange}", str(next(PAPERS)), "cdr", line, now)
        assert paper is not None
        return heard_of(tx, paper, leg_of(line, exchange, ZONE), now, rules)

    return await bank.house.store.run(keep)


def calls(house: House) -> list[Known]:
    """Every call there is."""
    from hotline_bridge.store import schema_calls as t
    from sqlalchemy import select

    return house.store.read_now(lambda tx: tx.telephone._all(select(t.call).order_by(t.call.c.id)))


def waiting(bank: Bank) -> list[CallErrand]:
    return list(bank.house.store.read_now(lambda tx: tx.errands.waiting()))


def kinds(bank: Bank) -> list[str]:
    return [one.kind for one in waiting(bank)]


def told(bank: Bank) -> list[str]:
    """What the desk was told of calls."""
    return [one.text for one in bank.relay.sent if "件来电待人工处理" in one.subject]
