"""In which form a record is, and the rows it holds."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol
from zoneinfo import ZoneInfo

from adapters.formats.cdr import asterisk, freeswitch, lines, queue_log, vendor
from adapters.formats.cdr.lines import Damaged, Record
from adapters.formats.cdr.rows import FORM, ZONE, Row
from adapters.formats.cdr.sources import QUEUE_LOG
from adapters.formats.exchange_text import clean
from routing.papers import Call

ASTERISK_CSV, ASTERISK_CUSTOM, ASTERISK_JSON = "asterisk-csv", "asterisk-custom", "asterisk-json"
FREESWITCH_CSV, FREESWITCH_JSON = "freeswitch-csv", "freeswitch-json"
AUTO = "auto"
FORMS = (ASTERISK_CSV, ASTERISK_CUSTOM, ASTERISK_JSON, QUEUE_LOG, FREESWITCH_CSV, FREESWITCH_JSON)
KNOWN = (
    "Asterisk cdr_csv (16 to 21 columns), Asterisk cdr_custom (19 columns of the sample, or 13), Asterisk cdr_custom as JSON, Asterisk queue_log,"
    " FreeSWITCH mod_cdr_csv (templates example 15, asterisk 18, snom 20 columns), FreeSWITCH mod_json_cdr"
)
_NAMES = frozenset({*asterisk.CSV, *asterisk.CUSTOM, *asterisk.ALIASES, *freeswitch.SNOM, *freeswitch.LIKE_ASTERISK})
#: With so many names of known columns a row is a heading.
_NAMES_IN_A_HEADING = 5


class UnknownForm(Damaged):
    """Whole, as far as one can see, but in no form we know."""


class Switch(Protocol):
    """What a module for the records of one make of exchange answers."""

    def call_of(self, source: str, rows: Sequence[Row]) -> Call:
        """The Call that distinct rows of one call make."""
        ...

    def ties(self, row: Row) -> frozenset[str]:
        """The ids by which rows of one call find each other."""
        ...

    def alone(self, row: Row) -> bool:
        """Whether the row is sure that it reached nobody."""
        ...

    def call_id(self, row: Row) -> str:
        """The id of the row's own leg."""
        ...

    def check(self, row: Row) -> None:
        """ValueError where the row makes no sense."""
        ...


def switch_of(row: Row) -> Switch:
    """The module that understands this row."""
    form = row.get(FORM, "")
    if form == vendor.FORM_NAME:
        return vendor
    return asterisk if form.startswith("asterisk") else freeswitch


@dataclass(slots=True)
class Sniffer:
    """Reads record after record of one file; remembers its heading and how wide the row before was.

    `form` is "auto", one of FORMS, or one of the two `…-custom`/`…-csv` forms with the bank's own columns behind a colon:
    "asterisk-custom:clid,src,dst,start,answer,end,billsec,disposition,uniqueid,linkedid,recordingfile".
    """

    zone: ZoneInfo
    form: str = AUTO
    _columns: tuple[str, ...] = ()
    _width: int = 0
    _found: str = ""

    def __post_init__(self) -> None:
        self.form, _, columns = self.form.partition(":")
        self._columns = tuple(_name(column) for column in columns.split(",")) if columns else ()
        if self.form not in {AUTO, *FORMS}:
            raise ValueError(f"unknown form of telephone records {self.form!r}; write {AUTO} or one of {', '.join(FORMS)}")
        if self._columns and self.form not in {ASTERISK_CUSTOM, FREESWITCH_CSV}:
            raise ValueError(f"columns may be given for {ASTERISK_CUSTOM} and {FREESWITCH_CSV}, not for {self.form}")
        self._found = self.form

    def rows(self, record: Record) -> list[Row]:
        """The rows of a record, none for a heading; Damaged with reason and cure where it makes no sense."""
        found = list(self._read(record))
        for row in found:
            try:
                switch_of(row).check(row)
            except ValueError as error:
                raise Damaged(f"{row[FORM]}: {error}") from None
        return found

    def _read(self, record: Record) -> Iterator[Row]:
        if self.form == QUEUE_LOG or (self.form == AUTO and queue_log.looks_like(record.content)):
            return self._part(record)
        return self._objects(record) if lines.looks_like_object(record.content) else self._cells(record)

    def _part(self, record: Record) -> Iterator[Row]:
        part = queue_log.row(record.content)
        if part is not None:
            yield self._row(QUEUE_LOG, part)

    def _row(self, form: str, columns: Mapping[str, str]) -> Row:
        if self.form not in {AUTO, form}:
            raise UnknownForm(f"this is {form}, but {self.form} was asked for; set the form to {form} or to {AUTO}")
        return {**columns, FORM: form, ZONE: self.zone.key}

    def _objects(self, record: Record) -> Iterator[Row]:
        for found in lines.objects(record.content):
            if freeswitch.is_object(found):
                yield self._row(FREESWITCH_JSON, freeswitch.flattened(found))
            elif asterisk.is_object(found):
                yield self._row(ASTERISK_JSON, {_name(name): clean(_text(value)) for name, value in found.items()})
            else:
                names = ", ".join(list(found)[:6])
                raise UnknownForm(f"a JSON object with {names}…, which is no telephone record; known are {KNOWN}")

    def _cells(self, record: Record) -> Iterator[Row]:
        cells = lines.cells(record.content)
        if self._is_heading(cells):
            self._columns = tuple(_name(cell) for cell in cells)
            self._found = FREESWITCH_CSV if "hangup_cause" in self._columns else ASTERISK_CUSTOM
            return
        form, columns = self._layout(cells)
        self._width = len(cells)
        yield self._row(form, dict(zip(columns, cells, strict=True)))

    def _is_heading(self, cells: Sequence[str]) -> bool:
        return sum(cell.strip().lower() in _NAMES for cell in cells) >= _NAMES_IN_A_HEADING

    def _layout(self, cells: Sequence[str]) -> tuple[str, tuple[str, ...]]:
        if len(cells) == len(self._columns):
            return self._found, self._columns
        tries: tuple[tuple[str, Callable[[], tuple[str, ...] | None]], ...] = (
            (ASTERISK_CSV, lambda: asterisk.csv_columns(cells)),
            (ASTERISK_CUSTOM, lambda: asterisk.custom_columns(cells)),
            (FREESWITCH_CSV, lambda: freeswitch.csv_columns(cells, self.zone)),
        )
        for form, columns_of in tries:
            columns = columns_of()
            if columns:
                return form, columns
        if len(cells) < self._width:
            raise Damaged(f"the row is cut short, {len(cells)} columns where the row before has {self._width};"
                          " take it from the exchange's backup")
        raise UnknownForm(f"a row of {len(cells)} columns in no known order; known are {KNOWN}")


def _name(written: str) -> str:
    name = written.strip().lower()
    return asterisk.ALIASES.get(name, name)


def _text(value: object) -> str:
    return "" if value is None else value if isinstance(value, str) else str(value)
