"""How much of a recording somebody truly heard: what a player says, bounded by what was given and by the clock (P-9.1)."""

from collections.abc import Iterable, Sequence

FASTEST = 2.5           # times as fast as it was spoken; nobody follows more
MOST_PARTS = 500        # of one listening; who jumps about more often is not believed further

Part = tuple[float, float]      # from, to in seconds


def parts(said: Iterable[Sequence[float]], length: float) -> list[Part]:
    """The parts in order, overlaps once, within a recording of `length` seconds; what is no part is left out."""
    whole: list[Part] = []
    cut = ((max(0.0, one[0]), min(one[1], length)) for one in said if len(one) == 2 and one[0] < one[1])      # NaN compares with nothing and falls out
    for first, last in sorted(part for part in cut if part[0] < part[1]):
        if whole and first <= whole[-1][1]:
            whole[-1] = (whole[-1][0], max(whole[-1][1], last))
        else:
            whole.append((first, last))
    return whole[:MOST_PARTS]


def common(one: Sequence[Part], other: Sequence[Part]) -> list[Part]:
    """What lies in both; each in order and without overlaps, as `parts` gives them."""
    found, here, there = [], 0, 0
    while here < len(one) and there < len(other):
        first, last = max(one[here][0], other[there][0]), min(one[here][1], other[there][1])
        if first < last:
            found.append((first, last))
        if one[here][1] < other[there][1]:
            here += 1
        else:
            there += 1
    return found


def heard(played: Sequence[Part], given: Sequence[Part], passed: float) -> float:
    """The seconds that were heard: parts that played, were given to this listener, and for which there was time.

    `passed` are the seconds since the listening began; a page may claim anything, the clock may not be outrun.
    """
    total = sum(last - first for first, last in common(played, given))
    return round(min(total, max(passed, 0.0) * FASTEST), 1)


def length(of: Sequence[Part]) -> float:
    """Seconds of parts together."""
    return sum(last - first for first, last in of)
