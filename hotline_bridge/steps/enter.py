"""A person enters complaints that came otherwise than by telephone, one or a whole table; and looks at an identity number (P-9, P-6)."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from adapters.formats.entry_form import Entry
from adapters.formats.entry_sheet import CellMistake, Line
from adapters.formats.identity import opened
from hotline_bridge.entering import Entered, Row, foreseen, take_entry
from hotline_bridge.linking import By
from hotline_bridge.store.tx import Tx
from routing.case import Entry as BookLine
from routing.errors import RuleError
from routing.papers import Unreadable
from routing.rules import Rules

SHOWN = "查看证件号码"


class BadRows(RuleError):
    """Rows that cannot be entered; nothing of the whole table was."""

    def __init__(self, mistakes: Sequence[CellMistake]) -> None:
        self.mistakes = tuple(mistakes)
        super().__init__("；".join(f"{one.cell}：{one.wrong}" for one in mistakes[:5]))


def enter(tx: Tx, entry: Entry, who: str, now: datetime, rules: Rules, *, desk: bool = False) -> Entered:
    """Open the case of one entry (P-3, P-9.5 - P-9.9); RuleError where its number was used for something else, or its pack forbids it.

    Only the `desk` may move the date of a number that an authority handed down before (D-6).
    """
    return take_entry(tx, entry, By(_named(who), now, desk), rules)


def enter_all(tx: Tx, lines: Sequence[Line], who: str, now: datetime, rules: Rules, seen: Callable[[Sequence[Line]], Iterable[Line]] = tuple) -> list[Row]:
    """Enter every row of the desk's table in one transaction; BadRows names each that cannot be, and then none is.

    `seen` may tell a person how far it is.
    """
    return _each(lines, lambda line: take_entry(tx, line.entry, By(_named(who), now, desk=True), rules), seen)


def preview(tx: Tx, lines: Sequence[Line], who: str, now: datetime, rules: Rules) -> list[Row]:
    """Return what `enter_all` would make of each row; writes nothing."""
    return _each(lines, lambda line: foreseen(tx, line.entry, By(_named(who), now, desk=True), rules), tuple)


def _each(lines: Sequence[Line], take: Callable[[Line], Entered], seen: Callable[[Sequence[Line]], Iterable[Line]]) -> list[Row]:
    rows, mistakes = [], []
    for line in seen(lines):
        try:
            rows.append(Row(line, take(line)))
        except RuleError as error:
            mistakes.append(CellMistake(f"A{line.number}", "", *_parted(str(error))))
    if mistakes:
        raise BadRows(mistakes)
    return rows


def _parted(words: str) -> tuple[str, str]:
    wrong, _, cure = words.partition("；")
    return wrong, cure


def look_at_id(tx: Tx, number: str, who: str, why: str, now: datetime, rules: Rules) -> str:
    """Return a customer's identity number in plain; who looked and why stands in the book (P-6).

    RuleError without a reason, without such a case or number, or where the bridge's key is another one than when it was sealed.
    """
    case = tx.cases.known(number)
    if not why.strip():
        msg = "say why the identity number is needed: it stands in the case's book with your name (P-6)"
        raise RuleError(msg)
    if not case.complaint.customer.id_number:
        msg = f"case {number} has no identity number"
        raise RuleError(msg)
    try:
        plain = opened(rules.identity.reply_key, case.complaint.customer.id_number, case.number)
    except Unreadable as error:
        raise RuleError(str(error)) from None
    tx.cases.note(case.id, BookLine(now, who, SHOWN, why.strip()[:500], rules.digest))
    return plain


def _named(who: str) -> str:
    if not who.strip():
        msg = "nobody is named who enters this; say who does (P-3)"
        raise RuleError(msg)
    return who
