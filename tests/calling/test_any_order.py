"""Form, parts of its call, other calls of the number and waits, in any order and however often: one case, one call, and only what is truly open is open (P-3, P-9.1)."""

from collections import Counter
from datetime import timedelta
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from adapters.formats.cdr import joined, leg_of
from hotline_bridge.store.call_errands import ABANDONED, NO_CALL, NO_FORM
from tests.calling.world import EAST, WEST, ZONE, calls, hear, row, waiting
from tests.conftest import Bank
from tests.make import a_form

NUMBERS = count(1)
MINUTES = timedelta(minutes=1)
WHAT = ("form", "rang in vain", "answered", "hung up", "lost before", "lost after", "lost after again", "elsewhere", "wait")
PARTS = frozenset({"rang in vain", "answered", "hung up"})


class Telling:
    """One customer's hour, told piece by piece."""

    def __init__(self, bank: Bank) -> None:
        self.bank, self.number = bank, next(NUMBERS)
        self.id, self.ani = f"17846832{self.number:04}.7", f"138{self.number:08}"
        self.began = bank.clock() - 20 * MINUTES

    async def tell(self, what: str) -> None:
        if what == "form":
            await self.bank.post(a_form(self.id, caller=self.ani, started_at=self.began.isoformat(), ended_at=None, form__customer={"name": "张某某", "phone": self.ani}))
        elif what == "wait":
            self.bank.clock.on(minutes=31)
            await self.bank.quiet()
        elif what == "elsewhere":       # another exchange uses the same id for another caller
            await hear(self.bank, row(self.id, ani="0108888" + f"{self.number:04}", hotline="95581", at=self.began), WEST)
        else:
            await hear(self.bank, self.row(what), EAST)

    def row(self, what: str) -> bytes:
        mine = {"linked": self.id, "ani": self.ani}
        return {
            "rang in vain": lambda: row(f"{self.id}1", **mine, at=self.began, talk=9, result="NO ANSWER", seat="8001", number=1),
            "answered": lambda: row(f"{self.id}2", **mine, at=self.began + timedelta(seconds=9), talk=300, seat="8002", number=2, recording="/rec/a.wav"),
            "hung up": lambda: row(self.id, **mine, at=self.began + timedelta(seconds=309), talk=0, seat="", number=3),
            "lost before": lambda: self.lost(-5, "b"), "lost after": lambda: self.lost(8, "c"), "lost after again": lambda: self.lost(9, "d"),
        }[what]()

    def lost(self, after: int, sign: str) -> bytes:
        return row(f"{sign}{self.id}", ani=self.ani, at=self.began + after * MINUTES, talk=20, result="NO ANSWER", seat="")

    def mine(self) -> list:
        return [one for one in calls(self.bank.house) if one.ani == self.ani]

    def expected(self, told: set[str]) -> Counter:
        """What must be open in the end, whatever came first."""
        parts, form = sorted(told & PARTS), "form" in told
        call = joined([leg_of(self.row(part), EAST, ZONE) for part in parts]) if parts else None
        talked = call is not None and call.result == "answered" and bool(call.agent_no)        # "hung up" alone reached nobody
        spoken = talked or (bool(parts) and form)
        missed = call is not None and call.result != "answered"
        lost = bool({"lost after", "lost after again"} & told) or (not spoken and ("lost before" in told or missed))
        return Counter({NO_FORM: int(talked and not form), NO_CALL: int(form and not parts), ABANDONED: int(lost)})


class Held:
    """The bank, without all of its rules in every report of a failure."""

    def __init__(self, bank: Bank) -> None:
        self.bank = bank


@pytest.fixture
def held(bank: Bank) -> Held:
    return Held(bank)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=st.lists(st.sampled_from(WHAT), min_size=1, max_size=9))
async def test_any_order_and_repetition_ends_in_the_same_state(held: Held, order: list[str]) -> None:
    bank = held.bank
    before = {one.id for one in waiting(bank)}
    one = Telling(bank)
    for what in [*order, "wait"]:
        await one.tell(what)
    told = set(order)
    parts = told & PARTS
    cases = [case for case in bank.cases() if case.call_id == one.id]
    assert len(cases) == int("form" in told)
    whole = [it for it in one.mine() if it.global_id == one.id]
    assert len(whole) == int(bool(parts))
    if parts and cases:
        assert whole[0].case == cases[0].id
        assert cases[0].recording.reference == ("/rec/a.wav" if "answered" in told else "")
    left = [it for it in waiting(bank) if it.id not in before]
    assert +Counter(it.kind for it in left) == +one.expected(told)
    assert bank.house.store.read_now(lambda tx: tx.tasks.parked()) == []
