"""The bank's directory: who is subordinate to whom, and which mailbox takes a unit's complaints (P-9.2, P-20)."""

import hashlib
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType

from routing.errors import BadTable
from routing.parties import Contact, Unit, UnitCode
from routing.telephone import callable_number

_MAILBOX = re.compile(r"[^\s@<>,;\"]+@[^\s@<>,;\"]+\.[^\s@<>,;\".]+")
_ALIASES = re.compile(r"[;|；｜]")
#: What the bank calls each department: the role the rules name -> words in the department's name.
ROLES: Mapping[str, tuple[str, ...]] = MappingProxyType({
    "监察": ("监察", "纪检"), "工会": ("工会",), "办公室": ("办公室",), "法律": ("法律", "法规"),
    "产品": ("产品",), "渠道": ("渠道",),
})
DEPARTMENT = "部门"
_MOST_TOLD = 20             # telephones that cannot be called; of a table without area codes all are such
_ALLOWED = MappingProxyType({"": False, "no": False, "否": False, "yes": True, "是": True})


@dataclass(frozen=True, eq=False)
class Directory:
    """All units of the bank, unchangeable; built by `parse`."""

    units: Mapping[UnitCode, Unit]
    digest: str
    _below: Mapping[UnitCode, tuple[UnitCode, ...]]
    _by_mailbox: Mapping[str, UnitCode | tuple[UnitCode, ...]]     # mostly one unit's, so a tuple only where it is several units'

    @classmethod
    def parse(cls, rows: Iterable[Mapping[str, str]], name: str = "directory") -> tuple["Directory", tuple[str, ...]]:
        """Build a directory from the rows of its table; also return warnings, one sentence each.

        Columns: code, name, full_name, level, parent, division, mailbox, contact1, contact1_phone, contact2,
        contact2_phone, aliases (parted by ; or |), optionally contact1_mailbox, contact2_mailbox and phone_chasing.
        Raises BadTable with every mistake and its line (the heading is line 1).
        """
        units: dict[UnitCode, Unit] = {}
        lines: dict[UnitCode, int] = {}
        mistakes: list[str] = []
        prints: list[bytes] = []
        kept: dict[str, str] = {}
        for line, row in enumerate(rows, start=2):
            unit = _unit(row, kept)
            prints.append(_print(unit))
            mistakes += [f"line {line}: {what}" for what in (*_wrong(unit), *_unsaid(row))]
            if unit.code in units:
                mistakes.append(f"line {line}: code {unit.code} is already on line {lines[unit.code]}")
            elif unit.code:
                units[unit.code], lines[unit.code] = unit, line
        mistakes += _misplaced(units, lines)
        if not units:
            mistakes.append("no unit at all: give at least the head office")
        if mistakes:
            raise BadTable(name, mistakes)
        digest = hashlib.sha256(b"".join(sorted(prints))).hexdigest()
        directory = cls(MappingProxyType(units), digest, _children(units), _mailboxes(units))
        return directory, tuple(directory._warnings(lines))

    @property
    def mailboxes(self) -> Collection[str]:
        """Every address the directory lists, lower case."""
        return self._by_mailbox.keys()

    @cached_property
    def leading(self) -> Mapping[str, UnitCode | None]:
        """Return the department of each role that head office has or is nearest to it; None where there is none."""
        top = self.head_office
        found = {role: self.department(top, role) if top else None for role in ROLES}
        return {role: unit.code if unit else None for role, unit in found.items()}

    @cached_property
    def head_office(self) -> UnitCode | None:
        """Return the first unit that has no superior."""
        return next((code for code, unit in self.units.items() if unit.parent is None), None)

    def get(self, code: str) -> Unit | None:
        """Return the unit of a code."""
        return self.units.get(UnitCode(code))

    def chain(self, code: str) -> tuple[Unit, ...]:
        """Return a unit and its superiors up to head office; () for an unknown code."""
        found: list[Unit] = []
        unit = self.get(code)
        while unit is not None:
            found.append(unit)
            unit = None if unit.parent is None else self.get(unit.parent)
        return tuple(found)

    def mailbox(self, code: str) -> tuple[UnitCode, str] | None:
        """Return the nearest mailbox at or above a unit and whose it is (P-9.2); None where none is left."""
        return next(((unit.code, unit.mailbox) for unit in self.chain(code) if unit.mailbox), None)

    def by_mailbox(self, address: str) -> tuple[Unit, ...]:
        """Return the units that an address belongs to, as their own or as a contact's mailbox."""
        found = self._by_mailbox.get(address.strip().lower(), ())
        return tuple(self.units[code] for code in (found if isinstance(found, tuple) else (found,)))

    def children(self, code: str) -> tuple[Unit, ...]:
        """Return the units directly below one, in the table's order."""
        return tuple(self.units[below] for below in self._below.get(UnitCode(code), ()))

    def department(self, of: UnitCode, role: str) -> Unit | None:
        """Return the nearest department of a role (监察, 工会, 办公室, 法律, 产品, 渠道), climbing to head office."""
        words = ROLES.get(role, (role,))
        for unit in self.chain(of):
            for near in (unit, *self.children(unit.code)):
                if near.level == DEPARTMENT and any(word in near.name for word in words):
                    return near
        return None

    def _warnings(self, lines: Mapping[UnitCode, int]) -> Iterator[str]:
        for code, unit in self.units.items():
            if not unit.mailbox:
                found = self.mailbox(code)
                takes = f"letters go to {found[0]}" if found else "no superior has one either"
                yield f"line {lines[code]}: {code} {unit.name} has no mailbox; {takes}"
        yield from self._uncallable(lines)

    def _uncallable(self, lines: Mapping[UnitCode, int]) -> Iterator[str]:
        """Yield the contacts whom nobody can call, the first of many; a line names neither person nor number (P-6, P-20)."""
        found = [
            (unit, which) for unit in self.units.values() for which, contact in (("first", unit.first), ("second", unit.second))
            if contact.phone and not callable_number(contact.phone)
        ]
        for unit, which in found[:_MOST_TOLD]:
            yield f"line {lines[unit.code]}: {unit.code} {unit.name}: the telephone of the {which} contact is none that can be called; write it with its area code, as 010-55500017 or 13800000000"
        if len(found) > _MOST_TOLD:
            yield f"{len(found) - _MOST_TOLD} more telephones of contacts are none that can be called"


