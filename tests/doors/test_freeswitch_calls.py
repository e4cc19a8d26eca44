"""From FreeSWITCH's posts, lost posts and events to calls: whatever comes, however often, a call is one (issue of P-3, P-9.1)."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from adapters.formats.cdr.freeswitch_post import bare_of, key_of
from adapters.freeswitch_folder import FreeswitchFolder
from adapters.freeswitch_posts import Posted
from hotline_bridge.house import Shelf
from hotline_bridge.intake import Counter, take_in
from hotline_bridge.store import schema as t
from hotline_bridge.store import schema_calls as calls
from hotline_bridge.store.telephone import Known
from routing.rules import Exchange
from sqlalchemy import func, select
from tests.conftest import Bank
from tests.fakes import ZONE
from tests.freeswitch import XML_POSTS, caller_leg, seat_leg, uuid
from tests.make import a_form

SOURCE = "freeswitch:f1"


@asynccontextmanager
async def counter(bank: Bank, *, b_legs: bool = True) -> AsyncIterator[Counter]:
    """The counter at work, over an exchange named f1."""
    exchanges = {f"{SOURCE}{door}": Exchange(ZONE, "auto", SOURCE, b_legs) for door in ("", ":lost", ":events")}
    bank.house.shelf.rules = replace(bank.house.rules, exchanges=exchanges)
    assert isinstance(bank.house.shelf, Shelf)
    one = Counter(bank.house)
    serving = asyncio.ensure_future(one.serve())
    try:
        yield one
    finally:
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)


def posted(body: str | bytes) -> Posted:
    raw = body.encode() if isinstance(body, str) else body
    return Posted(key_of(bare_of(raw)), raw)


def known(bank: Bank) -> list[Known]:
    ids = bank.house.store.read_now(lambda tx: list(tx._db.execute(select(calls.call.c.id).order_by(calls.call.c.id)).scalars()))
    return [call for one in ids if (call := bank.house.store.read_now(lambda tx: tx.telephone.get(one))) is not None]  # noqa: B023


def count(bank: Bank, what: str = "paper", **where: str) -> int:
    table = getattr(t, what)
    return bank.house.store.read_now(lambda tx: tx._db.execute(select(func.count()).select_from(table).where(*(table.c[name] == value for name, value in where.items()))).scalar_one())


async def test_posts_of_both_legs_in_any_form_are_one_call_and_the_same_again_is_nothing_new(bank: Bank):
    async with counter(bank) as at:
        numbers = [await at.keep(SOURCE, posted(body)) for body in (seat_leg().json(), caller_leg().json(), XML_POSTS["base64"][0](caller_leg().xml()), caller_leg().json(), seat_leg().json())]
        assert numbers[3:] == [numbers[1], numbers[0]]
        await bank.quiet()
        (call,) = known(bank)
        assert (call.exchange, call.global_id, call.ani, call.hotline, call.seat, call.talk_s, call.result) == (SOURCE, uuid(1), "13800000001", "95580", "8001", 50, "answered")
        assert count(bank, state="read") == 3


async def test_a_burst_shares_commits_and_each_poster_hears_its_own_number(bank: Bank):
    async with counter(bank) as at:
        numbers = await asyncio.gather(*(at.keep(SOURCE, posted(leg(n).json())) for n in range(100) for leg in (caller_leg, seat_leg)), at.keep(SOURCE, posted(caller_leg(3).json())))
        assert len(set(numbers[:-1])) == 200
        assert numbers[-1] == numbers[6]
        assert bank.house.rush.waiting == 0
        await bank.quiet()
        assert len(known(bank)) == 100


async def test_a_lost_post_and_the_event_of_a_call_that_was_posted_are_the_same_call(bank: Bank, tmp_path: Path):
    folder = tmp_path / "json_cdr"
    folder.mkdir()
    (folder / f"a_{uuid(1)}.cdr.json").write_text(caller_leg().json() + "\n")
    (folder / f"a_{uuid(2)}.cdr.json").write_text(caller_leg(2).json() + "\n")
    async with counter(bank) as at:
        await at.keep(SOURCE, posted(caller_leg().json()))
        await at.keep(f"{SOURCE}:events", posted(caller_leg().event()))
        assert await take_in(bank.house, FreeswitchFolder(f"{SOURCE}:lost", [folder])) == 2
        await bank.quiet()
        assert sorted((call.exchange, call.global_id, call.talk_s) for call in known(bank)) == [(SOURCE, uuid(1), 58), (SOURCE, uuid(2), 58)]
        assert sorted(path.name for path in (folder / "taken").iterdir()) == [f"a_{uuid(1)}.cdr.json", f"a_{uuid(2)}.cdr.json"]


async def test_P9_1_a_form_that_names_the_uuid_gets_the_recording(bank: Bank):
    async with counter(bank) as at:
        await bank.post(a_form(uuid(1), started_at="2026-03-02T09:00:10+08:00", ended_at="2026-03-02T09:01:00+08:00"))
        await at.keep(SOURCE, posted(caller_leg().json()))
        await bank.quiet()
        assert bank.case().recording.reference == "/recordings/20260302/a"
        assert known(bank)[0].case == bank.case().id


async def test_legs_of_seats_are_kept_but_not_used_where_nobody_asked_for_them(bank: Bank):
    async with counter(bank, b_legs=False) as at:
        number = await at.keep(SOURCE, posted(seat_leg().json()))
        await at.keep(SOURCE, posted(caller_leg().json()))
        await bank.quiet()
        assert [call.seat for call in known(bank)] == [""]
        assert count(bank, "leg") == 1
        paper = bank.house.store.read_now(lambda tx: tx.papers.get(number))
        assert paper is not None
        assert (paper.state, "b_legs" in paper.trouble) == ("read", True)


@pytest.mark.parametrize("body", ['{"a": 1}', "<cdr><variables/></cdr>", caller_leg().json()[:700]])
async def test_what_looks_like_a_record_and_is_none_lies_in_quarantine_with_a_reason(bank: Bank, body: str):
    async with counter(bank) as at:
        number = await at.keep(SOURCE, posted(body))
        await bank.quiet()
        paper = bank.house.store.read_now(lambda tx: tx.papers.get(number))
        assert paper is not None
        assert (paper.state, bool(paper.trouble), bool(paper.remedy)) == ("quarantined", True, True)
        assert "13800000001" not in paper.trouble


async def test_what_is_set_aside_at_the_door_is_no_task_of_the_desk(bank: Bank):
    async with counter(bank) as at:
        number = await at.keep(SOURCE, Posted("unusable:1", b"hello"), ("why", "cure"))
        assert await at.keep(SOURCE, Posted("unusable:1", b"hello"), ("why", "cure")) == number
        assert count(bank, "task", kind="read") == 0
        assert count(bank, state="quarantined") == 1


async def test_one_that_cannot_be_kept_spoils_nobody_elses_post(bank: Bank):
    """A key no column takes, among others in the same commit."""
    async with counter(bank) as at:
        bad = Posted(None, b"x")  # type: ignore[arg-type]
        results = await asyncio.gather(at.keep(SOURCE, posted(caller_leg().json())), at.keep(SOURCE, bad), at.keep(SOURCE, posted(seat_leg().json())), return_exceptions=True)
        assert [isinstance(one, int) for one in results] == [True, False, True]
        assert count(bank) == 2
