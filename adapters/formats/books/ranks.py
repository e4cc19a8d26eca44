"""The charts of the books that compare: causes by Pareto, units beside the period before, the heat map of units and months."""

from collections.abc import Sequence
from dataclasses import dataclass

from adapters.formats.books.charts import Told, blank
from adapters.formats.books.svg import AMBER, GREY, GRID, INK, PALE, PAPER, WIDTH, bar, element, fitted, line, path, picture, words

_NAMES = 150            # where bars begin
_ROW = 25
_HEAD = 26
_SHOWN = 26             # columns of a name
_END = 70               # what stands behind the bars
FEW_CAUSE_MOST = 0.8    # Pareto's share


@dataclass(frozen=True, slots=True)
class Ranked:
    """One bar: its name, its value, and the value of the period before. `rest` gathers what is too small for a bar of its own."""

    name: str
    value: int
    before: int | None = None
    rest: bool = False


def pareto(told: Told, ranked: Sequence[Ranked]) -> str:
    """Return bars from the most frequent down, with the curve of their sum and the line at 80 %."""
    whole = sum(one.value for one in ranked)
    if not whole:
        return blank(told)
    rows = [one for one in sorted(ranked, key=lambda one: (one.rest, -one.value, one.name)) if one.value]
    most, wide = max(one.value for one in rows), WIDTH - _NAMES - _END - 40
    left, parts, points, sum_ = _NAMES + 40, list[str](), [(_NAMES + 40.0, float(_HEAD))], 0
    for place, one in enumerate(rows):
        y = _HEAD + _ROW * place
        sum_ += one.value
        share = sum_ / whole
        points.append((left + wide * share, y + _ROW * 0.5))
        parts += [
            _label(one.name, y), words(f"{one.value:,}", left - 8, y + 16, text_anchor="end", font_weight="bold"),
            bar(left, y + 5, wide * one.value / most, _ROW - 10, f"{one.name}：{one.value:,}件，{one.value / whole:.1%}", rx=1.5, **({"fill": PALE} if one.rest else {})),
            words(f"{share:.0%}", WIDTH - 10, y + 16, text_anchor="end", font_size=10.5, fill="#8a5408"),
        ]
    high = _HEAD + _ROW * len(rows) + 8
    x = left + wide * FEW_CAUSE_MOST
    curve = [
        line(x, _HEAD - 6, x, high - 6, stroke=AMBER, stroke_dasharray="3 3"), words("80%", x, _HEAD - 10, text_anchor="middle", font_size=10, fill="#8a5408"),
        path(points, stroke=AMBER, stroke_width=1.8), *(element("circle", cx=a, cy=b, r=2.6, fill=PAPER, stroke=AMBER, stroke_width=1.6) for a, b in points[1:]),
        words("件数", left - 8, _HEAD - 10, text_anchor="end", font_size=10, fill=GREY), words("累计占比", WIDTH - 10, _HEAD - 10, text_anchor="end", font_size=10, fill="#8a5408"),
    ]
    return picture(told.name, told.title, told.text, high, [line(left, _HEAD - 2, left, high - 6, stroke=GREY), *parts, *curve])


def beside(told: Told, ranked: Sequence[Ranked], names: tuple[str, str] = ("本期", "上期")) -> str:
    """Return bars of this period, each with a mark where it stood the period before."""
    rows = [one for one in ranked if one.value or one.before]
    if not rows:
        return blank(told)
    most = max((max(one.value, one.before or 0) for one in rows if not one.rest), default=1)
    wide = WIDTH - _NAMES - _END
    parts = []
    for place, one in enumerate(rows):
        y = _HEAD + _ROW * place
        parts += [_label(one.name, y), words(f"{one.value:,}{_moved(one)}", WIDTH - 8, y + 16, text_anchor="end", font_size=10.5)]
        if one.rest:
            continue                # many together have no bar: it would dwarf the others, or lie
        parts.append(bar(_NAMES, y + 5, wide * one.value / most, _ROW - 10, f"{one.name}：{one.value:,}件", rx=1.5))
        if one.before is not None:
            x = _NAMES + wide * one.before / most
            parts += [line(x, y + 2, x, y + _ROW - 3, stroke=PAPER, stroke_width=5), line(x, y + 2, x, y + _ROW - 3, stroke=INK, stroke_width=2)]
    foot = _HEAD + _ROW * len(rows)
    frame = [*_key(names, with_before=any(one.before is not None for one in rows)), line(_NAMES, _HEAD, _NAMES, foot, stroke=GREY)]
    return picture(told.name, told.title, told.text, foot + 6, [*frame, *parts])


