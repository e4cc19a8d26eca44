"""The charts over time of the books: trend, distribution of answer times, sparkline. All begin at nought, whatever they show."""

from collections.abc import Sequence
from dataclasses import dataclass

from adapters.formats.books.svg import Attributes, AMBER, BLUE, GREY, INK, PALE, PAPER, RED, WIDTH, bar, element, line, path, picture, steps, words
from routing.figures import Bin, Limit
from routing.layout import width

_LEFT, _RIGHT, _FOOT = 48, 16, 28
_HIGH = 244
_FEW = 14               # values whose numbers all stand beside them
_STROKES = (BLUE, AMBER, "#5b4b8a", "#2b7a57")
_BLANK = "本期无数据 no data"


@dataclass(frozen=True, slots=True)
class Told:
    """What a picture is called on its page, and what is read out of it to whoever cannot see it."""

    name: str
    title: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Series:
    """One line of a trend; None where nothing is known. A `faint` one is drawn pale and dashed, behind the others."""

    name: str
    values: tuple[int | None, ...]
    faint: bool = False


@dataclass(frozen=True, slots=True)
class _Plot:
    """Where values lie on the picture: so many places across, up to `most` from the foot to `top`."""

    places: int
    most: float
    top: float

    @property
    def each(self) -> float:
        return (WIDTH - _LEFT - _RIGHT) / self.places

    def x(self, place: float) -> float:
        """The middle of a place."""
        return _LEFT + self.each * (place + 0.5)

    def y(self, value: float) -> float:
        return self.top + (_HIGH - self.top - _FOOT) * (1 - value / self.most)


def blank(told: Told) -> str:
    """Return the picture of nothing: it says so."""
    ground = bar(0, 0, WIDTH, 64, fill="#f4f6f9", rx=4)
    return picture(told.name, told.title, _BLANK, 64, [ground, words(_BLANK, WIDTH / 2, 37, text_anchor="middle", fill=GREY, font_size=12)])


def trend(told: Told, labels: Sequence[str], series: Sequence[Series]) -> str:
    """Return lines over time, with the numbers of the first one beside it."""
    known = [value for one in series for value in one.values if value is not None]
    if not labels or not known:
        return blank(told)
    marks = steps(max(known))
    plot = _Plot(len(labels), marks[-1], 34)
    parts = [*_ground(plot, marks), *_below(plot, labels)]
    for place, one in sorted(enumerate(series), key=lambda each: not each[1].faint):
        parts += _line(plot, one, _STROKES[place % len(_STROKES)], filled=place == 0)
    parts += _numbers(plot, series[0].values)
    return picture(told.name, told.title, told.text, _HIGH, [*parts, *_legend(series)])


def distribution(told: Told, bins: Sequence[Bin], limits: Sequence[Limit], days: str) -> str:
    """Return bars of how many were answered after how many days, the limits marked; what is beyond the last is hatched (P-11)."""
    if not any(one.count for one in bins):
        return blank(told)
    marks = steps(max(one.count for one in bins))
    limits = sorted(limits, key=lambda one: one.days)
    plot = _Plot(len(bins), marks[-1], 34 + 15 * len(limits))
    last = limits[-1].days if limits else None
    parts = [_hatched(told.name), *_ground(plot, marks), *_below(plot, [_named(bins, place) for place in range(len(bins))])]
    few = len(bins) <= 2 * _FEW
    for place, one in enumerate(bins):
        beyond = last is not None and (one.up_to is None or one.up_to > last)
        top, wide = plot.y(one.count), plot.each * 0.72
        fill = f"url(#{told.name}-beyond)" if beyond else BLUE
        parts.append(bar(plot.x(place) - wide / 2, top, wide, plot.y(0) - top, f"{_named(bins, place)}{days}：{one.count:,}件", fill=fill, stroke=RED if beyond else BLUE, stroke_width=0.6))
        if one.count and few:
            parts.append(words(f"{one.count:,}", plot.x(place), top - 4, text_anchor="middle", font_size=9.5, fill=GREY))
    drawn = [_limit(plot, bins, limit, 12 + 15 * row, days) for row, limit in enumerate(reversed(limits))]
    parts += [*(lines for lines, _ in drawn), *(name for _, name in drawn)]
    return picture(told.name, told.title, told.text, _HIGH, parts)


def spark(told: Told, values: Sequence[int], wide: float = 120, high: float = 26) -> str:
    """Return a small line without any scale, its end marked; "" where there are not two values."""
    if len(values) < 2:
        return ""
    most = max(*values, 1)
    step = (wide - 8) / (len(values) - 1)
    points = [(4 + step * place, 4 + (high - 8) * (1 - value / most)) for place, value in enumerate(values)]
    end = element("circle", cx=points[-1][0], cy=points[-1][1], r=2.6, fill=BLUE)
    return picture(told.name, told.title, told.text, high, [path(points, stroke_width=1.5), end], wide)


