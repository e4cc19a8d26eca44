"""Vendors give their ids again: two customers are never one call, and records of one call find each other all the same (P-3, P-9.1)."""

import json
from datetime import datetime, timedelta
from itertools import permutations

import pytest

from hotline_bridge.store.telephone import Known
from tests.calling.world import calls, kinds, with_calls
from tests.conftest import Bank
from tests.fakes import ZONE
from tests.make import a_form
from tests.vendors.samples import own, sample, vendor
from tests.vendors.test_vendor_papers import hear

NOW = datetime(2026, 7, 22, 9, 20, tzinfo=ZONE)
FIELDS = {name: name for name in ("call_id", "global_call_id", "direction", "ani", "hotline", "agent_no", "t_start", "t_answer", "t_end", "recording")}
VENDOR = own(fields=FIELDS)
A, B = "13800000001", "13900000002"


@pytest.fixture
def bank(bank: Bank) -> Bank:
    bank.house.shelf.rules = with_calls(bank.house.rules)
    return bank


def push(call_id: str = "5", *, ani: str = A, ago: timedelta = timedelta(), talk: int = 0, **more: str) -> bytes:
    began = NOW - ago
    moments = {"t_start": began, "t_end": began + timedelta(seconds=talk or 20), **({"t_answer": began} if talk else {})}
    said = {"call_id": call_id, "direction": "in", "ani": ani, "hotline": "95580", **({"agent_no": "8001"} if talk else {}), **{name: f"{at:%Y-%m-%d %H:%M:%S}" for name, at in moments.items()}}
    return json.dumps(said | more).encode()


def seen(bank: Bank) -> list[tuple[str, str]]:
    return sorted((one.ani, one.result) for one in calls(bank.house))


def of(bank: Bank, ani: str) -> Known:
    (one,) = (one for one in calls(bank.house) if one.ani == ani)
    return one


@pytest.mark.parametrize("bodies", list(permutations([push(talk=160, ago=timedelta(hours=2)), push(ani=B)])), ids=["as it was", "the later first"])
async def test_P3_who_waits_under_the_id_of_another_is_called_back(bank: Bank, bodies: tuple[bytes, ...]) -> None:
    await hear(bank, "v", VENDOR, *bodies)
    assert seen(bank) == [(A, "answered"), (B, "abandoned")]
    assert "abandoned" in kinds(bank)


async def test_records_that_lie_days_apart_are_two_calls_whoever_called(bank: Bank) -> None:
    await hear(bank, "v", VENDOR, push(talk=160, ago=timedelta(days=2)), push(), push(ani="", ago=timedelta(days=12)))
    assert len(calls(bank.house)) == 3


async def test_records_of_one_call_join_the_one_they_belong_to(bank: Bank) -> None:
    later = push(call_id="6", global_call_id="5", ani=B, ago=-timedelta(minutes=3), talk=60, agent_no="8002")
    await hear(bank, "v", VENDOR, push(ago=timedelta(days=9)), push(ani=B, talk=100), later, push(ani=B, talk=100, recording="b.wav"))
    assert len(calls(bank.house)) == 2
    one = of(bank, B)
    assert (one.talk_s, one.seat) == (160, "8002")


async def test_a_transfer_to_somebody_outside_is_of_the_call_it_names(bank: Bank) -> None:
    await hear(bank, "v", VENDOR, push(talk=100), push(call_id="6", global_call_id="5", ani=B, direction="out", talk=60))
    assert len(calls(bank.house)) == 1


async def test_P9_1_the_case_of_one_keeps_its_call_and_its_recording_when_the_id_comes_again(bank: Bank) -> None:
    await hear(bank, "v", VENDOR, push(talk=160, ago=timedelta(days=9), recording="a.wav"))
    await bank.post(a_form("5", caller=A, started_at=(NOW - timedelta(days=9)).isoformat(), ended_at=None, recording=""))
    await hear(bank, "v", VENDOR, push(ani=B, talk=60, recording="b.wav"))
    assert bank.case().recording.reference == "a.wav"
    assert (of(bank, A).case, of(bank, B).case) == (bank.case().id, None)


async def test_newrock_a_counter_that_came_round_is_another_call(bank: Bank) -> None:
    first = sample("newrock.in.xml")
    second = first.replace(b"5720260722093300-0", b"5720260724093300-0").replace(A.encode(), B.encode()).replace(b"<Duration>160", b"<Duration>0").replace(b"20260722", b"20260724")
    bank.clock.to("2026-07-24T10:00:00")
    await hear(bank, "nr", vendor("newrock"), first, second)
    assert seen(bank) == [(A, "answered"), (B, "no-answer")]
    await bank.post(a_form("32858", caller=B, started_at="2026-07-24T09:30:00+08:00", ended_at=None))
    assert (of(bank, A).case, of(bank, B).case) == (None, bank.case().id)


async def test_kf5_a_call_without_an_end_has_ended_and_is_called_back(bank: Bank) -> None:
    bank.clock.to("2026-07-22T10:00:00")
    body = json.loads(sample("kf5.call.json")) | {"connect": 0, "duration": 0, "recordurl": ""}
    await hear(bank, "kf", vendor("kf5"), json.dumps(body).encode())
    assert kinds(bank) == ["abandoned"]


async def test_a_record_of_no_moment_at_all_ended_when_it_was_told(bank: Bank) -> None:
    mapping = own(fields={name: name for name in ("call_id", "direction", "ani", "hotline", "result")})
    await hear(bank, "v", mapping, b'{"call_id": "7", "direction": "in", "ani": "13800000001", "hotline": "95580", "result": "no-answer"}')
    (one,) = calls(bank.house)
    assert one.ended is not None
    assert kinds(bank) == ["abandoned"]


async def test_7moor_v7_who_rang_and_hung_up_is_called_back_unless_the_answer_comes_behind(bank: Bank) -> None:
    bank.clock.to("2026-07-22T10:00:00")
    await hear(bank, "m", vendor("7moor-v7"), sample("7moor-v7.hangup.json"), sample("7moor-v7.ring.json"))
    assert kinds(bank) == ["abandoned"]
    await hear(bank, "m", vendor("7moor-v7"), sample("7moor-v7.link.json"))
    assert kinds(bank) == []
