"""HTML mail to text: what a reader sees, tables as rows and cells, quoted blocks with `>`; bounded on hostile markup."""

import re
from dataclasses import dataclass, field
from html import unescape

from selectolax.lexbor import LexborHTMLParser, LexborNode

MAX_HTML = 2_000_000        # characters looked at
MAX_OPEN = 400              # unclosed elements; the tree builder is quadratic in them (100,000 took 15 s)
MAX_COPIES = 400_000        # formatting elements copied into every new block by the HTML rules
MAX_NODES = 500_000

DROPPED = frozenset({"style", "script", "head", "title", "img", "noscript", "template", "iframe", "object", "svg"})
BLOCKS = frozenset({
    "p", "div", "li", "ul", "ol", "tr", "table", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "dl", "dt",
    "dd", "section", "article", "header", "footer", "center", "form", "address", "caption", "fieldset",
})
CELLS = frozenset({"td", "th"})
#: Elements that close themselves or are closed by their next sibling: they never nest by being left open.
SELF_CLOSING = frozenset({
    "br", "img", "hr", "meta", "link", "input", "base", "col", "wbr", "area", "embed", "source", "param",
    "p", "li", "td", "th", "tr", "dt", "dd", "option", "tbody", "thead", "html", "body", "head",
})
FORMATTING = frozenset({"a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u"})
TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9:]{0,20})")
RULE = "_" * 32             # how <hr> shows; Outlook puts one above the history
BLANK = re.compile(r"[ \t\r\n\f\u200b\ufeff]+")


def html_to_text(markup: str) -> str:
    """The text of an HTML mail: `br`, `p`, `div` end lines, cells are parted by tabs, pictures and styles are gone."""
    markup = markup[:MAX_HTML].replace("\x00", "")
    if not _harmless(markup):
        return _stripped(markup)
    tree = LexborHTMLParser(markup)
    top = tree.body or tree.root
    return _Page().read(top) if top is not None else ""


def _harmless(markup: str) -> bool:
    """Whether the tree builder can take it: few elements stay open, and few formats are carried from block to block."""
    opened = formats = copies = 0
    for closing, name in TAG.findall(markup):
        tag = name.lower()
        if tag in SELF_CLOSING:
            copies += formats
        elif closing:
            opened, formats = max(0, opened - 1), max(0, formats - (tag in FORMATTING))
        else:
            opened, formats = opened + 1, formats + (tag in FORMATTING)
            copies += formats
        if opened > MAX_OPEN or copies > MAX_COPIES:
            return False
    return True


def _stripped(markup: str) -> str:
    """Text of markup no tree should be built of: tags cut out by pattern."""
    text = re.sub(r"<(style|script)\b[^>]{0,2000}>[^<]{0,100000}", " ", markup, flags=re.IGNORECASE)
    text = re.sub(r"<(?:br|/?(?:p|div|tr|li|table))\b[^<>]{0,2000}>", "\n", text, flags=re.IGNORECASE)
    return _tidy(unescape(re.sub(r"<[^<>]{0,2000}>", " ", text)))


@dataclass(slots=True)
class _Page:
    """One pass over a tree, without recursion: lines so far, the line being written, and how deep it is quoted."""

    lines: list[str] = field(default_factory=list)
    line: list[str] = field(default_factory=list)
    quotes: int = 0
    preformatted: int = 0

    def read(self, top: LexborNode) -> str:
        node: LexborNode | None = top
        for _ in range(MAX_NODES):
            if node is None:
                break
            child = self.enter(node)
            node = child if child is not None else self.after(node, top)
        self.end_line()
        return _tidy("\n".join(self.lines))

    def after(self, node: LexborNode, top: LexborNode) -> LexborNode | None:
        """The next node in reading order once `node` is done, leaving the elements that end before it."""
        current: LexborNode | None = node
        while current is not None and current.mem_id != top.mem_id:
            self.leave(current.tag)
            if current.next is not None:
                return current.next
            current = current.parent
        return None

    def enter(self, node: LexborNode) -> LexborNode | None:
        """Write what the node opens with; its first child, if that is to be read."""
        tag = node.tag or ""
        if tag == "-text":
            self.write(node.text_content or "")
            return None
        if tag in DROPPED:
            return None
        if self.line and (tag in BLOCKS or tag == "hr"):
            self.end_line()
        if tag == "hr":
            self.lines.append(self.quoted(RULE))
        self.quotes += tag == "blockquote"
        self.preformatted += tag == "pre"
        return node.child

    def leave(self, tag: str | None) -> None:
        if tag == "br" or (tag in BLOCKS and self.line):
            self.end_line()
        elif tag in CELLS:
            self.line.append("\t")
        if tag == "p" and self.lines and self.lines[-1].strip("> "):
            self.lines.append(self.quoted(""))
        self.quotes -= tag == "blockquote"
        self.preformatted -= tag == "pre"

    def write(self, text: str) -> None:
        if self.preformatted:
            *whole, last = text.split("\n")
            for part in whole:
                self.line.append(part)
                self.end_line()
            self.line.append(last)
        elif text.strip() or self.line:
            self.line.append(BLANK.sub(" ", text))

    def end_line(self) -> None:
        text = "".join(self.line)
        text = text if self.preformatted else re.sub(r" *\t *", "\t", text).strip(" ")
        self.lines.append(self.quoted(text.rstrip("\t ")))
        self.line = []

    def quoted(self, text: str) -> str:
        return ">" * self.quotes + (" " if self.quotes else "") + text


def _tidy(text: str) -> str:
    """No blanks at line ends, never more than one empty line, none at the ends."""
    text = re.sub(r"[ \t\xa0]+(?=\n)", "", text.replace("\xa0", " "))
    return re.sub(r"\n{3,}", "\n\n", text).strip("\n ")
