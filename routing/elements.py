"""The seven things an answer must contain, found in a form or in plain words (P-12).

A unit may fill in the form, number its paragraphs, paste a table or write a letter; whatever can be read counts, and
empty phrases (已处理, 同上, 无 ...) do not. Several partial answers add up.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence

from routing.phrases import date_in, hollow, name_like, phone_in, ticked
from routing.prose import cues

#: The elements by the numbers P-12 gives them.
ELEMENTS: Mapping[int, str] = {
    1: "投诉事由及调查核实情况",
    2: "对相关责任人处理意见",
    3: "应吸取的教训及整改措施",
    4: "客户对处理结果的满意程度",
    5: "处理时间",
    6: "经办人",
    7: "联系电话",
}
SATISFACTION, HANDLED, HANDLER, TELEPHONE = 4, 5, 6, 7

#: The headings of the form's halves. What stands between them was written by the bank, not by the unit.
FIRST_HALF = "一、投诉受理情况"
SECOND_HALF = "二、调查处理情况"

#: What else people call the elements. Compared without spaces, punctuation, brackets and their contents.
ALIASES: Mapping[int, tuple[str, ...]] = {
    1: ("投诉事由", "投诉事由及调查情况", "投诉事由及核实情况", "投诉事由调查核实情况", "调查核实情况", "调查情况", "核实情况", "核查情况",
        "调查核实", "调查结果", "核实结果", "核查结果", "调查处理情况", "事实经过", "事情经过", "事件经过", "情况说明", "投诉情况",
        "事由及核实情况", "调查核实结果", "基本情况"),
    2: ("对相关责任人的处理意见", "对责任人处理意见", "对责任人的处理意见", "相关责任人处理意见", "责任人处理意见", "责任人处理情况",
        "对相关责任人的处理", "对相关责任人处理", "对责任人的处理", "责任人处理", "责任人处理结果", "责任认定及处理", "责任追究",
        "责任追究情况", "问责情况", "处理意见"),
    3: ("应吸取的教训和整改措施", "应吸取教训及整改措施", "吸取的教训及整改措施", "吸取教训及整改措施", "吸取教训和整改措施", "教训及整改措施",
        "教训和整改措施", "经验教训及整改措施", "整改措施", "应吸取的教训", "吸取教训", "改进措施", "整改情况", "防范措施", "教训与整改"),
    4: ("客户对处理结果满意程度", "客户对处理结果的满意度", "客户对处理结果满意度", "客户满意程度", "客户满意度", "满意程度", "满意度",
        "客户是否满意", "是否满意", "客户意见", "客户态度", "客户反馈", "客户对处理结果是否满意", "客户对处理结果的意见", "客户回访情况"),
    5: ("处理日期", "处理完成时间", "处理完毕时间", "办理时间", "办理日期", "办结时间", "办结日期", "处置时间", "完成时间", "处理完成日期"),
    6: ("经办人员", "经办人姓名", "经办", "承办人", "处理人", "处理人员", "办理人", "办理人员", "经办人签字", "经办人签名", "经手人", "联系人",
        "经办人及联系电话", "经办人及电话", "经办人联系电话及姓名", "经办人和联系电话", "联系人及电话", "联系人及联系电话"),
    7: ("经办人电话", "经办人联系电话", "经办人联系方式", "联系方式", "电话", "办公电话", "联系人电话", "经办电话", "经办人手机", "联络电话",
        "tel", "电话号码", "联系电话号码", "手机"),
}
#: Other lines of the form: they end an element without being one.
_OTHERS = ("单位负责人", "负责人", "单位负责人盖章", "单位负责人签字", "单位盖章", "盖章", "回复日期", "回复时间", "编号", "单号", "备注", "附件",
           "抄送", "审核人", "复核人", "客户联系电话", "客户姓名", "客户电话", "被投诉单位", "投诉内容", "受理时间", "客户诉求", "回复要求")

_LONGEST = 200_000              # characters read of one answer; forms have two pages
_LONGEST_LABEL = 60
_SHORTEST_QUOTED = 4            # signs of a line that is told to be somebody else's; shorter ones stand anywhere
_PROSE = -1
_QUOTES = re.compile(r"^[^\S\r\n]*(?:[>＞][^\S\r\n]?)+", re.MULTILINE)
#: Both headings only at the start of a line: the customer's own words are indented, whatever they say.
_OURS = re.compile(r"^[ \t]*一、\s*投诉受理情况.*?(?:^[ \t]*二、\s*调查处理情况|\Z)", re.DOTALL | re.MULTILINE)
#: What our own request for the rest says (routing.wording.incomplete); quoted below an answer it is nobody's answer.
_REQUEST = re.compile(
    r"^[ \t\u3000]*已收到：[ \t\u3000]*\n[ \t\u3000]*(?:\n[ \t\u3000]*)?√.{0,4000}?可直接复制以下各行[^\n]*\n"
    r"|^[ \t\u3000]*可直接复制以下各行[^\n]*\n"
    r"|^[ \t\u3000]*Your answer to [0-9-]{10,30}\s+lacks\b.{0,300}?(?=\n[ \t\u3000]*\n|\Z)"
    r"|^[^\n]{0,10}本邮件由投诉处理系统自动发出[^\n]*(?:\n[^\n]{0,30}送达投诉处理岗[^\n]*)?", re.DOTALL | re.MULTILINE,
)
_BRACKETED = re.compile(r"[（(【\[][^（()）【】\[\]\r\n]{0,40}[)）】\]]")
_BETWEEN = re.compile(r"[\s:：>＞|｜]+")      # what quoting, breaking and pasting into cells changes
_NOT_LABEL = re.compile(r"[\s*_#＊·:：;；,，。.、/／\"“”'‘’【】\[\]()（）]+")
_FIGURES = {sign: place % 7 + 1 for place, sign in enumerate("1234567１２３４５６７一二三四五六七①②③④⑤⑥⑦⑴⑵⑶⑷⑸⑹⑺")}
_COUNTED = re.compile(
    r"[^\S\r\n]*(?:[*•●▪◆·×√✓-]+\s+)?(?:[（(]\s*([1-7１-７一二三四五六七])\s*[)）][.．、]?|([①-⑦⑴-⑺])[.．、]?"
    r"|第?([1-7１-７一二三四五六七])\s*(?:[、，)）:：]|[.．](?!\d)))?[^\S\r\n]*(.*)", re.DOTALL,
)
_NEXT_COUNT = re.compile(r"(?:(?<=[\s；;，,。])[（(]?[2-7２-７二三四五六七][)）、.．]{1,2}|[②-⑦⑵-⑺])$")
_CELLS = re.compile(r"\t|[|｜]|[ \u3000\xa0]{3,}")


def _plain(label: str) -> str:
    return _NOT_LABEL.sub("", _BRACKETED.sub("", label)).casefold()


_LABELS: Mapping[str, int] = {
    **{_plain(word): 0 for word in _OTHERS},
    **{_plain(word): number for number, words in ALIASES.items() for word in words},
    **{name: number for number, name in ELEMENTS.items()},
}
_SPELLED = "|".join(r"[ \u3000]?".join(word) for word in sorted(_LABELS, key=len, reverse=True))
#: A label in the middle of a line: after a gap or a stop, with a colon behind it.
_INLINE = re.compile(
    rf"(?<![^\s；;，,。、)）.．①-⑦⑴-⑺【\[*])(?:{_SPELLED})[\s】\]*]{{0,3}}(?:[（(][^（()）\r\n]{{0,40}}[)）])?\s{{0,3}}[:：]", re.IGNORECASE,
)


def label_of(text: str) -> int | None:
    """Return the element a cell or heading names, 0 for another line of the form, None where it is no label."""
    if len(text) > _LONGEST_LABEL:
        return None
    counted = _COUNTED.fullmatch(text.strip())
    return _LABELS.get(_plain(counted[4] if counted else text).lstrip("1234567"))


def _speaks(value: str) -> bool:
    return not hollow(value)


_SOUND: Mapping[int, Callable[[str], object]] = {
    **dict.fromkeys((1, 2, 3, SATISFACTION), _speaks), HANDLED: date_in, HANDLER: name_like, TELEPHONE: phone_in,
}


def sound(number: int, value: str) -> str:
    """Return what an element says, or "" where it does not count: empty phrase, no date, no telephone number (P-12)."""
    value = value.strip(" \t\r\n\u3000\xa0:：|｜")
    if number == SATISFACTION:
        value = ticked(value).strip()
    return value if _speaks(value) and _SOUND[number](value) else ""


def found(text: str) -> Mapping[int, str]:
    """Return the elements that an answer contains, by number, each with its words (P-12).

    Reads the form's own labels, other common ones, numbered lists, pasted tables and, where neither label nor list
    speaks of an element, the sentences of a letter. What the bank itself wrote - its half of the form, its request for
    the rest - is left out.
    """
    text = _REQUEST.sub("\n", _OURS.sub("\n", _QUOTES.sub("", text[:_LONGEST])))
    labelled = list(_labelled(text.splitlines()))
    counts = _counted(text) if all(number <= 0 for number, _ in labelled) else {}
    answer: dict[int, str] = {}
    for number, value in (*labelled, *counts.items()):
        if number > 0 and value.strip() and not answer.get(number):
            answer[number] = sound(number, value)
    _telephone_beside_handler(answer)
    for number, value in cues("\n".join(value for number, value in labelled if number)):
        answer.setdefault(number, sound(number, value))     # 无 beside a label outweighs what prose seems to say
    return {number: answer[number] for number in ELEMENTS if answer.get(number)}


def without_words_of(text: str, others: str) -> str:
    """Return a text without the lines that stand in what others wrote, however quoted, indented or broken.

    A unit that answers above the quoted slip hangs the bank's and the customer's words below, not always with a mark;
    whatever these say, they are no answer. Bare labels stay: what the unit wrote below them is its own.
    """
    known, before, kept = _squeezed(others), "", []
    for line in text[:_LONGEST].splitlines(keepends=True):
        if not _stands_in(line, before, known):
            kept.append(line)
        before = _squeezed(line) or before
    return "".join(kept)


def _stands_in(line: str, before: str, known: str) -> bool:
    """Whether a line is somebody else's; a short one (17 of a broken telephone number) only behind the line before it."""
    squeezed = _squeezed(line)
    if len(squeezed) < _SHORTEST_QUOTED:
        return bool(squeezed and before) and before + squeezed in known
    return squeezed in known and label_of(_QUOTES.sub("", line).strip().rstrip(":： ")) is None


