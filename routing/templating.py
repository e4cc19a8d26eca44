"""Templates a bank may edit, and nothing they could do but say words: a small part of Jinja2, in its sandbox.

A template may name the placeholders of its letter, ask whether they hold anything, go through their rows, and lay words
out by a few filters. Calls, macros, includes, assignments and arithmetic do not exist here, so none of them can run for
ever or reach beyond its values; what loops multiply is counted against a budget. Every name is known before the first
letter is written: a mistake is told with its line, and with the names there are.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape as html_escape
from typing import Literal

from jinja2 import StrictUndefined, Template as Compiled, pass_context
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from routing.errors import RuleError
from routing.layout import padded, wrapped

LONGEST_OUTPUT = 200_000        # characters a template may add to what its values hold
LONGEST_VALUE = 4               # times that a value may be said in one letter, e.g. in a text and its heading
MOST_PADDING, MOST_JOINT = 200, 20
COLUMNS = 72                    # of a line; Notes and old Outlook break plain text beyond 76
SUFFIXES = (".txt.j2", ".html.j2")

Kind = Literal["text", "number", "flag", "lines", "rows", "row"]


@dataclass(frozen=True, slots=True)
class Slot:
    """A placeholder: its name, what it holds, in both languages, and its fields where it holds rows.

    `public` ones may stand in a subject, which is read over shoulders and in logs of mail servers (P-6).
    """

    name: str
    zh: str
    en: str
    kind: Kind = "text"
    fields: tuple["Slot", ...] = ()
    public: bool = False


class TemplateFails(RuleError):
    """A template could not be filled with these values; the text names it and the cure."""


@dataclass(frozen=True, slots=True)
class Template:
    """A template, read and checked: its name, the file it came from, and what fills it."""

    name: str
    file: str
    source: str = field(repr=False)
    body: Compiled = field(repr=False)
    subject: Compiled | None = field(default=None, repr=False)


class _Budget:
    """How many characters one letter may still take."""

    __slots__ = ("left",)

    def __init__(self, values: object) -> None:
        self.left = LONGEST_OUTPUT + LONGEST_VALUE * _size(values)

    def spend(self, much: int) -> None:
        self.left -= much
        if self.left < 0:
            msg = f"its loops make more than {LONGEST_OUTPUT:,} characters beyond the values"
            raise TemplateFails(msg)


def _size(value: object) -> int:
    if isinstance(value, str):
        return len(value)
    if isinstance(value, Mapping):
        return sum(map(_size, value.values()))
    return sum(map(_size, value)) if isinstance(value, Sequence) else 8


@pass_context
def _spent(context: Context, rows: Sequence[object], weight: int) -> Sequence[object]:
    """Charge a loop before it runs, `weight` characters a round."""
    context["_budget"].spend(weight * len(rows))
    return rows


@pass_context
def _counted(context: Context, value: object) -> object:
    """Charge what is said; Jinja2 calls this for each output."""
    context["_budget"].spend(len(value) if isinstance(value, str) else 8)
    return value


def _wrap(text: str) -> str:
    return "\n".join(wrapped(text, COLUMNS)) + ("\n" if text.endswith("\n") else "")      # it may stand around lines of a template


def _broken(text: str) -> Markup:
    """A text's lines in HTML; an empty one takes its place."""
    return Markup("<br>".join(map(html_escape, str(text).split("\n"))) or "&nbsp;")  # noqa: S704 (each line is escaped)


def _brief(text: str, most: int) -> str:
    line = " ".join(text.split())
    return line if len(line) <= most else line[:most - 1] + "…"


def _joined(lines: Sequence[str], joint: str = "") -> str:
    return joint.join(lines)


#: The filters there are: what they take, the kinds they take it of, and the largest argument.
FILTERS: Mapping[str, tuple[Callable[..., object], tuple[Kind, ...], int]] = {
    "wrap": (_wrap, ("text",), 0), "br": (_broken, ("text",), 0), "brief": (_brief, ("text",), 1_000), "pad": (padded, ("text",), MOST_PADDING),
    "length": (len, ("lines", "rows"), 0), "join": (_joined, ("lines",), MOST_JOINT),
}


def _environment(*, html: bool) -> ImmutableSandboxedEnvironment:
    made = ImmutableSandboxedEnvironment(
        autoescape=html, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True, finalize=_counted, cache_size=0,
    )
    made.globals.clear()
    made.tests.clear()
    made.filters = {name: filter_ for name, (filter_, _, _) in FILTERS.items()} | {"_spent": _spent}
    return made


TEXT, PAGE = _environment(html=False), _environment(html=True)
def render(template: Template, values: Mapping[str, object]) -> str:
    """Return what a template says with these values. TemplateFails where it would be too long, or a value is missing."""
    text = _filled(template, template.body, values)
    return text[1:] if template.subject else text           # the line of the subject


def render_subject(template: Template, values: Mapping[str, object]) -> str:
    """Return the subject a template gives."""
    return _filled(template, template.subject, values) if template.subject else ""


def _filled(template: Template, part: Compiled, values: Mapping[str, object]) -> str:
    try:
        return part.render({**values, "_budget": _Budget(values)})
    except TemplateFails as error:
        msg = f"template {template.file}: {error}; make it shorter, then `hotline-bridge templates check`"
        raise TemplateFails(msg) from None
    except Exception as error:  # a value it cannot lay out; its words may be a customer's (P-6)
        msg = f"template {template.file} cannot be filled ({type(error).__name__}); see `hotline-bridge templates check`"
        raise TemplateFails(msg) from error
