"""The board of this moment's calls: every turn once, nobody can fill its memory (P-6)."""

from dataclasses import replace
from datetime import timedelta

from hotline_bridge.board import FORGOTTEN, MOST_WAITING, REMEMBERED, Board
from routing.calls import LiveCall
from tests.calling.world import CALLER, EAST, FIRST

RING = LiveCall(EAST, "1784683200.17", "1784683200.17", "ringing", FIRST, CALLER, "95580", queue="q")
TALK = replace(RING, stage="talking", at=FIRST + timedelta(seconds=8), seat="8001")
END = replace(TALK, stage="ended", at=FIRST + timedelta(seconds=90))


def nothing() -> None:
    """Nobody to wake."""


def test_a_call_stands_there_from_its_first_turn_to_its_end() -> None:
    board = Board()
    board.tell(RING)
    board.tell(TALK)
    (turn,) = board.calls(FIRST)
    assert (turn.call, turn.since) == (TALK, FIRST)
    board.tell(END)
    assert board.calls(FIRST) == []


async def test_what_was_told_before_is_no_news_nor_the_end_of_what_nobody_knows() -> None:
    board = Board()
    with board.listen(nothing) as listener:
        board.tell(END)
        board.tell(RING)
        board.tell(replace(RING, at=FIRST + timedelta(seconds=3)))
        board.tell(TALK)
        assert [(await listener.next()).call for _ in range(2)] == [RING, TALK]
        board.close()
        assert await listener.next() is None


def test_a_call_that_nobody_ended_is_forgotten_after_some_hours() -> None:
    board = Board()
    board.tell(RING)
    board.tell(replace(RING, global_id="2", at=FIRST + FORGOTTEN - timedelta(seconds=1)))
    assert len(board.calls(FIRST + FORGOTTEN - timedelta(seconds=1))) == 2
    assert [turn.call.global_id for turn in board.calls(FIRST + FORGOTTEN)] == ["2"]
    board.tell(replace(RING, global_id="3", at=FIRST + 2 * FORGOTTEN))      # and without anybody looking
    assert len(board._calls) == 1


def test_who_is_too_slow_is_let_go_and_takes_no_memory() -> None:
    board, cut = Board(), []
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
    board = Board()
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
    board, other = Board(), Board()
    board.tell(RING)
    other.tell(replace(RING, at=FIRST + timedelta(hours=1)))
    assert other.after(board.last) is None
