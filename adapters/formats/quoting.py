"""The new words of an answer, apart from the older mail below them.

Two kinds of history are told apart. *Hard* marks (separator lines, header blocks, attributions without `>` below) begin
a history that runs to the end. Lines with `>` are *soft*: whoever writes them may answer between or below them. So where
unquoted new words follow a `>` block, that block stays with the new part (an answer is never cut away) and the history
begins after the last new words; where none follow, it begins at the attribution above the first `>`.
"""

import re
from collections.abc import Sequence
from itertools import pairwise

from adapters.formats import quote_marks as marks

MAX_LINES = 20_000          # looked at; nobody writes more above the history
MAX_LINE = 1_000            # characters of one line looked at
BLOCK_LINES = 14            # within which the labels of one header block stand; long Cc lists wrap
WRAPPED_AT = 66             # columns from which on a quoted line may have been torn by its sender's program
LINE = re.compile(r"[^\n]*\n|[^\n]+")


def split_history(text: str) -> tuple[str, str]:
    """The new words and the older mail below them; joined they are `text` again, sign by sign.

    Where no mark is found the history is empty. The marks are those of `quote_marks`.
    """
    whole = LINE.findall(text)
    lines = [line[:MAX_LINE].rstrip() for line in whole[:MAX_LINES]]
    hard, soft = _first_marks(lines)
    cut = hard if soft is None else _below_new_words(lines, soft, hard)
    if cut >= len(lines):
        return text, ""
    place = sum(map(len, whole[:cut]))
    return text[:place], text[place:]


def without_quotes(text: str) -> str:
    """`text` without the lines marked `>`; for looking up elements in an answer written between the lines."""
    return "".join(line for line in LINE.findall(text) if not marks.QUOTED.match(line))


def without_footer(text: str) -> str:
    """`text` without confidentiality notices and 发自我的iPhone, for display and elements only; the mail keeps them."""
    paragraphs = re.split(r"(\n[ \t\r]*\n)", text)
    kept = [part for part in paragraphs if not _is_notice(part)]
    lines = [line for line in "".join(kept).split("\n") if not marks.DEVICE.fullmatch(line.strip())]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).rstrip()


def _is_notice(paragraph: str) -> bool:
    body = "\n".join(line for line in paragraph.split("\n") if not marks.RULE_LINE.fullmatch(line))
    return bool(marks.CONFIDENTIAL.match(body) and marks.CONFIDENTIAL_WORDS.search(body))


def _first_marks(lines: Sequence[str]) -> tuple[int, int | None]:
    """Where the first hard history begins (the number of lines where none does), and the first soft one above it."""
    soft: int | None = None
    for at, line in enumerate(lines):
        if marks.QUOTED.match(line):
            soft = _attribution_above(lines, at) if soft is None else soft
        elif (start := _hard_mark(lines, at)) is not None:
            return (start, soft if soft is None or soft < start else None)
    return len(lines), soft


def _hard_mark(lines: Sequence[str], at: int) -> int | None:
    """The line on which the history begins that is recognised at line `at`; None where this line is no mark."""
    line = lines[at]
    if not line:
        return None
    if _separator(lines, at):
        return None if _quoted_below(lines, at) else at         # iNotes answers between the lines it marks with >
    if _label(line) == "from" and _is_header_block(lines, at):
        return _top_of_block(lines, at)
    if marks.DATE_LINE.fullmatch(line) and _is_old_notes_block(lines, at):
        return _top_of_old_notes_block(lines, at)
    if marks.SAID_AT_END.fullmatch(line) and not _quoted_below(lines, at):
        start = _attribution(lines, at)
        return start if start is None else _with_rule_above(lines, start)
    return None


def _separator(lines: Sequence[str], at: int) -> bool:
    """Whether a separator stands on line `at`, or begins there and was wrapped onto the next one."""
    line = lines[at]
    if marks.ANNOUNCED.fullmatch(line):
        return True
    if not marks.DASHED.match(line):            # most lines; the pattern of all separators is dear
        return False
    if line[-1] in marks.DASH_SIGNS:
        return marks.SEPARATOR.fullmatch(line) is not None
    below = lines[at + 1] if at + 1 < len(lines) else ""
    return bool(below.endswith("--") and marks.OPENING.fullmatch(line) and marks.SEPARATOR.fullmatch(f"{line} {below.lstrip()}"))


def _label(line: str) -> str:
    """What the label a line begins with names ("from", "to", ...), "" where it begins with none."""
    match = marks.LABELLED.match(line)
    if match is None:
        return ""
    return marks.LABEL_OF.get(re.sub(marks.SPACE, "", match[1]).lower(), "")


def _is_header_block(lines: Sequence[str], at: int) -> bool:
    """Whether the sender's label stands among two others of date, recipient and subject; one alone is an answer's own.

    A customer who tells a text message writes 内容： below its sender and hour; a branch that heads its answer like a
    memorandum writes no mailbox into it, and nothing above it.
    """
    block = lines[max(0, at - 3):at + BLOCK_LINES]
    labels = [_label(line) for line in block]
    if len({"sent", "to", "subject"} & set(labels)) < 2 or _tells_a_message(labels):
        return False
    top = _top_of_block(lines, at)
    return any(lines[:top]) or not _label(lines[top]) or any(map(marks.MAILBOX.search, block))


