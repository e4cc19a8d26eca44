"""The three axes of JR/T 0169-2018 beside P-14's categories: the bank's own code table, never one invented here.

A code is proposed where the bank's table gives words for it and they stand in the complaint; the desk decides. A case
keeps its codes as "A=…;B=…;C=…".
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Self

from routing.errors import BadTable
from routing.text import fold_text

AXES: Mapping[str, tuple[str, str]] = {"A": ("A 办理渠道", "A Channel"), "B": ("B 业务类别", "B Business"), "C": ("C 投诉原因", "C Cause")}
_LONGEST = 30


@dataclass(frozen=True, slots=True)
class Code:
    """One code of one axis, its name, and the words that speak for it."""

    axis: str
    code: str
    name: str
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CodeTable:
    """The bank's `codes.csv`: columns axis, code, name, and words (parted by ;) where codes shall be proposed."""

    codes: tuple[Code, ...] = ()
    digest: str = ""
    _by_axis: Mapping[str, Mapping[str, str]] = field(default_factory=dict, repr=False)

    @classmethod
    def parse(cls, rows: Iterable[Mapping[str, str]], name: str = "codes.csv", digest: str = "") -> Self:
        """Make a table of rows; BadTable with every mistake and its line."""
        found: list[Code] = []
        mistakes: list[str] = []
        for line, row in enumerate(rows, 2):
            axis, code, words = (row.get(column, "").strip() for column in ("axis", "code", "name"))
            if axis not in AXES:
                mistakes.append(f"line {line}: axis {axis!r} is none; expected one of {', '.join(AXES)}")
            elif not code or not words or len(code) > _LONGEST or set(code) & set(";="):
                mistakes.append(f"line {line}: code {code!r} ({words!r}); expected a code of at most {_LONGEST} signs without ; and =, and its name")
            elif any(one.axis == axis and one.code == code for one in found):
                mistakes.append(f"line {line}: {axis} {code} stands there twice; expected once")
            else:
                spoken = tuple(fold_text(word.strip()) for word in row.get("words", "").replace("；", ";").split(";") if word.strip())
                found.append(Code(axis, code, words, spoken))
        if mistakes:
            raise BadTable(name, mistakes)
        by_axis = {axis: {one.code: one.name for one in found if one.axis == axis} for axis in AXES}
        return cls(tuple(found), digest, by_axis)

    def names(self, axis: str) -> Mapping[str, str]:
        """Return the codes of an axis with their names, in the table's order."""
        return self._by_axis.get(axis, {})

    def named(self, axis: str, code: str) -> str:
        """Return a code with its name, as a register shows it; the bare code where the table has it no more."""
        return f"{code} {self.names(axis).get(code, '')}".strip()

    def propose(self, text: str) -> str:
        """Return the codes whose words stand in a text, at most one an axis: the one with the longest word; "" for none."""
        folded = fold_text(text)
        best: dict[str, tuple[int, str]] = {}
        for one in self.codes:
            length = max((len(word) for word in one.words if word in folded), default=0)
            if length > best.get(one.axis, (0, ""))[0]:
                best[one.axis] = (length, one.code)
        return ";".join(f"{axis}={best[axis][1]}" for axis in AXES if axis in best)


def of_case(codes: str) -> tuple[tuple[str, str], ...]:
    """Return a case's codes as (axis, code)."""
    pairs = (part.partition("=") for part in codes.split(";") if part)
    return tuple((axis, code) for axis, _, code in pairs)


def with_code(codes: str, axis: str, code: str) -> str:
    """Return a case's codes with one of them set; "" takes it away."""
    found = {**dict(of_case(codes)), axis: code}
    return ";".join(f"{key}={found[key]}" for key in AXES if found.get(key))
