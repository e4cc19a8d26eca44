"""The words of an answer under their labels: form, numbered list, table lying or standing, whatever breaks its lines (P-12)."""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest

from routing.headings import COUNTED, ELEMENTS, FIGURES, HANDLED, INLINE, TELEPHONE, label_of
from routing.phrases import date_in, phone_in

PROSE = -1
_WRAPPED = 24               # signs; a longer line is not the rest of a date or telephone number
_BROKEN = re.compile(r"(?<=[\d-])\s*\n\s*(?=[\d-])")
_NEXT_COUNT = re.compile(r"(?:(?<=[\s；;，,。])(?:[（(]?[2-7２-７二三四五六七][)）、.．]{1,2}|[第其][2-7二三四五六七][，,、：: ]?)|[②-⑦⑵-⑺])$")
#: The writer's address below the words, as some mail programs put it there.
_SIGNED = re.compile(r"--|[A-Za-z0-9._+-]{1,64}@[A-Za-z0-9.-]{1,255}")
_CELLS = re.compile(r"\t|[|｜│┃║]|[ \u3000\xa0]{3,}")
_RULE = re.compile(r"[\s|｜:+=\u2500-\u257f-]*(?:-{2,}|={3,}|[─━═]{2,})[\s|｜:+=\u2500-\u257f-]*")     # what parts heading and rows of a table in plain text


def labelled(lines: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Yield (element, words) for each label with the lines under it; 0 for other labels, -1 for words without one."""
    number, words = PROSE, [""]
    for line in _upright(_mended([line for line in lines if not _RULE.fullmatch(line)])):
        before, pieces = _pieces(line)
        if number >= HANDLED and not pieces and _ended(number, words, before):
            yield number, _joined(number, words)                  # date, name and telephone are one line each
            number, words = PROSE, []
        words.append(before)
        for label, value in pieces:
            yield number, _joined(number, words)
            number, words = label, [value]
    yield number, _joined(number, words)


def _joined(number: int, words: Sequence[str]) -> str:
    """The lines of an element; the figures of a broken date or telephone number without the break."""
    value = _unsigned("\n".join(words))
    return _BROKEN.sub("", value) if number in {HANDLED, TELEPHONE} else value


def _unsigned(value: str) -> str:
    """The words without the lines of a signature below them."""
    lines = value.split("\n")
    while len(lines) > 1 and (not (last := lines[-1].strip()) or _SIGNED.fullmatch(last)):
        lines.pop()
    return "\n".join(lines)


def _ended(number: int, words: Sequence[str], line: str) -> bool:
    """Whether a short element is all there; a mail program may have broken a date or a telephone number in two."""
    said = "".join(words).strip()
    if not said or _whole(number, said):
        return bool(said)
    rest = line.strip()
    return bool(rest) and (len(rest) > _WRAPPED or not _whole(number, _joined(number, (said, rest))))


def _whole(number: int, said: str) -> bool:
    if number == HANDLED:
        return bool(date_in(said))
    return number != TELEPHONE or bool(phone_in(said))


def _mended(lines: Sequence[str]) -> list[str]:
    """Return the lines, a label that a mail program broke in two put together again."""
    whole: list[str] = []
    for line in lines:
        if whole and _broken(whole[-1], line):
            whole[-1] += line.lstrip()
        else:
            whole.append(line)
    return whole


def _broken(above: str, below: str) -> bool:
    """Whether a label with its colon begins at the start of one line and ends in the next."""
    above = above.strip()
    if not (2 <= len(above) <= _WRAPPED) or not re.search("[:：]", below[:_WRAPPED]) or label_of(above) is not None:
        return False
    hit = INLINE.match(row[4] + below.strip()) if (row := COUNTED.fullmatch(above)) else None
    return hit is not None and hit.end() > len(row[4]) + 1 if row else False


def _upright(lines: Sequence[str]) -> Iterator[str]:
    """Yield the lines, a table with its labels in a row above the values turned round."""
    for above, below in zip_longest(lines, lines[1:], fillvalue=""):
        yield from _turned(above, below) or (above,)


def _turned(above: str, below: str) -> list[str]:
    """Return "label<tab>value" for each label of a row that is nothing but labels, its values in the row below."""
    heads = [cell.strip() for cell in _CELLS.split(above.strip("|｜ "))]
    if len(heads) < 3 or sum(label_of(head) is not None for head in heads) < len(heads) - 1:
        return []
    values = [cell.strip() for cell in _CELLS.split(below.strip("|｜ "))]
    if len(values) != len(heads) or any(label_of(value) is not None for value in values):
        return []
    return [f"{head}\t{value}" for head, value in zip(heads, values, strict=True) if label_of(head) is not None]


def _pieces(line: str) -> tuple[str, list[tuple[int, str]]]:
    """Cut a line into what belongs to the label above it, and its own labels with their words."""
    cells = [cell.strip() for cell in _CELLS.split(line)]
    labels = [label_of(cell) for cell in cells]
    if any(label is not None for label in labels):
        return _rows(cells, labels)
    hits = list(INLINE.finditer(line))
    if not hits:
        head, _, rest = line.strip().partition(" ")
        label = label_of(head) if rest else None
        return (line, []) if label is None else ("", [(label, rest)])
    ends = [hit.start() for hit in hits[1:]] + [len(line)]
    before = _NEXT_COUNT.sub("", line[:hits[0].start()])
    return "" if _bare_count(before) else before, [
        (label_of(hit[0]) or 0, _trail(line[hit.end():end])) for hit, end in zip(hits, ends, strict=True)
    ]


def _rows(cells: Sequence[str], labels: Sequence[int | None]) -> tuple[str, list[tuple[int, str]]]:
    pieces: list[tuple[int, list[str]]] = [(PROSE, [])]
    for cell, label in zip(cells, labels, strict=True):
        if label is None:
            pieces[-1][1].append(cell)
            continue
        if pieces[-1][1] and _bare_count(pieces[-1][1][-1]):    # "6" in the cell before 经办人
            pieces[-1][1].pop()
        pieces.append((label, []))
    joined = [(label, " ".join(filter(None, value))) for label, value in pieces]
    return joined[0][1], joined[1:]


def _bare_count(text: str) -> bool:
    counted = COUNTED.fullmatch(text.strip())
    return text.strip() in FIGURES or (counted is not None and not counted[4].strip("、.．:："))


def _trail(value: str) -> str:
    """Take the number of the next label off the end of a value ("... 5、")."""
    return _NEXT_COUNT.sub("", value.rstrip()).rstrip("；;，, \u3000")


def counted(text: str) -> Mapping[int, str]:
    """Return the paragraphs of a list from 1 to 7 without labels, where date and telephone stand in their places."""
    order: list[int] = []
    words: dict[int, list[str]] = {}
    for line in text.splitlines():
        row = COUNTED.fullmatch(line)
        sign = row and (row[1] or row[2] or row[3])
        if row and sign:
            order.append(FIGURES[sign])
            words.setdefault(order[-1], []).append(row[4])
        elif order:
            words[order[-1]].append(line)
    whole = {number: "\n".join(lines) for number, lines in words.items()}
    in_place = order == list(ELEMENTS) and date_in(whole[HANDLED]) and phone_in(whole[TELEPHONE])
    return whole if in_place else {}