def _tells_a_message(labels: Sequence[str]) -> bool:
    """Whether 内容： stands right below another label."""
    return any(above and below == "content" for above, below in pairwise(labels))


def _is_old_notes_block(lines: Sequence[str], at: int) -> bool:
    """Whether To and Subject stand below a line that is only a date: the head of a memo in Notes 5 to 7."""
    below = (marks.UNLABELLED.match(line) for line in lines[at + 1:at + BLOCK_LINES])
    found = {match[1].lower() for match in below if match}
    return bool(found & {"to", "收件人"} and found & {"subject", "主题", "主題", "主旨"})


def _top_of_old_notes_block(lines: Sequence[str], at: int) -> int:
    """The sender's name stands on the lines right above the date, with Sent by: between, if anything."""
    for _ in range(BLOCK_LINES):
        if not (at and (marks.MAILBOX.search(lines[at - 1]) or _label(lines[at - 1]))):
            break
        at -= 1
    return _with_rule_above(lines, at)


def _top_of_block(lines: Sequence[str], at: int) -> int:
    for _ in range(BLOCK_LINES):
        if not (at and _label(lines[at - 1])):
            break
        at -= 1
    return _with_rule_above(lines, at)


def _with_rule_above(lines: Sequence[str], at: int) -> int:
    """A separator's words without dashes, and the line of dashes above them or above a mark, belong to it.

    Blank lines between do not part them.
    """
    for belongs in (marks.BARE, marks.RULE_LINE):
        above = at
        while above and at - above < 3 and not lines[above - 1]:
            above -= 1
        at = above - 1 if above and belongs.fullmatch(lines[above - 1]) else at
    return at


def _quoted_below(lines: Sequence[str], at: int) -> bool:
    following = next((line for line in lines[at + 1:at + 4] if line), "")
    return bool(marks.QUOTED.match(following))


def _attribution(lines: Sequence[str], last: int) -> int | None:
    """Where the attribution that ends on line `last` begins; long ones wrap over up to three lines."""
    for pattern in (marks.DATED, marks.ADDRESSED):
        for first in range(last, max(-1, last - 3), -1):
            if not lines[first] or marks.QUOTED.match(lines[first]):
                break
            whole = " ".join(lines[first:last + 1])
            if pattern.match(whole) and not marks.TOLD.fullmatch(whole):
                return _with_name_above(lines, first)
    return None


def _with_name_above(lines: Sequence[str], first: int) -> int:
    """A long name stands alone above the address in angles where both did not fit on one line."""
    alone = first and lines[first].lstrip().startswith("<") and lines[first - 1] and (first == 1 or not lines[first - 2])
    return first - 1 if alone and not marks.QUOTED.match(lines[first - 1]) else first


def _attribution_above(lines: Sequence[str], quote: int) -> int:
    """The first line of what belongs to the `>` line at `quote`: the attribution above it, or itself."""
    last = quote - 1
    while last >= 0 and quote - last < 3 and not lines[last]:
        last -= 1
    if last < 0 or not lines[last]:
        return quote
    found = _attribution(lines, last) if marks.SAID_AT_END.fullmatch(lines[last]) else None
    if found is None:
        above = marks.ABOVE_QUOTE.fullmatch(lines[last]) or _separator(lines, last)
        found = last if above else quote
    return found


def _below_new_words(lines: Sequence[str], soft: int, end: int) -> int:
    """The cut in a mail with `>` lines from `soft` on and a hard history at `end`: below the last new words."""
    last_new = None
    at = soft
    quotes = _first_lines_of_quotes(lines, soft, end)
    while at < end and not marks.NO_ANSWER_BELOW.fullmatch(lines[at]):
        if at in quotes:
            at = quotes[at]
        elif _is_new(lines, at):
            last_new = at
        at += 1
    if last_new is None:
        return soft
    return next((start for start in quotes if start > last_new), end)


def _first_lines_of_quotes(lines: Sequence[str], soft: int, end: int) -> dict[int, int]:
    """Each run of `>` lines by its first line (its attribution, where it has one), with its last line."""
    runs: dict[int, int] = {}
    first: int | None = None
    for at in range(soft, end):
        if marks.QUOTED.match(lines[at]):
            first = max(soft, _attribution_above(lines, at)) if first is None else first
            runs[first] = at
        else:
            first = None
    return runs


def _is_new(lines: Sequence[str], at: int) -> bool:
    """Whether an unquoted line says something: not blank, no footer, not the torn-off end of a quoted line."""
    line = lines[at]
    if not line or marks.DEVICE.fullmatch(line) or marks.CONFIDENTIAL.match(line):
        return False
    above, below = (lines[at - 1] if at else ""), (lines[at + 1] if at + 1 < len(lines) else "")
    torn = marks.QUOTED.match(above) and marks.QUOTED.match(below) and len(line) < _width(above) >= WRAPPED_AT
    return not torn


def _width(line: str) -> int:
    """Columns a line takes; Han take two."""
    return sum(1 + (sign >= "\u2e80") for sign in line)
