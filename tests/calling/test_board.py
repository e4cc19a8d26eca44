"""The board of this moment's calls: every turn once, nobody can fill its memory (P-6)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from hotline_bridge.board import FORGOTTEN, MOST_CALLS, MOST_WAITING, REMEMBERED, Board
from routing.calls import LiveCall
from tests.calling.world import CALLER, EAST, FIRST
from tests.fakes import ZONE, SetClock

RING = LiveCall(EAST, "1784683200.17", "1784683200.17", "ringing", FIRST, CALLER, "95580", queue="q")
TALK = replace(RING, stage="talking", at=FIRST + timedelta(seconds=8), seat="8001")
END = replace(TALK, stage="ended", at=FIRST + timedelta(seconds=90))


def put_up() -> tuple[Board, SetClock]:
    """A board, and the house's clock."""
    clock = SetClock(FIRST + timedelta(minutes=2))
    return Board(clock), clock


def nothing() -> None:
    """Nobody to wake."""


def test_a_call_stands_there_from_its_first_turn_to_its_end() -> None:
    board, _ = put_up()
    board.tell(RING)
    board.tell(TALK)
    (turn,) = board.calls()
    assert (turn.call, turn.since) == (TALK, FIRST)
    board.tell(END)
    assert board.calls() == []


async def test_what_was_told_before_is_no_news_nor_the_end_of_what_nobody_knows() -> None:
    board, _ = put_up()
    with board.listen(nothing) as listener:
        board.tell(END)
        board.tell(RING)
        board.tell(replace(RING, at=FIRST + timedelta(seconds=3)))
        board.tell(TALK)
        assert [(await listener.next()).call for _ in range(2)] == [RING, TALK]
        board.close()
        assert await listener.next() is None


def test_a_call_that_nobody_ended_is_forgotten_after_some_hours() -> None:
    board, clock = put_up()
    board.tell(RING)
    clock.now += FORGOTTEN - timedelta(seconds=1)
    board.tell(replace(RING, global_id="2", at=clock.now))
    assert len(board.calls()) == 2
    clock.on(seconds=1)
    assert [turn.call.global_id for turn in board.calls()] == ["2"]
    clock.now += FORGOTTEN
    board.tell(replace(RING, global_id="3", at=clock.now))      # and without anybody looking
    assert len(board._calls) == 1


@pytest.mark.parametrize("wrong", [FIRST + timedelta(hours=8), FIRST + timedelta(days=365), FIRST - timedelta(hours=8), datetime(1, 1, 1, tzinfo=UTC), datetime(1, 1, 1, tzinfo=ZONE)])
def test_an_exchange_whose_clock_is_wrong_takes_no_other_call_off_the_board(wrong: datetime) -> None:
    board, clock = put_up()
    board.tell(RING)
    board.tell(replace(RING, exchange="vendor:v", at=wrong))
    turns = {turn.call.exchange: turn for turn in board.calls()}
    assert turns[EAST].call == RING
    assert all(turn.call.at <= clock.now and turn.since <= clock.now for turn in turns.values())      # none begins in the future
    clock.now += FORGOTTEN
    assert board.calls() == []                  # and none of them stays for ever


def test_whatever_is_told_the_board_grows_no_further_and_the_call_silent_longest_goes() -> None:
    board, _ = put_up()
    for number in range(MOST_CALLS):
        board.tell(replace(RING, global_id=str(number)))
    board.tell(replace(TALK, global_id="0"))
    board.tell(replace(RING, global_id="one more"))
    ids = {turn.call.global_id for turn in board.calls()}
    assert (len(ids), "0" in ids, "1" in ids, "one more" in ids) == (MOST_CALLS, True, False, True)


def test_who_is_too_slow_is_let_go_and_takes_no_memory() -> None:
    (board, _), cut = put_up(), []
    with board.listen(lambda: cut.append("slow")), board.listen(nothing) as quick:
        for number in range(MOST_WAITING):
            board.tell(replace(RING, global_id=str(number)))
        assert (board.listening, cut) == (2, [])
        quick._turns.clear()
        board.tell(replace(RING, global_id="one more"))
        assert (board.listening, cut) == (1, ["slow"])
        assert len(quick._turns) == 1
    assert board.listening == 0


def test_who_comes_back_hears_what_was_missed_or_looks_anew() -> None:
    board, _ = put_up()
    assert board.after("") is None
    board.tell(RING)
    name = board.last
    assert board.after(name) == []
    board.tell(TALK)
    board.tell(END)
    assert [turn.call.stage for turn in board.after(name)] == ["talking", "ended"]
    for strange in ("", "x", "-", name + "0" * 30, "0-1", f"{name.partition('-')[0]}-99", "１-１"):
        assert board.after(strange) is None, strange
    for number in range(REMEMBERED):
        board.tell(replace(RING, global_id=str(number)))
    assert board.after(name) is None        # nobody remembers so much
    assert len(board.after(board.name_of(board._number - REMEMBERED))) == REMEMBERED


def test_another_run_of_the_program_is_another_board() -> None:
    (board, _), (other, later) = put_up(), put_up()
    later.on(hours=1)
    board.tell(RING)
    other.tell(RING)
    assert other.after(board.last) is None