def _squeezed(text: str) -> str:
    return _BETWEEN.sub("", text)


def _telephone_beside_handler(answer: dict[int, str]) -> None:
    number = phone_in(answer.get(HANDLER, ""))
    if number and not answer.get(TELEPHONE):
        answer[TELEPHONE] = number


def _labelled(lines: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Yield (element, words) for each label with the lines under it; 0 for other labels, -1 for words without one."""
    number, words = _PROSE, [""]
    for line in lines:
        before, pieces = _pieces(line)
        words.append(before)
        for label, value in pieces:
            yield number, "\n".join(words)
            number, words = label, [value]
        if number >= HANDLED and any(part.strip() for part in words):
            yield number, "\n".join(words)                   # date, name and telephone are one line each
            number, words = _PROSE, [""]
    yield number, "\n".join(words)


def _pieces(line: str) -> tuple[str, list[tuple[int, str]]]:
    """Cut a line into what belongs to the label above it, and its own labels with their words."""
    cells = [cell.strip() for cell in _CELLS.split(line)]
    labels = [label_of(cell) for cell in cells]
    if any(label is not None for label in labels):
        return _rows(cells, labels)
    hits = list(_INLINE.finditer(line))
    if not hits:
        head, _, rest = line.strip().partition(" ")
        label = label_of(head) if rest else None
        return (line, []) if label is None else ("", [(label, rest)])
    ends = [hit.start() for hit in hits[1:]] + [len(line)]
    before = line[:hits[0].start()]
    return "" if _bare_count(before) else before, [
        (label_of(hit[0]) or 0, _trail(line[hit.end():end])) for hit, end in zip(hits, ends, strict=True)
    ]


def _rows(cells: Sequence[str], labels: Sequence[int | None]) -> tuple[str, list[tuple[int, str]]]:
    pieces: list[tuple[int, list[str]]] = [(_PROSE, [])]
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
    counted = _COUNTED.fullmatch(text.strip())
    return text.strip() in _FIGURES or (counted is not None and not counted[4].strip("、.．:："))


def _trail(value: str) -> str:
    """Take the number of the next label off the end of a value ("... 5、")."""
    return _NEXT_COUNT.sub("", value.rstrip()).rstrip("；;，, \u3000")


def _counted(text: str) -> Mapping[int, str]:
    """Return the paragraphs of a list from 1 to 7 without labels, where date and telephone stand in their places."""
    order: list[int] = []
    words: dict[int, list[str]] = {}
    for line in text.splitlines():
        counted = _COUNTED.fullmatch(line)
        sign = counted and (counted[1] or counted[2] or counted[3])
        if counted and sign:
            order.append(_FIGURES[sign])
            words.setdefault(order[-1], []).append(counted[4])
        elif order:
            words[order[-1]].append(line)
    whole = {number: "\n".join(lines) for number, lines in words.items()}
    in_place = order == list(ELEMENTS) and date_in(whole[HANDLED]) and phone_in(whole[TELEPHONE])
    return whole if in_place else {}


def missing(answer: Mapping[int, str], *, anonymous: bool = False, required: Sequence[int] = tuple(ELEMENTS)) -> tuple[int, ...]:
    """Return the required elements an answer lacks (P-12); nobody can ask an anonymous customer (P-14.4)."""
    return tuple(
        number for number in required if not answer.get(number) and not (anonymous and number == SATISFACTION)
    )


def merged(first: Mapping[int, str], later: Mapping[int, str]) -> Mapping[int, str]:
    """Add up two partial answers: of each element the later words, where there are any."""
    both = {**first, **{number: value for number, value in later.items() if value}}
    return {number: both[number] for number in sorted(both) if both[number]}
