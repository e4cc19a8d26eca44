"""Reads a template and says everything that is wrong with it before the first letter is written, each with its line.

Only what stands in `_Reader` exists: whatever else Jinja2 knows is refused, so that no template can run for ever, grow
without end, or say what its letter does not know.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from jinja2 import Template as Compiled, TemplateSyntaxError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from routing.errors import BadTable
from routing.templating import FILTERS, PAGE, TEXT, Kind, Slot, Template

LONGEST_TEMPLATE = 64_000       # characters of one file
CONFIDENTIAL = frozenset({"customer", "phone", "id_number", "account", "address", "agent"})      # fields of the slip
_ELSEWHERE = re.compile(r"<\s*(?:script|img|link|iframe|object|embed|form|base|svg|video|audio|input|button)\b|\b(?:src|href|srcset|background)\s*=|\burl\s*\(|@import|\bon[a-z]{3,20}\s*=", re.IGNORECASE)
_BARE = re.compile(r"[a-z]\s*=\s*\{[{%]", re.IGNORECASE)
_NUMERIC = frozenset({"brief", "pad"})
_LOOP = Slot("loop", "", "", "row", (Slot("index", "", "", "number"), Slot("first", "", "", "flag"), Slot("last", "", "", "flag"), Slot("length", "", "", "number")))



def parse(name: str, source: str, file: str, slots: Sequence[Slot], *, subject: bool = False) -> Template:
    """Read a template; its first line is the subject where it has one. BadTable with every mistake, each with its line."""
    source = source.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    mistakes: list[str] = []
    if len(source) > LONGEST_TEMPLATE:
        raise BadTable(file, [f"has {len(source):,} characters; a template has at most {LONGEST_TEMPLATE:,}"])
    env = PAGE if file.endswith(".html.j2") else TEXT
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
    if env is PAGE:
        reader.mistakes += _fetches(source)
    reader.read(tree, reader.known)
    return None if len(reader.mistakes) > before else Compiled.from_code(env, env.compile(tree, file, file), {})


class _Reader:
    """Goes through a template: every node is one of those there are, every name known; loops are put on the budget."""

    def __init__(self, known: Mapping[str, Slot], elsewhere: Mapping[str, Slot], mistakes: list[str]) -> None:
        self.known, self.elsewhere, self.mistakes = known, elsewhere, mistakes

    def wrong(self, node: nodes.Node, words: str) -> None:
        """Note a mistake with its line."""
        self.mistakes.append(f"line {node.lineno or 1}: {words}")

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
        plain = isinstance(node.iter, nodes.Name | nodes.Getattr) and isinstance(node.target, nodes.Name) and not node.recursive
        slot = self.slot(node.iter, scope) if plain else None
        if not plain or (slot and slot.kind not in {"lines", "rows"}):
            self.wrong(node, "for goes through one placeholder of the kind lines or rows, by one name: {% for row in rows %}")
        if slot is None or not isinstance(node.target, nodes.Name) or slot.kind not in {"lines", "rows"}:
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

    def kind(self, node: nodes.Node, scope: Mapping[str, Slot]) -> Kind:
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

    def condition(self, node: nodes.Node, scope: Mapping[str, Slot]) -> Kind:
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

    def why_not(self, name: str) -> str:
        """Say why a name is none that may stand here."""
        if name in self.elsewhere:
            return "is confidential and has no place in a subject (P-6)"
        return "has no place in a letter: who complains is confidential, only the slip says it (P-6)" if name in CONFIDENTIAL else "is no placeholder of this template"

    def slot(self, node: nodes.Node, scope: Mapping[str, Slot]) -> Slot | None:
        """Return the placeholder an expression names; None and a mistake where there is none."""
        if isinstance(node, nodes.Name):
            if node.name in scope:
                return scope[node.name]
            self.wrong(node, f"{node.name} {self.why_not(node.name)}; there are {', '.join(scope)}")
            return None
        if isinstance(node, nodes.Getattr):
            row = self.slot(node.node, scope)
            found = next((each for each in row.fields if each.name == node.attr), None) if row else None
            if row and found is None:
                has = f"it has {', '.join(each.name for each in row.fields)}" if row.fields else "it has no fields"
                self.wrong(node, f"{_spelt(node)} is no placeholder; {has}")
            return found
        bracket = isinstance(node, nodes.Getitem)
        self.wrong(node, "brackets do not exist here; write row.name" if bracket else f"{type(node).__name__.lower()} is no placeholder; only placeholders have fields")
        return None


def _fetches(source: str) -> Iterator[str]:
    """What in a page would run, or be fetched from elsewhere."""
    for number, line in enumerate(source.split("\n"), 1):
        if found := _ELSEWHERE.search(line):
            yield f"line {number}: {found[0]} has no place in a letter: nothing in it runs or is fetched from elsewhere"
        if found := _BARE.search(line):
            yield f"line {number}: {found[0]} stands in no quotation marks; write it within them"


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