def heat(told: Told, months: Sequence[str], rows: Sequence[tuple[str, Sequence[int]]], rest: tuple[str, Sequence[int]] | None = None) -> str:
    """Return a map of rows × months: the more, the darker, and each with its number. `rest` gathers further rows, undyed."""
    if not months or not rows:
        return blank(told)
    most = max((count for _, counts in rows for count in counts), default=0) or 1
    wide = (WIDTH - _NAMES - 56) / len(months)
    every = 1 if wide >= 26 else -int(-26 // wide)
    parts = [words(name, _NAMES + wide * (place + 0.5), _HEAD - 9, text_anchor="middle", font_size=10.5, fill=GREY) for place, name in enumerate(months) if not place % every]
    parts.append(words("合计", WIDTH - 8, _HEAD - 9, text_anchor="end", font_size=10.5, fill=GREY))
    for place, (name, counts) in enumerate([*rows, *([rest] if rest else [])]):
        y = _HEAD + 23 * place + (6 if rest and place == len(rows) else 0)
        parts += [words(fitted(name, _SHOWN), 0, y + 15, font_size=11), words(f"{sum(counts):,}", WIDTH - 8, y + 15, text_anchor="end", font_weight="bold")]
        for column, count in enumerate(counts):
            dye, ink = ("#f4f6f9", GREY) if place == len(rows) else _dyed(count / most)
            parts.append(bar(_NAMES + wide * column, y, wide - 1.5, 21.5, f"{name} {months[column]}：{count:,}件", fill=dye, rx=2))
            if count and wide >= 20:
                parts.append(words(f"{count:,}", _NAMES + wide * (column + 0.5) - 0.75, y + 14.5, text_anchor="middle", font_size=9.5, fill=ink))
    return picture(told.name, told.title, told.text, _HEAD + 23 * (len(rows) + bool(rest)) + (12 if rest else 4), parts)


_PALEST, _DARKEST = (240, 244, 248), (24, 66, 107)


def _dyed(share: float) -> tuple[str, str]:
    """The colour of a cell, and of the number on it."""
    dye = "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in zip(_PALEST, _DARKEST, strict=True))
    return dye, PAPER if share > 0.5 else INK


def _label(name: str, y: float) -> str:
    return words(fitted(name, _SHOWN), 0, y + 16)


def _moved(one: Ranked) -> str:
    """How far it moved since the period before: with a sign, so that no colour is needed."""
    if one.before is None or one.before == one.value:
        return "" if one.before is None else " ="
    return f" {'▲' if one.value > one.before else '▼'}{abs(one.value - one.before):,}"


def _key(names: tuple[str, str], *, with_before: bool) -> list[str]:
    """What the bars and marks mean."""
    parts = [bar(_NAMES, 6, 16, 10, rx=1.5), words(names[0], _NAMES + 21, 15, fill=GREY)]
    if with_before:
        parts += [line(_NAMES + 66, 4, _NAMES + 66, 18, stroke=INK, stroke_width=2), words(names[1], _NAMES + 73, 15, fill=GREY)]
    return [*parts, line(_NAMES, 22, WIDTH - 8, 22, stroke=GRID)]
