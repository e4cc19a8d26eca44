"""What a period's books count of a case's turns adds up, whatever happened to it and whenever one asks (P-21, P-24)."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from routing.figures import total
from routing.turns import History, Turn, in_time, tally

START = datetime(2026, 12, 1, tzinfo=UTC)
END = START + timedelta(days=31)
DAY = timedelta(days=1)


def a_turn(at: datetime, state: str = "SENT", **more: object) -> Turn:
    facts = {
        "case": 1, "act": "", "channel": "PHONE", "category": "ATTITUDE", "unit": "B1010101", "lead": None, "received": START, "due": None,
        "last_day": None, "law_due": None, "answered": None, "closed": None, "outcome": "", "satisfaction": "", "matter": None, "merged_into": None, "codes": "",
    }
    return Turn(at=at, state=state, **{**facts, **more})  # type: ignore[arg-type]


def history(*turns: Turn, repeat: bool = False) -> History:
    return History(turns, repeat)


def test_P24_a_case_received_and_closed_in_the_month_is_one_of_each() -> None:
    closed = a_turn(START + 3 * DAY, "CLOSED", closed=START + 3 * DAY, outcome="已答复", satisfaction="满意", answered=START + 2 * DAY, last_day=START + 5 * DAY)
    answered = a_turn(START + 2 * DAY, "ANSWERED", answered=START + 2 * DAY, last_day=START + 5 * DAY)
    one = tally(history(a_turn(START), answered, closed), START, END)
    assert (one.received, one.answered, one.on_time, one.closed, one.open, one.satisfied) == (1, 1, 1, 1, 0, 1)
    assert one.results == {"已答复": 1}
    assert one.spent == 2 * DAY


def test_P11_an_answer_a_second_after_the_last_day_is_late() -> None:
    last = START + 5 * DAY
    late = a_turn(last + timedelta(seconds=1), "ANSWERED", answered=last + timedelta(seconds=1), last_day=last)
    assert not in_time(late)
    assert in_time(late._replace(answered=last))
    assert tally(history(a_turn(START), late), START, END).late == 1


def test_P21_what_is_open_and_past_its_last_day_is_overdue_at_the_end_of_the_month() -> None:
    one = tally(history(a_turn(START, last_day=START + DAY)), START, END)
    assert (one.open, one.overdue) == (1, 1)
    assert tally(history(a_turn(START, last_day=END + DAY)), START, END).overdue == 0


def test_P18_a_case_opened_again_counts_where_it_is_opened_again_and_is_received_once() -> None:
    turns = (
        a_turn(START - 40 * DAY, received=START - 40 * DAY), a_turn(START - 30 * DAY, "CLOSED", received=START - 40 * DAY, outcome="已答复"),
        a_turn(START + DAY, "DESK", received=START + DAY),
    )
    one = tally(history(*turns), START, END)
    assert (one.received, one.reopened, one.carried, one.closed, one.open) == (0, 1, 0, 0, 1)


def test_P18_P24_who_was_dissatisfied_when_asked_counts_though_the_case_was_opened_again_for_it() -> None:
    closed = a_turn(START + 3 * DAY, "CLOSED", closed=START + 3 * DAY, outcome="已答复", satisfaction="满意")
    called = closed._replace(at=START + 4 * DAY, satisfaction="不满意")
    again = a_turn(START + 4 * DAY, "DESK", received=START + 4 * DAY)
    one = tally(history(a_turn(START), closed, called, again), START, END)
    assert (one.closed, one.reopened, one.satisfied, one.dissatisfied) == (1, 1, 0, 1)
    second = a_turn(START + 9 * DAY, "CLOSED", closed=START + 9 * DAY, outcome="已答复", satisfaction="满意")
    two = tally(history(a_turn(START), closed, called, again, second), START, END)
    assert (two.closed, two.satisfied, two.dissatisfied) == (2, 1, 1)
    late = tally(history(a_turn(START), closed, called._replace(at=END + DAY), again._replace(at=END + DAY)), START, END)
    assert (late.closed, late.dissatisfied, late.reopened) == (1, 1, 0)         # said of that month's closing
    assert tally(history(a_turn(START), closed, called._replace(at=END + DAY), again._replace(at=END + DAY)), END, END + 31 * DAY).dissatisfied == 0


def test_P24_a_case_written_down_late_was_the_banks_from_its_receipt() -> None:
    late = history(a_turn(END + DAY, received=END - DAY))
    assert (tally(late, START, END).received, tally(late, START, END).open) == (1, 1)
    assert tally(late, END, END + 31 * DAY).carried == 1


STATES = ("TAKEN", "DESK", "HELD", "SENT", "ANSWERED", "CLOSED")


@st.composite
def histories(draw: st.DrawFn) -> History:
    """A case with any turns at all, at any time around the month; receipt before its first turn, as it always is."""
    at = START + timedelta(hours=draw(st.integers(-2000, 1500)))
    received = at - timedelta(hours=draw(st.integers(0, 200)))
    turns = [a_turn(at, "TAKEN", received=received)]
    for hours, state in draw(st.lists(st.tuples(st.integers(0, 500), st.sampled_from(STATES)), max_size=8)):
        at += timedelta(hours=hours)
        again = turns[-1].state == "CLOSED" and state != "CLOSED"
        answered = at if state == "ANSWERED" else None if again else turns[-1].answered
        turns.append(a_turn(
            at, state, received=at if again else turns[-1].received, answered=answered, outcome="已答复" if state == "CLOSED" else "",
            last_day=received + 10 * DAY,
        ))
    return history(*turns, repeat=draw(st.booleans()))


@given(st.lists(histories(), min_size=1, max_size=20))
def test_P21_what_was_carried_and_what_came_is_what_was_closed_and_what_is_open(cases: list[History]) -> None:
    whole = total(tally(one, START, END) for one in cases)
    assert whole.carried is not None
    assert whole.carried + whole.received + whole.reopened == whole.closed + whole.open
    assert sum(whole.results.values()) == whole.closed
    assert whole.overdue <= whole.open


@given(st.lists(histories(), min_size=1, max_size=20), st.integers(1, 700))
def test_P24_two_halves_of_a_month_make_the_month(cases: list[History], hours: int) -> None:
    middle = START + timedelta(hours=hours)
    for one in cases:
        first, second, whole = tally(one, START, middle), tally(one, middle, END), tally(one, START, END)
        for name in ("received", "closed", "reopened"):
            assert getattr(first, name) + getattr(second, name) == getattr(whole, name)
        assert (second.carried, first.carried, second.open) == (first.open, whole.carried, whole.open)
