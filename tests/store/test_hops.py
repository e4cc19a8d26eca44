"""Hops in the store: they go with their letters in one transaction, keep their order, and drop reminders of what is done (P-9.7, T-4)."""

from dataclasses import replace
from datetime import datetime, timedelta

from hotline_bridge.store.engine import Store
from hotline_bridge.store.hops import rung_of
from hotline_bridge.store.reminders import Pending
from hotline_bridge.store.tray import Outgoing
from hotline_bridge.store.tx import Tx
from routing.case import CaseId, Entry
from routing.delivery import ACCEPTED, DELIVERED, READ, WITHDRAWN
from routing.hops import ASSIST, BEGUN, COPY, ENDED, LEAD, OPEN, PASSED, SENT, Hop
from routing.parties import UnitCode
from tests.fakes import ZONE
from tests.routing.shipped import a_case

NOW = datetime(2026, 7, 22, 10, 0, tzinfo=ZONE)
BOX, OTHER = "one@branch.example", "two@branch.example"


def opened(tx: Tx) -> tuple[int, int]:
    """A case with a letter to two mailboxes; their ids."""
    paper = tx.papers.keep("seat", "c-1", "form", b"{}", NOW)
    assert paper is not None
    case = tx.cases.open(a_case(), paper, Entry(NOW, "bridge", "受理登记"))
    letter = tx.tray.put(Outgoing(f"case:{case.id}", "slip:0", 1, f"slip.1.0.{case.number}@x.example", "hotline@bank.example", (BOX, OTHER), {}, case.id), NOW)
    assert letter is not None
    return case.id, letter


def a_hop(case: int, letter: int | None, mailbox: str = BOX, part: str = LEAD, **more: object) -> Hop:
    return replace(Hop(case, 1, UnitCode("BJ11"), mailbox, part, "P-9.2", letter=letter), **more)  # type: ignore[arg-type]


def test_P9_7_a_hop_goes_with_its_letter_and_with_no_other_recipients(store: Store) -> None:
    def play(tx: Tx) -> list[Hop]:
        case, letter = opened(tx)
        first, second = tx.hops.open(a_hop(case, letter)), tx.hops.open(a_hop(case, letter, OTHER, COPY))
        assert (first.place, second.place) == (0, 1)
        for minute, word in enumerate((ACCEPTED, DELIVERED, READ)):
            tx.tray.receipt(letter, BOX, word, "", NOW + timedelta(minutes=minute))
        tx.tray.receipt(letter, OTHER, WITHDRAWN, "", NOW)
        return list(tx.hops.of_case(case))

    one, two = store.run_now(play)
    assert (one.state, one.sent, one.delivered, one.begun) == (BEGUN, NOW, NOW + timedelta(minutes=1), NOW + timedelta(minutes=2))
    assert (two.state, two.sent) == (ENDED, None)


def test_T4_what_another_transaction_heard_meanwhile_is_not_overwritten(store: Store) -> None:
    case, letter = store.run_now(opened)
    stale = store.run_now(lambda tx: tx.hops.open(a_hop(case, letter)))
    store.run_now(lambda tx: tx.tray.receipt(letter, BOX, ACCEPTED, "", NOW))
    then = store.run_now(lambda tx: tx.hops.move(stale, BEGUN, NOW))
    assert (then.state, then.sent, then.begun) == (BEGUN, NOW, NOW)


def test_a_new_round_ends_what_was_to_be_done_and_leaves_what_was_told(store: Store) -> None:
    def play(tx: Tx) -> list[Hop]:
        case, letter = opened(tx)
        tx.hops.open(a_hop(case, letter))
        tx.hops.open(a_hop(case, letter, OTHER, COPY))
        tx.hops.open(a_hop(case, None, OTHER, ASSIST, round=2))
        tx.hops.end(case, before=2)
        return list(tx.hops.of_case(case))

    assert [(hop.round, hop.state) for hop in store.run_now(play)] == [(1, ENDED), (1, OPEN), (2, OPEN)]


def test_reminders_of_what_has_been_done_meanwhile_are_dropped(store: Store) -> None:
    def play(tx: Tx) -> list[frozenset[tuple[str, int]]]:
        case, letter = opened(tx)
        hop, box = tx.hops.open(a_hop(case, letter)), tx.reminders.mailbox(BOX)
        for kind in (0, 1):
            tx.reminders.remind(box, Pending(0, case, rung_of(hop, kind), "接单单位开始处理", "", urgent=True), NOW)
        seen = [tx.hops.told(case)]
        tx.hops.move(hop, SENT, NOW)
        seen.append(tx.hops.told(case))
        tx.hops.move(hop, BEGUN, NOW)
        seen.append(tx.hops.told(case))
        tx.hops.move(hop, PASSED, NOW)
        return [*seen, tx.hops.told(case)]

    both, sent, begun, passed = store.run_now(play)
    assert len(both) == 2
    assert sent == both
    assert {rung % 10 for _, rung in begun} == {0}      # it has begun, and still owes its part
    assert passed == frozenset()


def test_each_chore_of_a_case_has_a_number_of_its_own() -> None:
    hops = [a_hop(CaseId(1), None, round=r, place=p) for r in range(1, 40) for p in range(40)]
    rungs = [rung_of(hop, kind) for hop in hops for kind in range(10)]
    assert len(set(rungs)) == len(rungs)
    assert max(rungs) < 2**31