def _ground(plot: _Plot, marks: Sequence[int]) -> list[str]:
    """The lines across, with their numbers."""
    parts = []
    for mark in marks:
        y = plot.y(mark)
        parts += [line(_LEFT, y, WIDTH - _RIGHT, y, **({} if mark else {"stroke": GREY})), words(f"{mark:,}", _LEFT - 7, y + 3.5, text_anchor="end", font_size=10, fill=GREY)]
    return parts


def _below(plot: _Plot, labels: Sequence[str]) -> list[str]:
    """The names of the places, as many as do not touch each other."""
    widest = max(map(width, labels)) * 5.5 + 10
    every = max(1, -int(-widest // plot.each))
    return [words(name, plot.x(place), _HIGH - _FOOT + 17, text_anchor="middle", font_size=10.5, fill=GREY) for place, name in enumerate(labels) if not place % every]


def _line(plot: _Plot, one: Series, stroke: str, *, filled: bool) -> list[str]:
    points = [(plot.x(place), plot.y(value)) for place, value in enumerate(one.values) if value is not None]
    if one.faint:
        return [path(points, stroke=PALE, stroke_dasharray="5 4", stroke_width=1.6)]
    parts = []
    if filled and len(points) > 1:
        parts.append(path([(points[0][0], plot.y(0)), *points, (points[-1][0], plot.y(0))], fill=BLUE, fill_opacity=0.08, stroke="none"))
    dots = [element("circle", cx=x, cy=y, r=3, fill=PAPER, stroke=stroke, stroke_width=1.8) for x, y in points] if len(points) <= 3 * _FEW else []
    return [*parts, path(points, stroke=stroke), *dots]


def _numbers(plot: _Plot, values: Sequence[int | None]) -> list[str]:
    """The numbers beside a line: all where they are few, else the highest and the last."""
    known = [(place, value) for place, value in enumerate(values) if value is not None]
    shown = known if len(known) <= _FEW else sorted({max(known, key=lambda each: each[1]), known[-1]})
    return [words(f"{value:,}", plot.x(place), plot.y(value) - 8, text_anchor="middle", font_size=10, font_weight="bold", stroke=PAPER, stroke_width=2.5, paint_order="stroke") for place, value in shown]


def _legend(series: Sequence[Series]) -> list[str]:
    parts, x = [], float(_LEFT)
    for place, one in enumerate(series):
        look = {"stroke": PALE, "stroke_dasharray": "5 4"} if one.faint else {"stroke": _STROKES[place % len(_STROKES)]}
        parts += [line(x, 12, x + 22, 12, **look, stroke_width=2), words(one.name, x + 28, 16, fill=INK if not one.faint else GREY)]
        x += 28 + width(one.name) * 5.8 + 22
    return parts


def _named(bins: Sequence[Bin], place: int) -> str:
    """What a bin holds: 3, 4-7, >15."""
    before = bins[place - 1].up_to if place else 0
    this = bins[place].up_to
    if this is None:
        return f">{before or 0}"
    return f"{this}" if before is None or this - before <= 1 else f"{before + 1}-{this}"


def _limit(plot: _Plot, bins: Sequence[Bin], limit: Limit, y: float, days: str) -> tuple[str, str]:
    """A limit as a line behind the last bin that keeps it, and its name."""
    kept = sum(1 for one in bins if one.up_to is not None and one.up_to <= limit.days)
    x = _LEFT + plot.each * kept
    name = f"{limit.name} {limit.days}{days}"
    ending = x + 6 + width(name) * 5.6 > WIDTH
    mark = line(x, y - 8, x, plot.y(0), stroke=AMBER, stroke_width=1.4, stroke_dasharray="4 3")
    look: Attributes = {"font_size": 10.5, "fill": "#8a5408", "stroke": PAPER, "stroke_width": 3, "paint_order": "stroke", "text_anchor": "end" if ending else "start"}
    return mark, words(name, x - 6 if ending else x + 6, y, **look)


def _hatched(name: str) -> str:
    """The pattern of what is beyond the last limit: told from the rest without its colour too."""
    strokes = bar(0, 0, 6, 6, fill="#f3d9d6") + line(0, 0, 0, 6, stroke=RED, stroke_width=3)
    return element("defs", element("pattern", strokes, id=f"{name}-beyond", width=6, height=6, patternUnits="userSpaceOnUse", patternTransform="rotate(45)"))
