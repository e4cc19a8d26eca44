"""Templates a bank may edit, and nothing they could do but say words: a small part of Jinja2, in its sandbox.

A template may name the placeholders of its letter, ask whether they hold anything, go through their rows, and lay words
out by a few filters. Calls, macros, includes, assignments and arithmetic do not exist here, so none of them can run for
ever or reach beyond its values; what loops multiply is counted against a budget. Every name is known before the first
letter is written: a mistake is told with its line, and with the names there are.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape as html_escape
from typing import Any, Literal

from jinja2 import StrictUndefined, Template as Compiled, TemplateSyntaxError, nodes, pass_context
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from routing.errors import BadTable, RuleError
from routing.layout import padded, wrapped

LONGEST_TEMPLATE = 64_000       # characters of one file
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
_NUMERIC = frozenset({"brief", "pad"})


def _environment(*, html: bool) -> ImmutableSandboxedEnvironment:
    made = ImmutableSandboxedEnvironment(
        autoescape=html, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True, finalize=_counted, cache_size=0,
    )
    made.globals.clear()
    made.tests.clear()
    made.filters = {name: filter_ for name, (filter_, _, _) in FILTERS.items()} | {"_spent": _spent}
    return made


_TEXT, _PAGE = _environment(html=False), _environment(html=True)
_LOOP = Slot("loop", "", "", "row", (Slot("index", "", "", "number"), Slot("first", "", "", "flag"), Slot("last", "", "", "flag"), Slot("length", "", "", "number")))


def parse(name: str, source: str, file: str, slots: Sequence[Slot], *, subject: bool = False) -> Template:
    """Read a template; its first line is the subject where it has one. BadTable with every mistake, each with its line."""
    source = source.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    mistakes: list[str] = []
    if len(source) > LONGEST_TEMPLATE:
        raise BadTable(file, [f"has {len(source):,} characters; a template has at most {LONGEST_TEMPLATE:,}"])
    env = _PAGE if file.endswith(".html.j2") else _TEXT
    known = {slot.name: slot for slot in slots}
    first, _, rest = source.partition("\n") if subject else ("", "", source)
    head = _compiled(env, first, file, _Reader({key: slot for key, slot in known.items() if slot.public}, known, mistakes)) if subject else None
    body = _compiled(env, f"\n{rest}" if subject else rest, file, _Reader(known, known, mistakes))
    if mistakes or body is None or (subject and head is None):
        raise BadTable(file, mistakes)
    return Template(name, file, source, body, head)


def _compiled(env: ImmutableSandboxedEnvironment, source: str, file: str, reader: "_Reader") -> Compiled | None:
    try:
        tree = env.parse(source, file, file)
    except TemplateSyntaxError as error:
        reader.mistakes.append(f"line {error.lineno}: {error.message}; placeholders are written {{{{ name }}}}, conditions {{% if name %}} … {{% endif %}}")
        return None
    before = len(reader.mistakes)
    reader.read(tree, reader.known)
    return None if len(reader.mistakes) > before else Compiled.from_code(env, env.compile(tree, file, file), {})


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


class _Reader:
    """Goes through a template: every node is one of those there are, every name known; loops are put on the budget."""

    def __init__(self, known: Mapping[str, Slot], elsewhere: Mapping[str, Slot], mistakes: list[str]) -> None:
        self.known, self.elsewhere, self.mistakes = known, elsewhere, mistakes

    def wrong(self, node: nodes.Node, words: str) -> None:
        """Note a mistake with its line."""
        self.mistakes.append(f"line {node.lineno}: {words}")

    def read(self, node: nodes.Node, scope: Mapping[str, Slot]) -> None:
        """Read a statement and what is in it."""
        if isinstance(node, nodes.Template | nodes.If):
            if isinstance(node, nodes.If):
                self.kind(node.test, scope)
            for child in _statements(node):
                self.read(child, scope)
        elif isinstance(node, nodes.Output):
            node.nodes = [self.output(child, scope) for child in node.nodes]
        elif isinstance(node, nodes.For):
            self.loop(node, scope)
        elif isinstance(node, nodes.FilterBlock):
            node.filter = self.block(node.filter)
            for child in node.body:
                self.read(child, scope)
        else:
            self.wrong(node, f"{type(node).__name__.lower()} does not exist here; there are placeholders, if, for and filter")

    def block(self, node: nodes.Filter) -> nodes.Filter:
        """Check the filter of {% filter … %}."""
        if node.name not in {"wrap", "br"} or node.args or node.kwargs or node.node is not None:
            self.wrong(node, f"filter {node.name} cannot stand around words here; there are wrap and br")
        return node

    def output(self, node: nodes.Expr, scope: Mapping[str, Slot]) -> nodes.Expr:
        """Check one {{ … }}: it must be something that can be said."""
        if not isinstance(node, nodes.TemplateData):
            kind = self.kind(node, scope)
            if kind in {"lines", "rows", "row", "flag"}:
                self.wrong(node, f"a placeholder of the kind {kind} cannot be said as it is; go through it by for, ask for it by if, or use join")
        return node

    def loop(self, node: nodes.For, scope: Mapping[str, Slot]) -> None:
        """Check a loop and put it on the budget."""
        slot = self.slot(node.iter, scope)
        if not isinstance(node.target, nodes.Name) or node.recursive or slot is None or slot.kind not in {"lines", "rows"}:
            if slot is not None or isinstance(node.iter, nodes.Call | nodes.Const | nodes.List | nodes.Tuple):
                self.wrong(node, "for goes through one placeholder of the kind lines or rows, by one name: {% for row in rows %}")
            return
        name = node.target.name
        if name in self.elsewhere or name.startswith("_") or name == "loop":
            self.wrong(node, f"{name} is taken; call what the loop goes through otherwise")
        inner = {**scope, "loop": _LOOP, name: Slot(name, "", "", "row" if slot.kind == "rows" else "text", slot.fields)}
        if node.test is not None:
            self.kind(node.test, inner)
        for child in node.body:
            self.read(child, inner)
        for child in node.else_:
            self.read(child, scope)
        weight = 1 + sum(len(data.data) for child in node.body for data in _data(child))
        node.iter = nodes.Filter(node.iter, "_spent", [nodes.Const(weight)], [], None, None, lineno=node.lineno)

    def kind(self, node: nodes.Expr, scope: Mapping[str, Slot]) -> Kind:
        """Return what an expression gives; mistakes in it are noted."""
        if isinstance(node, nodes.Name | nodes.Getattr | nodes.Getitem):
            slot = self.slot(node, scope)
            return slot.kind if slot else "text"
        if isinstance(node, nodes.Const):
            return "number" if isinstance(node.value, int | float) else "text"
        if isinstance(node, nodes.Filter):
            return self.filter(node, scope)
        if isinstance(node, nodes.CondExpr):
            self.kind(node.test, scope)
            kinds = [self.kind(each, scope) for each in (node.expr1, node.expr2) if each is not None]
            return next((kind for kind in kinds if kind not in {"text", "number"}), kinds[0])
        return self.condition(node, scope)

    def condition(self, node: nodes.Expr, scope: Mapping[str, Slot]) -> Kind:
        """Check what asks and compares."""
        if isinstance(node, nodes.And | nodes.Or):
            asked: list[nodes.Expr] = [node.left, node.right]
        elif isinstance(node, nodes.Not):
            asked = [node.node]
        elif isinstance(node, nodes.Compare):
            asked = [node.expr, *(one.expr for one in node.ops)]
        else:
            self.wrong(node, f"{type(node).__name__.lower()} does not exist here; there are placeholders, words, comparisons, and, or, not, and filters")
            return "text"
        for each in asked:
            self.kind(each, scope)
        return "flag"

    def filter(self, node: nodes.Filter, scope: Mapping[str, Slot]) -> Kind:
        """Check a filter, what it is put on, and its one argument."""
        if node.node is None or node.name not in FILTERS:
            self.wrong(node, f"there is no filter {node.name}; there are {', '.join(FILTERS)}")
            return "text"
        _, kinds, most = FILTERS[node.name]
        if (kind := self.kind(node.node, scope)) not in kinds:
            self.wrong(node, f"filter {node.name} is for {' or '.join(kinds)}, not for the kind {kind}")
        if node.kwargs or node.dyn_args or node.dyn_kwargs or not _fits(node, most):
            self.wrong(node, f"filter {node.name} takes {f'one plain value of at most {most}' if most else 'nothing'} in brackets")
        return "number" if node.name == "length" else "text"

    def slot(self, node: nodes.Expr, scope: Mapping[str, Slot]) -> Slot | None:
        """Return the placeholder an expression names; None and a mistake where there is none."""
        if isinstance(node, nodes.Name):
            if node.name in scope:
                return scope[node.name]
            private = "is confidential and has no place in a subject (P-6)" if node.name in self.elsewhere else "is no placeholder of this template"
            self.wrong(node, f"{node.name} {private}; there are {', '.join(scope)}")
            return None
        if isinstance(node, nodes.Getattr):
            row = self.slot(node.node, scope)
            found = next((each for each in row.fields if each.name == node.attr), None) if row else None
            if row and found is None:
                has = f"it has {', '.join(each.name for each in row.fields)}" if row.fields else "it has no fields"
                self.wrong(node, f"{_spelt(node)} is no placeholder; {has}")
            return found
        self.kind(node, scope) if not isinstance(node, nodes.Getitem) else self.wrong(node, "brackets do not exist here; write row.name")
        return None


def _statements(node: nodes.Template | nodes.If) -> Iterator[nodes.Node]:
    yield from node.body
    if isinstance(node, nodes.If):
        yield from node.elif_
        yield from node.else_


def _data(node: nodes.Node) -> Iterator[nodes.TemplateData]:
    if isinstance(node, nodes.TemplateData):
        yield node
    yield from node.find_all(nodes.TemplateData)


def _fits(node: nodes.Filter, most: int) -> bool:
    if not node.args:
        return node.name not in _NUMERIC
    value: Any = node.args[0].value if isinstance(node.args[0], nodes.Const) else None
    if len(node.args) > 1 or most == 0:
        return False
    return isinstance(value, int) and 0 < value <= most if node.name in _NUMERIC else isinstance(value, str) and len(value) <= most


def _spelt(node: nodes.Expr) -> str:
    if isinstance(node, nodes.Getattr):
        return f"{_spelt(node.node)}.{node.attr}"
    return node.name if isinstance(node, nodes.Name) else "…"


def file_name(name: str) -> str:
    """Return a template's name without what its file ends in."""
    return re.sub(r"\.(?:txt|html)\.j2$", "", name)
