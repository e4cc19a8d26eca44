"""What letters on a case's way say: to whoever passes it on, to whoever gets it from them, and on the way back (P-9.3, P-9.7, P-14.1, T-7)."""

from collections.abc import Mapping, Sequence

from routing.entries import Forwarding
from routing.hops import BY_TELEPHONE, CALLED, PUT_THROUGH, Hop
from routing.stationery import Templates, Words
from routing.wording import lines_of, said

_SPANS: Mapping[str, str] = {"working-days": "个工作日", "working-hours": "个营业小时", "clock-hours": "小时"}
BACK = " ← "
_MOST_OPINION, _MOST_DISPUTE = 2_000, 1_000       # characters of a unit's own words


def asks_onward(sheets: Templates, name: str, forwarding: Forwarding, mailbox: str) -> str:
    """Return the line above the slip of whoever shall pass it on (P-9.3)."""
    return sheets.line("onward", {"unit_name": name, "within": str(forwarding.within), "span": _SPANS[forwarding.count], "mailbox": mailbox})


def handed_on(sheets: Templates, giver: str, says: str) -> str:
    """Return the line above the slip of whoever gets it from another unit."""
    return sheets.line("handed_on", {"giver": giver, "says": says})


def ruled(sheets: Templates, says: str) -> str:
    """Return the line above the slip of whoever must handle it by a ruling (T-7)."""
    return sheets.line("ruled", {"says": says})


def to_second(sheets: Templates, failed: str) -> str:
    """Return the line above the slip of a second contact, the first not reached (P-20)."""
    return sheets.line("second", {"failed": failed})


def result(sheets: Templates, number: str, name: str, way: Sequence[str], elements: Mapping[int, str]) -> Words:
    """Return the result on its way back to a unit that passed the case on, or watches it (P-9.7)."""
    return sheets.words("result", {"number": number, "unit_name": name, "way": BACK.join(way), "elements": said(elements)})


def assisted(sheets: Templates, number: str, name: str, helper: str, answer: tuple[Mapping[int, str], str]) -> Words:
    """Return the opinion of a unit that assists, to the one that leads (P-14.1, T-3); `answer` is its elements, and its words where it has none."""
    elements, text = said(answer[0]), answer[1]
    return sheets.words("assisted", {"number": number, "unit_name": name, "helper": helper, "elements": elements, "text": [] if elements else lines_of(text, _MOST_OPINION)})


def dispute(sheets: Templates, number: str, name: str, unit: str, text: str) -> Words:
    """Return the question who handles a case that a unit gives back, to the superior service department (T-7)."""
    return sheets.words("dispute", {"number": number, "unit_name": name, "unit": unit, "text": lines_of(text, _MOST_DISPUTE)})


def one_line(hop: Hop, name: str, times: Mapping[str, str]) -> str:
    """Return a hop in a line of the tree: who, in which part, where it stands; `times` are its moments, in words, by state or "due"."""
    by = "（电话）" if hop.channel == BY_TELEPHONE and hop.part != PUT_THROUGH else ""
    said = [f"{CALLED[word]} {when}" for word, when in times.items() if word in CALLED] + ([f"限 {times['due']}"] if "due" in times else [])
    return f"{hop.part} {name}{by}〔{CALLED[hop.state]}〕{'，'.join(said)}（{hop.rule}）"
