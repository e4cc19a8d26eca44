"""Letters to the complaint desk: what a person must look at, and when what is gathered for it may go (pains 4, 6)."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from hotline_bridge import letters
from hotline_bridge.errors import Later
from hotline_bridge.store.tray import BOUNCED, REFUSED
from hotline_bridge.store.tx import Tx
from routing.case import Case
from routing.rules import Rules

MOST_TOLD = 20      # letters to the desk about one case; beyond it only its book and the list of claims tell of more
SLOT = timedelta(minutes=30)        # so long things for the desk are gathered for one letter
DAY = timedelta(days=1)


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


def gathered(tx: Tx, purpose: str, now: datetime, rules: Rules) -> None:
    """Later where what the desk is told in one letter of this purpose must still wait: for its hours, or half an hour since the last.

    Where the desk's own mailbox is dead a bounce of each letter would be told without end: then once a day.
    """
    pack = rules.pack(rules.default_pack)
    here = now.astimezone(pack.zone)
    opens = rules.calendar.next_moment(here, pack.hours)
    last = tx.tray.last_of(purpose)
    if last is not None:
        dead = {one.answer for one in tx.tray.of_letter(last.letter)} & {BOUNCED, REFUSED}
        opens = max(opens, last.written + (DAY if dead else SLOT))
    if opens > here:
        raise Later(opens, "waits for the next letter to the desk")