def _unit(row: Mapping[str, str], kept: dict[str, str]) -> Unit:
    """Make a unit of a row; a column that is missing or empty reads as empty.

    What many units share (levels, superiors, surnames with their titles) is kept once, in `kept`.
    """
    def shared(column: str) -> str:
        value = cell(column)
        return kept.setdefault(value, value)

    def cell(column: str) -> str:
        return (row.get(column) or "").strip()

    aliases = cell("aliases")
    return Unit(
        code=UnitCode(cell("code")), name=cell("name"), full_name=cell("full_name") or cell("name"), level=shared("level"),
        parent=UnitCode(shared("parent")) or None, division=cell("division"), mailbox=cell("mailbox").lower(),
        first=Contact(shared("contact1"), cell("contact1_phone"), cell("contact1_mailbox").lower()),
        second=Contact(shared("contact2"), cell("contact2_phone"), cell("contact2_mailbox").lower()),
        aliases=tuple(alias.strip() for alias in _ALIASES.split(aliases) if alias.strip()) if aliases else (),
        phone_chasing=_ALLOWED.get(cell("phone_chasing").lower(), False),
    )


def _print(unit: Unit) -> bytes:
    """Return a unit's own digest; kept instead of its line, because a directory has tens of thousands."""
    line = "\t".join((
        unit.code, unit.name, unit.full_name, unit.level, unit.parent or "", unit.division, unit.mailbox,
        unit.first.name, unit.first.phone, unit.first.mailbox,
        unit.second.name, unit.second.phone, unit.second.mailbox, *unit.aliases, *(["phone_chasing"] if unit.phone_chasing else [])))
    return hashlib.blake2b(line.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def _wrong(unit: Unit) -> list[str]:
    """List what is wrong with a row by itself."""
    wrong = []
    if not unit.code:
        wrong.append(f"no code ({unit.name or 'no name either'})")
    if not unit.name:
        wrong.append(f"no name ({unit.code or 'no code either'})")
    addresses = (unit.mailbox, unit.first.mailbox, unit.second.mailbox)
    return wrong + [f"{unit.code}: {address!r} is not a mail address" for address in addresses
                    if address and not _MAILBOX.fullmatch(address)]


def _unsaid(row: Mapping[str, str]) -> Iterator[str]:
    """What a row says by a word that is none of those there are."""
    said = (row.get("phone_chasing") or "").strip()
    if said.lower() not in _ALLOWED:
        yield f"{row.get('code')}: phone_chasing is {said!r}; expected yes or no (是, 否), or nothing for no"


def _misplaced(units: Mapping[UnitCode, Unit], lines: Mapping[UnitCode, int]) -> Iterator[str]:
    """Yield unknown parents, and every circle of superiors once."""
    settled: set[UnitCode] = set()
    for code, unit in units.items():
        if unit.parent is not None and unit.parent not in units:
            yield f"line {lines[code]}: {code} has the parent {unit.parent}, which is not in the table"
        way: dict[UnitCode, None] = {}
        at: UnitCode | None = code
        while at is not None and at in units and at not in settled and at not in way:
            way[at] = None
            at = units[at].parent
        if at is not None and at in way:
            circle = list(way)[list(way).index(at):]
            yield f"line {lines[at]}: the superiors go in a circle: {' -> '.join((*circle, at))}"
        settled.update(way)


def _children(units: Mapping[UnitCode, Unit]) -> Mapping[UnitCode, tuple[UnitCode, ...]]:
    below: dict[UnitCode, list[UnitCode]] = {}
    for code, unit in units.items():
        if unit.parent is not None:
            below.setdefault(unit.parent, []).append(code)
    return MappingProxyType({parent: tuple(codes) for parent, codes in below.items()})


def _mailboxes(units: Mapping[UnitCode, Unit]) -> Mapping[str, UnitCode | tuple[UnitCode, ...]]:
    first: dict[str, UnitCode] = {}
    shared: dict[str, list[UnitCode]] = {}
    for code, unit in units.items():
        for address in dict.fromkeys((unit.mailbox, unit.first.mailbox, unit.second.mailbox)):
            if address in first:
                shared.setdefault(address, [first[address]]).append(code)
            elif address:
                first[address] = code
    return MappingProxyType({**first, **{address: tuple(codes) for address, codes in shared.items()}} if shared else first)
