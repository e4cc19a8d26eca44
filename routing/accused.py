"""Who is complained about, where that is said only later: whoever it is gets none of it (P-11.1; law:17)."""

import re

from routing.addressee import may_be
from routing.case import Case
from routing.directory import Directory
from routing.errors import RuleError
from routing.parties import UnitCode

_A_NAME = re.compile(r"[^\W\d_][\w·. ]{1,29}")       # what a person may be called; anything else a table may hold is no name to look for
NOBODY = "-"        # what a person says where somebody named is not complained about


def also_accused(case: Case, said: str, words: str, directory: Directory) -> str:
    """Return the persons complained about once `words` were added; RuleError where they name somebody who would get them.

    `said` is whom a person names with them: they are kept away beside whoever was before. NOBODY: none of those named.
    """
    before = case.complaint.person_hint
    if said.strip() and said.strip() != NOBODY:
        return before if said.strip() in before else "、".join(filter(None, (before, said.strip())))
    if said.strip() != NOBODY:
        _ask(case.number, case.unit, before, words, directory)
    return before


def accused(case: Case, unit: UnitCode | None, said: str, directory: Directory) -> str:
    """Return the person complained about as a person sets it, "" leaves it as it is; RuleError where the complaint names another contact of the unit."""
    if said.strip() == NOBODY:
        return ""
    set_ = said.strip() or case.complaint.person_hint
    _ask(case.number, unit, set_, case.complaint.text, directory)
    return set_


def named(directory: Directory, unit: UnitCode | None, words: str) -> tuple[str, ...]:
    """Return the contacts of a unit and those above it who are named in full."""
    text = "".join(words.split())
    contacts = (contact.name for at in directory.chain(unit or "") for contact in (at.first, at.second))
    return tuple(dict.fromkeys(name for name in contacts if _A_NAME.fullmatch(name.strip()) and "".join(name.split()) in text))


def _ask(number: str, unit: UnitCode | None, avoid: str, words: str, directory: Directory) -> None:
    if open_ := [name for name in named(directory, unit, words) if not may_be(avoid, name)]:
        who = "、".join(open_)
        msg = (
            f"case {number}: the words name {who}, who gets letters of {unit} or above it; "
            f"say whether the complaint is about them: --person {open_[0]}, or --person {NOBODY} where it is about nobody named (P-11.1, law:17)"
        )
        raise RuleError(msg)
