"""What letters on a case's way say: to whoever passes it on, to whoever gets it from them, and on the way back (P-9.3, P-9.7, P-14.1, T-7)."""

from collections.abc import Mapping, Sequence

from routing.elements import ELEMENTS
from routing.entries import Forwarding
from routing.hops import BY_TELEPHONE, CALLED, PUT_THROUGH, Hop
from routing.wording import Words, notice

_SPANS: Mapping[str, str] = {"working-days": "个工作日", "working-hours": "个营业小时", "clock-hours": "小时"}
BACK = " ← "


def asks_onward(name: str, forwarding: Forwarding, mailbox: str) -> str:
    """Return the line above the slip of whoever shall pass it on (P-9.3)."""
    within = f"收到后{forwarding.within}{_SPANS[forwarding.count]}内"
    return (
        f"（请于{within}将本件转{name}办理：回复本邮件写“请转”，由系统转发；或自行转发给该行投诉邮箱并抄送{mailbox}。"
        "办理结果由系统逐级报回。）"
    )


def handed_on(giver: str, says: str) -> str:
    """Return the line above the slip of whoever gets it from another unit."""
    return f"（本件由{giver}转来，办理结果请回复本邮件，系统将逐级报回{'；' + says if says else ''}。）"


def ruled(says: str) -> str:
    """Return the line above the slip of whoever must handle it by a ruling (T-7)."""
    return f"（本件承办单位有争议，经裁定由你单位办理{'：' + says if says else ''}，请遵照执行。）"


def result(number: str, name: str, way: Sequence[str], elements: Mapping[int, str]) -> Words:
    """Return the result on its way back to a unit that passed the case on, or watches it (P-9.7)."""
    lines = [f"{name}：", f"投诉件{number}的承办单位已回复，办理结果逐级报回如下。", f"回复路径：{BACK.join(way)}", "", *_said(elements), "", "本函供知悉，无须回复；有异议的请联系投诉处理岗。"]
    return notice(number, "办理结果", lines, english=f"The result of complaint {number}, on its way back.")


def assisted(number: str, name: str, helper: str, elements: Mapping[int, str], text: str) -> Words:
    """Return the opinion of a unit that assists, to the one that leads (P-14.1, T-3)."""
    said = _said(elements) or [f"　　{line}" for line in text.strip()[:2000].splitlines()]
    lines = [f"{name}：", f"投诉件{number}的协办单位{helper}已反馈意见如下，请主办单位综合后统一答复；协办意见不代替主办单位的回复。", "", *said]
    return notice(number, "协办意见", lines, english=f"What the assisting unit says of complaint {number}.")


def dispute(number: str, name: str, unit: str, text: str) -> Words:
    """Return the question who handles a case that a unit gives back, to the superior service department (T-7)."""
    lines = [
        f"{name}：", f"投诉件{number}转{unit}后，该单位认为不属其办理：", "", *(f"　　{line}" for line in text.strip()[:1000].splitlines()), "",
        "请裁定由哪个单位办理，并回复投诉处理岗；裁定后系统将本件转至该单位，须遵照执行。",
    ]
    return notice(number, "请裁定承办单位", lines, english=f"Complaint {number}: please decide which unit handles it.")


def one_line(hop: Hop, name: str, times: Mapping[str, str]) -> str:
    """Return a hop in a line of the tree: who, in which part, where it stands; `times` are its moments, in words, by state or "due"."""
    by = "（电话）" if hop.channel == BY_TELEPHONE and hop.part != PUT_THROUGH else ""
    said = [f"{CALLED[word]} {when}" for word, when in times.items() if word in CALLED] + ([f"限 {times['due']}"] if "due" in times else [])
    return f"{hop.part} {name}{by}〔{CALLED[hop.state]}〕{'，'.join(said)}（{hop.rule}）"


def _said(elements: Mapping[int, str]) -> list[str]:
    return [f"{place}．{ELEMENTS[place]}：{elements[place]}" for place in ELEMENTS if elements.get(place)]
