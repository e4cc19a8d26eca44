"""When nobody listened to an exchange, on both databases."""

from datetime import datetime, timedelta

from hotline_bridge.store.engine import Store
from routing.papers import Call
from tests.exchange_talk import ZONE

PBX = "asterisk:pbx"
NINE = datetime(2026, 7, 22, 9, 0, tzinfo=ZONE)


def a_call(minute: float, exchange: str = PBX) -> Call:
    at = NINE + timedelta(minutes=minute)
    return Call(
        source=exchange, call_id=f"{minute}", global_call_id=f"{minute}", leg="", direction="in", ani="", hotline="", agent_no="", agent_name="", queue="",
        t_start=at, t_answer=at, t_end=at, talk_s=0, result="answered", hangup_side="", ivr_keys="", satisfaction="", recording="", ticket_no="", remark="",
    )


def at(minute: float) -> datetime:
    return NINE + timedelta(minutes=minute)


async def test_calls_that_ended_in_a_gap_are_counted_once_whichever_came_first(store: Store):
    def keep(tx):
        for minute, exchange in ((1, PBX), (2, PBX), (2, "asterisk:other"), (9, PBX)):
            tx.telephone.seen(a_call(minute, exchange), "", (), NINE)
        assert tx.gaps.note(PBX, at(0), at(5), "hung up", restarted=False)
        assert not tx.gaps.note(PBX, at(0), at(5), "hung up", restarted=False)
        tx.telephone.seen(a_call(3), "", (), NINE)
        tx.gaps.heal(PBX, at(3))
        tx.gaps.heal(PBX, at(3))
        tx.gaps.heal(PBX, at(9))
        tx.gaps.heal("asterisk:other", at(3))

    await store.run(keep)
    (gap,) = await store.read(lambda tx: tx.gaps.latest())
    assert (gap.exchange, gap.since, gap.until, gap.why, gap.healed, gap.restarted) == (PBX, at(0), at(5), "hung up", 3, False)


async def test_the_latest_gaps_come_first(store: Store):
    await store.run(lambda tx: [tx.gaps.note(PBX, at(minute), at(minute + 1), "", restarted=minute == 4) for minute in (2, 4, 0)])
    assert [gap.since for gap in await store.read(lambda tx: tx.gaps.latest(2))] == [at(4), at(2)]
