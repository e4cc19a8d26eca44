"""Letters to the complaint desk about a case: what a person must look at (pains 4, 6)."""

from collections.abc import Sequence
from datetime import datetime

from hotline_bridge import letters
from hotline_bridge.store.tx import Tx
from routing.case import Case
from routing.rules import Rules

MOST_TOLD = 20      # letters to the desk about one case; beyond it only its book and the list of claims tell of more


def tell_desk(tx: Tx, case: Case, about: str, lines: Sequence[str], at: tuple[int, datetime], rules: Rules) -> None:
    """Write to the desk about a case, once for each `at` (a paper's id or a round's negative, and now); never without end."""
    round_, now = at
    told = sum(1 for one in tx.tray.of_case(case.id) if one.purpose == "desk")
    if told >= MOST_TOLD:
        return
    last = ["本件的来信提醒已达上限，以后的来信只记入工单和待确认清单。"] if told == MOST_TOLD - 1 else []
    letter = tx.tray.put(letters.to_desk(case, about, [*lines, *last], round_, now, rules), now)
    if letter is not None:
        tx.tasks.owe("post", letter, now)
