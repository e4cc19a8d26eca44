"""Where a telephone number is at home: a landline by its area code, a mobile by its first seven digits (pain 19).

The table comes from the library phonenumbers, whose own geocoder holds the places of the whole world in 100 MB of
memory; this one holds China's in less than one. `python -m tests.number_places` writes it anew.
"""

import json
import sys
import zlib
from array import array
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

from routing.errors import BadTable
from routing.telephone import Telephone, read

FILE = "cn.prefixes"
#: A mobile's first digits that tell where it was given out.
MOBILE = 7


@dataclass(frozen=True, slots=True)
class NumberPlace:
    """A place: province, and its city or the cities that share the area code, "" where the province is the city (北京市).

    `area` is a landline's area code; "" for a mobile, whose owner may long have moved.
    """

    province: str
    city: str = ""
    area: str = ""

    @property
    def words(self) -> str:
        """The place as it is written: 江苏省常州市."""
        return self.province + self.city


@dataclass(frozen=True, slots=True, eq=False)
class NumberPlaces:
    """All area codes of China and the beginnings of its mobiles; built by `parse`."""

    places: Sequence[tuple[str, str]] = ()      # province and city by number; 0 is nowhere
    areas: Mapping[str, int] = field(default_factory=dict)              # 0519 -> number of the place
    starts: Sequence[int] = ()                  # first seven digits of mobiles at which another place begins, sorted
    whose: Sequence[int] = ()                   # the number of that place

    @classmethod
    def parse(cls, content: bytes, name: str = FILE) -> "NumberPlaces":
        """Read the table as `packed` writes it; BadTable where it is none."""
        try:
            heading, _, rest = content.partition(b"\n")
            said = json.loads(heading)
            plain = zlib.decompress(rest)
            steps, whose = _numbers(plain[:len(plain) // 2]), _numbers(plain[len(plain) // 2:])
            return cls([(province, city) for province, city in said["places"]], dict(said["areas"]), array("I", accumulate(steps)), whose)
        except (ValueError, KeyError, TypeError, zlib.error) as error:
            raise BadTable(name, [f"no table of number prefixes ({error}); write it anew with python -m tests.number_places"]) from None

    def of(self, number: str | Telephone, home_area: str = "") -> NumberPlace | None:
        """Return where the first number of a field is at home; None where nobody knows, and for service and foreign numbers."""
        found = (number,) if isinstance(number, Telephone) else read(number, home_area)
        if not found:
            return None
        first = found[0]
        if first.kind == "mobile":
            at = bisect_right(self.starts, int(first.digits[:MOBILE])) - 1
            index = self.whose[at] if at >= 0 else 0
        else:
            index = self.areas.get(first.area, 0)
        return NumberPlace(*self.places[index], first.area) if index else None


def packed(places: Sequence[tuple[str, str]], areas: Mapping[str, int], runs: Sequence[tuple[int, int]]) -> bytes:
    """Write a table: a line of JSON, then the steps between the runs of mobiles and whose each is, little-endian and deflated.

    `runs` are pairs of first seven digits and the number of the place from there on, the first at 0. Longer steps than
    65,535 are cut.
    """
    starts: list[tuple[int, int]] = []
    for start, index in runs:
        at, before = starts[-1] if starts else (0, 0)
        while start - at > 0xFFFF:
            at += 0xFFFF
            starts.append((at, before))
        starts.append((start, index))
    steps = _bytes(start - before for (before, _), (start, _) in zip([(0, 0), *starts], starts, strict=False))
    whose = _bytes(index for _, index in starts)
    heading = json.dumps({"places": places, "areas": areas}, ensure_ascii=False, separators=(",", ":"))
    return heading.encode() + b"\n" + zlib.compress(steps + whose, 9)


def _numbers(content: bytes) -> "array[int]":
    numbers = array("H", content)
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers


def _bytes(numbers: Iterable[int]) -> bytes:
    found = array("H", numbers)
    if sys.byteorder == "big":
        found.byteswap()
    return found.tobytes()
