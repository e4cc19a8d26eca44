"""The slip as a Word form: written for the unit, and read back when it returns (P-12). No clock, no file."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from html import escape

from adapters.formats.answer_table import SlipAnswer, read_rows
from adapters.formats.docx_words import rows_of
from adapters.formats.slip_form import member
from routing.elements import ELEMENTS
from routing.form import Form, Hole, Stretch
from routing.hollow import Hollow
from routing.slip import Slip, clean, filled

__all__ = ["SlipAnswer", "mistakes_of", "read_slip", "write_slip"]
_BREAK = '</w:t><w:br/><w:t xml:space="preserve">'
_QUICK = 3                  # deflate; the best packing takes as long as all the rest, for a twentieth of the size
Values = Mapping[tuple[str, str], str]


def write_slip(slip: Slip, at: datetime, form: Form) -> bytes:
    """Return the slip as a .docx on this form; `at` (aware) is the time in its properties. The same slip gives the same bytes."""
    values = _values(slip, at)
    known = frozenset(key for key, _ in values)
    raw = io.BytesIO(form.still)
    with zipfile.ZipFile(raw, "a", zipfile.ZIP_DEFLATED, compresslevel=_QUICK) as package:
        for name, stretches in form.moving:
            package.writestr(member(name), "".join(_said(one, values) for one in stretches if not one.only_with or one.only_with & known), compresslevel=_QUICK)
    return raw.getvalue()


def _values(slip: Slip, at: datetime) -> Values:
    """What goes into the holes, as XML."""
    head = "".join(slip.head)
    plain = {"title": slip.title, "number": slip.number, "created": f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}", "head": head, "author": head or "hotline-bridge"}
    values = {(key, "value"): escape(words) for key, words in plain.items()}
    for one in (*slip.fields, *slip.answer):
        if one.key != "number":
            values[one.key, "label"] = escape(one.label)
            values[one.key, "value"] = _BREAK.join(map(escape, clean(one.value).splitlines()))
    return values


def _said(stretch: Stretch, values: Values) -> str:
    return "".join(values.get((one.key, one.part), "") if isinstance(one, Hole) else one for one in stretch.pieces)


def read_slip(content: bytes, hollow: Hollow) -> SlipAnswer:
    """Return what a unit wrote into the form, or into any other Word file; Unreadable where it cannot be opened."""
    return read_rows(rows_of(content), hollow)


def mistakes_of(form: Form, slip: Slip, answer: Mapping[int, str], hollow: Hollow, at: datetime) -> Sequence[str]:
    """Return why a form would not be understood when it returns; a slip of it is written, filled in, and read back (P-12)."""
    mistakes = []
    empty = read_slip(write_slip(slip, at, form), hollow)
    if empty.number != slip.number:
        mistakes.append("the number is not found when the form returns: write {{number}} in a place of its own (P-9.1)")
    if empty.elements:
        mistakes.append(f"the empty form is read as an answer ({', '.join(ELEMENTS[one] for one in empty.elements)}): begin the unit's half by a row “二、调查处理情况” (P-12)")
    back = read_slip(write_slip(filled(slip, answer), at, form), hollow)
    for number, words in answer.items():
        if "".join(back.elements.get(number, "").split()) != "".join(words.split()):
            mistakes.append(f"what stands in {{{{element_{number}}}}} is not read back: it belongs in a cell of its own to the right of its label “{ELEMENTS[number]}” (P-12)")
    return mistakes
