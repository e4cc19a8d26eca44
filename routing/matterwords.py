"""What letters say about complaints that came again, came from many, or go on in another; and what a customer is asked (P-6, P-18, C-5)."""

from collections.abc import Sequence
from dataclasses import dataclass

from routing.layout import wrapped
from routing.slip import clean
from routing.wording import Words, notice

__all__ = ["About", "Mass", "Words", "again", "form", "mass", "supplement"]
_MOST_NUMBERS = 30
_COLUMNS = 72


@dataclass(frozen=True, slots=True)
class About:
    """What those above are told of a complaint: never who complains, and not what they said (P-6)."""

    unit: str
    category: str
    received: str
    numbers: Sequence[str]


@dataclass(frozen=True, slots=True)
class Mass:
    """A matter that so many people complain of, and the number of people from which it is reported."""

    name: str
    people: int
    threshold: int
    rule: str


def mass(matter: Mass, about: About) -> Words:
    """Return the report that many people complain of one matter (C-5; law: article 25)."""
    major = "重大投诉" if matter.rule.startswith("law") else "群体投诉"
    lines = [
        f"同一事项已有 {matter.people} 人投诉（{matter.threshold} 人及以上须立即上报），请组织处置，防止事态扩大。", "",
        f"事项：{matter.name}", *_lines(about), "", "需了解详情的，请回复本邮件或联系投诉处理岗。",
    ]
    return notice(about.numbers[-1] if about.numbers else matter.name, f"{major}：{matter.people}人反映同一事项", lines, english=f"{matter.people} people complain of one matter ({matter.name}).")


def again(number: str, times: int, rule: str, about: About) -> Words:
    """Return the report that a customer does not accept the answer and complains again (P-18, C-5)."""
    del rule
    lines = [f"客户就同一事项第 {times} 次再次投诉，对此前的处理结果不予接受，现予上报，请督促重新核实处理。", "", *_lines(about), "", "需了解详情的，请回复本邮件或联系投诉处理岗。"]
    return notice(number, f"再次投诉（第{times}次）", lines, english=f"Complaint {number} was made again ({times}).")


def supplement(number: str, other: str, received: str, text: str) -> Words:
    """Return the words that bring a merged complaint to whoever handles the first (law: article 18); "" where its writer allows no forwarding."""
    said = ["　　" + line for line in clean(text).split("\n") if line.strip()] or ["　　（来信人不允许转发原文，请向投诉处理岗了解）"]
    lines = [f"客户于{received}就本件再次反映（来件 {other}，已并入本件）。请一并核实、一并答复，办理时限不变：", "", *said, "", "投诉内容属保密信息，请勿外传。"]
    return notice(number, "客户补充反映，已并案", lines, english=f"More from the customer of {number} (merged: {other}).")


def _lines(about: About) -> list[str]:
    shown = list(about.numbers)[-_MOST_NUMBERS:]
    more = f"等 {len(about.numbers)} 件" if len(about.numbers) > len(shown) else ""
    return [f"被投诉单位：{about.unit}", f"类别：{about.category}", f"最近受理：{about.received}", f"投诉件：{'、'.join(shown)}{more}"]


def form(bank: str, hotline: str, number: str, received: str) -> Words:
    """Return the short form by which a customer is asked: one word is all it takes, and nothing of the complaint stands in it (P-6, P-12)."""
    lines = [
        "尊敬的客户：", "", f"您于{received}反映的事项（编号 {number}）已办结。您对处理结果是否满意？", "",
        "请直接回复本邮件，在第一行只写下列一个词：", "", "　　满意", "　　基本满意", "　　不满意", "",
        f"如有其他意见，请致电 {hotline}。本邮件不会要求您提供账号、密码或验证码。", "", bank,
        "", f"Your case {number} has been closed. Please reply with one word: satisfied, fair or dissatisfied.",
    ]
    return Words(f"{bank}：您反映的事项（{number}）办理结果满意度回访", "\n".join(wrapped("\n".join(lines), _COLUMNS)) + "\n")
