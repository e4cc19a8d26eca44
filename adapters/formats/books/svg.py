"""Pictures as SVG text: elements, a face, a scale with round steps, words that fit their place. No style sheet, no script."""

from collections.abc import Iterable, Sequence
from html import escape
from math import floor, log10

from routing.layout import width
from routing.slip import clean

WIDTH = 720
INK, GREY, GRID, PAPER = "#1b2a3d", "#5f6b78", "#e1e7ed", "#ffffff"
BLUE, PALE, AMBER, RED, GREEN = "#2b5c8a", "#9db2c6", "#c07a12", "#b3382c", "#2b7a57"
#: Chinese faces of the systems that show these pages; the first one there is taken.
FACES = ("Noto Sans CJK SC", "Source Han Sans SC", "PingFang SC", "Microsoft YaHei", "SimHei", "WenQuanYi Micro Hei")
_FAMILY = ", ".join(f"'{name}'" for name in FACES) + ", sans-serif"
_CUT = "…"


def number(value: float) -> str:
    """Return a coordinate, to a hundredth and no longer than it must be."""
    return f"{value:.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)


Attributes = dict[str, str | float]


def element(name: str, inner: str = "", /, **attributes: str | float) -> str:
    """Return an element around what is SVG already; `stroke_width=2` becomes stroke-width="2"."""
    said = "".join(f' {key.rstrip("_").replace("_", "-")}="{escape(value) if isinstance(value, str) else number(value)}"' for key, value in attributes.items())
    return f"<{name}{said}>{inner}</{name}>" if inner else f"<{name}{said}/>"


def words(text: str, x: float, y: float, /, **attributes: str | float) -> str:
    """Return a text with its foot at y; `text_anchor` as in SVG."""
    usual: Attributes = {"x": x, "y": y, "font_size": 11, "fill": INK}
    return element("text", escape(clean(text), quote=False), **(usual | attributes))


def line(x1: float, y1: float, x2: float, y2: float, **attributes: str | float) -> str:
    """Return a straight line."""
    usual: Attributes = {"x1": x1, "y1": y1, "x2": x2, "y2": y2, "stroke": GRID, "stroke_width": 1}
    return element("line", **(usual | attributes))


def bar(x: float, y: float, wide: float, high: float, said: str = "", /, **attributes: str | float) -> str:
    """Return a rectangle, with what it stands for as its title."""
    title = element("title", escape(clean(said), quote=False)) if said else ""
    usual: Attributes = {"x": x, "y": y, "width": wide, "height": high, "fill": BLUE}
    return element("rect", title, **(usual | attributes))


def path(points: Sequence[tuple[float, float]], **attributes: str | float) -> str:
    """Return a line through all points."""
    told = " ".join(f"{number(float(x))},{number(float(y))}" for x, y in points)
    usual: Attributes = {"points": told, "fill": "none", "stroke": BLUE, "stroke_width": 2, "stroke_linejoin": "round"}
    return element("polyline", **(usual | attributes))


def picture(name: str, title: str, told: str, high: float, parts: Iterable[str], wide: float = WIDTH) -> str:
    """Return the whole picture. `title` and `told` are read out to whoever cannot see it; `name` is unique on its page."""
    said = element("title", escape(clean(title), quote=False), id=f"{name}-title") + element("desc", escape(clean(told or title), quote=False), id=f"{name}-told")
    return element(
        "svg", said + "".join(parts), xmlns="http://www.w3.org/2000/svg", viewBox=f"0 0 {number(wide)} {number(high)}", width=wide, height=high,
        role="img", aria_labelledby=f"{name}-title {name}-told", font_family=_FAMILY,
    )


def fitted(text: str, columns: int) -> str:
    """Return a text of at most so many columns (a Chinese character takes two), with … where its end is missing."""
    text = " ".join(text.split())
    if width(text) <= columns:
        return text
    while text and width(text) > columns - width(_CUT):
        text = text[:-1]
    return text + _CUT


def steps(most: int, about: int = 5) -> list[int]:
    """Return round steps from 0 up to at least `most`, about so many: 0, 50, 100, 150."""
    if most <= about:
        return list(range(max(most, 1) + 1))
    rough = most / about
    size = 10 ** floor(log10(rough))
    step = next(times * size for times in (1, 2, 5, 10) if times * size >= rough)
    return [int(step * place) for place in range(int(-(-most // step)) + 1)]
