"""An amount of money that a text names: value in yuan, the words it stands in, and what it may be at most."""

from dataclasses import dataclass
from decimal import Decimal
from enum import Enum


#: No honest text names more; it bounds the work on an endless one.
MOST_AMOUNTS = 500


class Reach(Enum):
    """How the words bound the number: 8万 exactly, 5万多 from there upwards, 不到5万 up to there."""

    EXACT = "exact"
    ABOVE = "above"
    BELOW = "below"


@dataclass(frozen=True, slots=True)
class Amount:
    """One amount in CNY. `stated` is False where the text names no number (几万, 六位数): it bounds, it is not listed."""

    value: Decimal
    evidence: str
    at: int
    end: int
    reach: Reach = Reach.EXACT
    stated: bool = True

    def over(self, limit: Decimal) -> bool:
        """Whether it may be more than `limit`: 5万多 may, 5万 and 将近5万 may not (P-9.1, ruling 2)."""
        return self.value >= limit if self.reach is Reach.ABOVE else self.value > limit


def plain(value: Decimal) -> Decimal:
    """Drop zeros behind the point without ever writing 1.2E+5."""
    whole = int(value)
    return Decimal(whole) if whole == value else value.normalize()
