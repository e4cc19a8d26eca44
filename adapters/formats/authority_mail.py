"""What an authority's letter says under the labels of its template, in lines, in a table, or in a file (D-6; law: article 27).

The letter's words come as rows of cells: a line is a row of one. A label stands before its words in the line, in the cell
beside them, or in the cell above; what follows a long field without a label of its own belongs to it.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from adapters.formats import docx_words, xlsx_words
from adapters.formats.answer_file import Shape, shape_of
from routing.authority import SetDate, Template, dates_asked_for, folded, set_date, spelled
from routing.papers import Attachment, Mail, Unreadable
from routing.phrases import phone_in

Row = tuple[str, ...]
_LONG = frozenset({"narrative", "demand"})
_CELLS = re.compile(r"\t|[|｜│┃]")
_LABEL = re.compile(r"([^\s:：。，,；;|｜（(）)]{1,14}(?:[（(][^（()）]{0,10}[)）])?)\s?[:：]")
#: Where the authority speaks again, below the customer's words. Rather too much is kept than too little.
_ENDS = re.compile(r"\s*(?:请[^。]{0,30}(?:之日|日前|日内|办理|回复|反馈|处理|核实)|此致|敬礼|附件\s?[:：]|特此|顺致|[-—_=]{3,}|20[0-9]{2}\s?年[0-9]{1,2}\s?月[0-9]{1,2}\s?日\s*$)")
_LONGEST: Mapping[str, int] = {"narrative": 19_000, "demand": 5_000, "address": 400, "complained_unit": 400, "product": 400, "amount": 400}
_SHORT = 80
#: What decides where a letter goes and by when: said twice with other words, or where the customer speaks, a person looks.
_DECIDING = frozenset({"authority_number", "authority_due", "name", "id_number", "complained_unit", "heads", "narrative"})
_MOST_ROWS, _MOST_FILES = 3_000, 10


@dataclass(frozen=True, slots=True)
class Letter:
    """What a letter says: its fields in the words it uses, the date it sets, and which fields it lacks that it should have.

    `trouble` names what came with it and could not be read; `asked` are the other dates that its sentences ask for;
    `twice` are fields that it fills with different words, and `among` those that stand where the customer speaks.
    """

    fields: Mapping[str, str]
    due: SetDate | None = None
    lacking: tuple[str, ...] = ()
    trouble: tuple[str, ...] = ()
    asked: tuple[SetDate, ...] = ()
    twice: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    among: frozenset[str] = frozenset()


@dataclass(slots=True)
class _Reader:
    labels: Mapping[str, str]
    found: dict[str, str] = field(default_factory=dict)
    open: str = ""                      # the long field whose words may go on in the next line
    twice: dict[str, tuple[str, ...]] = field(default_factory=dict)
    among: set[str] = field(default_factory=set)

    def row(self, cells: Row) -> None:
        words = [cell.strip() for cell in cells]
        if len(words) == 1:
            self.line(words[0])
        elif any(folded(cell) in self.labels for cell in words):
            self.beside(words)
        else:
            for cell in words:
                self.line(cell)

    def beside(self, cells: Sequence[str]) -> None:
        """A row of a table: each label with the cells up to the next."""
        name, value = "", list[str]()
        for cell in cells:
            if following := self.labels.get(folded(cell)):
                self.take(name, value)
                name, value = following, []
            else:
                value.append(cell)
        self.take(name, value)

    def line(self, text: str) -> None:
        """A line: each label with the words up to the next; without any it goes on with the long field above."""
        marks = [hit for hit in _LABEL.finditer(text) if folded(hit[1]) in self.labels]
        before = text[:marks[0].start()] if marks else text
        if self.open and before.strip() and not (not marks and _ENDS.match(before)):
            self.found[self.open] += "\n" + before.strip()
        elif before.strip():
            self.open = ""
        if self.open:
            self.among |= {name for mark in marks if (name := self.labels[folded(mark[1])]) not in self.found}
        for at, mark in enumerate(marks):
            end = marks[at + 1].start() if at + 1 < len(marks) else len(text)
            self.take(self.labels[folded(mark[1])], [text[mark.end():end]])

    def take(self, name: str, value: Iterable[str]) -> None:
        words = "\n".join(dict.fromkeys(one.strip() for one in value if one.strip())).strip()
        words = words if name in _LONG else words.strip("，,；; ")
        if not name:
            return
        if not self.found.get(name):
            self.found[name] = words
        elif name in _DECIDING and words and spelled(words) not in map(spelled, (known := self.twice.get(name, (self.found[name],)))):
            self.twice[name] = (*known, words)
        self.open = name if name in _LONG else ""


def files_rows(files: Sequence[Attachment]) -> tuple[tuple[Row, ...], tuple[str, ...]]:
    """Return the words of the files that came with a letter, as rows, and which of them could not be read."""
    rows: list[Row] = []
    trouble: list[str] = []
    for file in files[:_MOST_FILES]:
        reader = {Shape.DOCX: docx_words.rows_of, Shape.XLSX: xlsx_words.rows_of}.get(shape_of(file))
        if reader is None:
            trouble.append(f"附件 {file.name} 未能读取，请看原件")
            continue
        try:
            rows += reader(file.content)
        except Unreadable as error:
            trouble.append(f"附件 {file.name}：{error}")
    return tuple(rows[:_MOST_ROWS]), tuple(trouble)


def words_of(mail: Mail, rows: Iterable[Row]) -> str:
    """Return all the words of a letter and its files, by which its template is recognised."""
    return "\n".join((mail.subject, mail.text, *(" ".join(row) for row in rows)))


def read_letter(mail: Mail, rows: Sequence[Row], template: Template, received: date) -> Letter:
    """Read a letter and its files by a template; a date asked for in a sentence counts where no label names one."""
    reader = _Reader(template.by_label)
    for part in (list(_lines(mail.text)), rows):            # what the letter itself says goes before its files
        for cells in _upright(part, reader.labels):
            reader.row(cells)
        reader.open = ""
    if not reader.found.get("authority_number"):
        reader.line(mail.subject)
    said = {name: words[:_LONGEST.get(name, _SHORT)] for name, words in reader.found.items() if words}
    due = set_date(said["authority_due"], received) if "authority_due" in said else None
    asked = tuple(one for one in dates_asked_for(_without(words_of(mail, rows), said), received) if one != due)
    due = due or next(iter(asked), None)
    if "phone" in said:
        said["phone"] = phone_in(said["phone"]) or said["phone"]
    lacking = tuple(name for name in template.required if name not in said and not (name == "authority_due" and due))
    unread = ("authority_due",) if "authority_due" in said and due is None else ()
    return Letter(
        said, due, tuple(dict.fromkeys((*lacking, *unread))), asked=tuple(one for one in asked if one != due),
        twice={name: tuple(one[:_SHORT] for one in words) for name, words in reader.twice.items()}, among=frozenset(reader.among),
    )


def _without(text: str, said: Mapping[str, str]) -> str:
    """The letter without what the customer says, who may speak of dates too."""
    for name in _LONG & said.keys():
        for line in said[name].split("\n"):
            text = text.replace(line, "") if len(line) > 3 else text        # a shorter one stands anywhere
    return text


def _lines(text: str) -> Iterator[Row]:
    for line in text.splitlines()[:_MOST_ROWS]:
        yield tuple(_CELLS.split(line.lstrip("> ")))


def _upright(rows: Sequence[Row], labels: Mapping[str, str]) -> Iterator[Row]:
    """Turn a table whose labels stand in one row and its words in the next: each label beside its words."""
    pending: Row = ()
    for row in rows:
        cells = [cell for cell in row if cell.strip()]
        if pending:
            turned, pending = [one for pair in zip(pending, row, strict=False) for one in pair], ()
            yield tuple(turned)
            continue
        if len(cells) > 1 and all(folded(cell) in labels for cell in cells):
            pending = row
            continue
        yield row
