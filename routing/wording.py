"""What the letters say: in Chinese, with a short English line; never the customer's name or words in a subject (P-6)."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo

from routing.elements import ELEMENTS
from routing.layout import padded, wrapped
from routing.slip import Slip, clean, slip_text

_COLUMNS = 72
_NO_BOX = str.maketrans("〔〕", "（）")      # what is between these marks is cut out where the letter is quoted (routing.elements)
_BRIEF = 40                 # signs of an answer that are said back
#: What the desk does with a case that waits there, by the word of its state.
_DESK_ASKS: Mapping[str, str] = {
    "已受理": "未能自动分类，请人工分派", "待分派": "请确定被投诉单位后转办", "待复核": "请复核岗复听签字，签字前不得转办",
    "已转办": "请联系承办单位，核对其是否收到转办单", "已回复": "请核对后办结",
}
_RULE = re.compile(r"（(?:[PDTC]-[0-9.]+|law:[0-9]+)）")       # our own ids mean nothing to a unit
_SIGNATURE = "——本邮件由投诉处理系统自动发出，直接回复即可送达投诉处理岗。"


@dataclass(frozen=True, slots=True)
class Words:
    """The subject and the text of one letter."""

    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class Due:
    """One open case in a reminder: its number, what the form is called, its limit, and whole days beyond it (or 0).

    `past` is the time gone since the limit, None before it; `unit` is who must answer, "" where the reader is; `waits`
    says what a case at the desk waits for.
    """

    number: str
    title: str
    due: datetime
    days_overdue: int = 0
    last_day: datetime | None = None
    past: timedelta | None = None
    unit: str = ""
    waits: str = ""

    @property
    def overdue(self) -> bool:
        """Whether the limit has gone by, be it by minutes (C-3)."""
        return self.days_overdue > 0 or self.past is not None

    @property
    def standing(self) -> str:
        """How late it is, in the words of the letter."""
        if self.days_overdue:
            return f"已逾期{self.days_overdue}天"
        if self.past is None:
            return "未逾期"
        return f"已逾期{self.past // timedelta(hours=1)}小时" if self.past >= timedelta(hours=1) else "已到期"


def cover(slip: Slip, unit_name: str, due: datetime | None, zone: tzinfo, now: datetime | None = None, *, assists: bool = False) -> Words:
    """Return the words that carry a slip to a unit (P-9.2); `now` tells whether the limit has gone by already.

    `assists`: the unit is 协办, and another one leads (P-14.1, T-3).
    """
    late = due is not None and now is not None and now >= due
    limit = "时限已过，请立即回复" if late else f"请于{_short(due, zone)}前回复" if due else "请尽快回复"
    by = f"at once: it was due {due.astimezone(zone):%Y-%m-%d %H:%M}" if late and due else _by(due, zone)
    english = f"Complaint slip {slip.number}. Please answer {by}. Keep the number in the subject."
    opening = f"{unit_name}：\n现将投诉件{slip.number}转你单位{'协办' if assists else '办理'}，{limit}。投诉内容属保密信息，请勿外传。"
    return _words(f"【{slip.title}】{slip.number} {unit_name} {limit}", opening, english, "", slip_text(slip), wrap=False)


def copied(slip: Slip, unit_name: str, why: str) -> Words:
    """Return the words that carry a copy of a slip to somebody who is told and need not answer (P-14.2, P-16, C-7)."""
    opening = _RULE.sub("", (
        f"{unit_name}：\n现将投诉件{slip.number}抄送你单位：{why}。\n本件由承办单位办理并回复，你单位按职责关注、处置，无须填写本单。"
        "投诉内容属保密信息，请勿外传。"
    ))
    english = f"A copy of complaint slip {slip.number}, for your information."
    return _words(f"【{slip.title}】{slip.number} 抄送{unit_name}", opening, english, "", slip_text(slip), wrap=False)


@dataclass(frozen=True, slots=True)
class Asks:
    """What an answer holds so far and lacks; why words in an element's place do not count, and why a file could not be read (P-12)."""

    there: Mapping[int, str]
    lacking: Sequence[int]
    refused: Mapping[int, str] = field(default_factory=dict)
    trouble: str = ""


def incomplete(number: str, asks: Asks, *, due: datetime | None, zone: tzinfo) -> Words:
    """Return the request for what an answer lacks, with what is there in its own words (P-12)."""
    answer, lacking, trouble = asks.there, asks.lacking, asks.trouble
    there = [f"　√ {place}．{name}：{_brief(answer[place])}" for place, name in ELEMENTS.items() if answer.get(place)]
    gaps = [f"　× {place}．{ELEMENTS[place]}" + (f"〔不计：{asks.refused[place].translate(_NO_BOX)}〕" if place in asks.refused else "") for place in lacking]
    limit = f"请于{_short(due, zone)}前" if due else "请尽快"
    lines = [
        f"投诉件{number}的回复已收到，但尚缺{len(lacking)}项，暂不能视为完整回复。{limit}回复本邮件补齐下列各项，已填写的不必重复。",
        *([f"附件未能读取：{trouble}"] if trouble else []), "", "尚缺：", *gaps,
        *(["", "已收到："] if there else []), *there, "",
        "可直接复制以下各行，在冒号后填写：", *(f"{place}．{ELEMENTS[place]}：" for place in lacking),
    ]
    english = f"Your answer to {number} lacks {len(lacking)} item(s): {', '.join(map(str, lacking))}. Please reply with them {_by(due, zone)}."
    return _words(f"【请补充】{number} 回复缺{len(lacking)}项", "\n".join(lines), english)


def reminder(unit_name: str, cases: Sequence[Due], *, rung: str, zone: tzinfo, copied: Sequence[str] = ()) -> Words:
    """Return one reminder for all the open cases of a mailbox, the most overdue first (P-11, P-21, pain 13).

    `rung` is what the step of the ladder is called (提醒, 催办, 督办); `copied` names who else gets it.
    """
    late = sum(1 for case in cases if case.overdue)
    rows = [padded("编号", 26) + padded("办理时限", 20) + "状态", "-" * 60]
    for case in sorted(cases, key=lambda one: (-one.days_overdue, one.due, one.number)):
        last = f"，最迟{_short(case.last_day, zone)}" if case.last_day and case.last_day > case.due else ""
        waits = f"{case.waits}，" if case.waits else ""
        rows.append(padded(case.number, 26) + padded(f"{case.due.astimezone(zone):%Y-%m-%d %H:%M}", 20) + waits + case.standing + last)
        rows += [f"　　承办单位：{case.unit}"] if case.unit else []
    of_them = f"，其中已逾期{late}件" if late else ""
    others = any(case.unit for case in cases)
    lines = [f"{unit_name}：", *_reminding(cases, of_them), "", *rows, "", *_closing(cases, others=others),
             *([f"抄送：{'、'.join(copied)}"] if copied else [])]
    english = f"{len(cases)} complaint(s) wait{'' if late else ', none overdue'}{f', {late} of them overdue' if late else ''}."
    what = f"{cases[0].number} " if len(cases) == 1 else f"{len(cases)}件"
    asks = "投诉待处理" if all(case.waits for case in cases) else "投诉待回复"
    return _words(f"【{rung}】{what}{asks}{f'，逾期{late}件' if late else ''}", "\n".join(lines), english, wrap=False)


def _reminding(cases: Sequence[Due], of_them: str) -> list[str]:
    """The first sentence: a unit answers, those above it see that it does, the desk decides."""
    if any(case.waits for case in cases):
        return [f"以下{len(cases)}件投诉尚未办结{of_them}，请处理："]
    if all(case.unit for case in cases):
        return [f"以下{len(cases)}件投诉，承办单位尚未完整回复{of_them}，请督促其限期办理、逐件回复："]
    return [f"以下{len(cases)}件投诉尚未收到完整回复{of_them}，请抓紧办理并逐件回复："]


def _closing(cases: Sequence[Due], *, others: bool) -> list[str]:
    """The last sentences: for the desk, what each state asks for."""
    if any(case.waits for case in cases):
        waits = {case.waits for case in cases}
        return [f"{state}的，{asks}。" for state, asks in _DESK_ASKS.items() if state in waits]
    mixed = others and not all(case.unit for case in cases)
    lines = ["列明承办单位的，请督促该单位限期回复。"] if mixed else []
    return [*lines, "不能按期办结的，承办单位须逐件回复说明原因，并向客户作出解释。"]


def bounce(number: str, recipient: str, said: str, *, next_step: str) -> Words:
    """Return the alarm to the desk that a letter did not reach a mailbox; the clock of the case runs on (pain 15)."""
    text = (
        f"投诉件{number}的邮件未能送达{recipient}。\n对方服务器答复：{clean(said)[:500]}\n{next_step}\n"
        "该件的办理时限照常计算。请核对邮箱地址，必要时电话通知该单位。"
    )
    return _words(f"【退信告警】{number} 未送达{recipient}", text, f"The letter of {number} to {recipient} was not delivered.")


def notice(number: str, about: str, lines: Sequence[str], *, english: str = "") -> Words:
    """Return a plain notice about a case: `about` a few words for the subject, `lines` the whole of it."""
    return _words(f"【投诉通知】{number} {about}", _RULE.sub("", "\n".join(lines)), english or f"Notice about complaint {number}.")


@dataclass(frozen=True, slots=True)
class Card:
    """A paper that could not be read: its number, where and when it came, why, and what to do."""

    number: str
    source: str
    taken: str
    trouble: str
    remedy: str


def set_aside(cards: Sequence[Card], count: int) -> Words:
    """Return the letter to the desk about papers that could not be read, each with its card (pain 24)."""
    lines = [f"有 {count} 件来件无法自动处理，已原样保存在隔离区，需要人工处理：", ""]
    for card in cards:
        lines += [f"{card.number}　{card.taken}　来源 {card.source}", f"　原因：{card.trouble}", f"　处理：{card.remedy}", ""]
    if count > len(cards):
        lines += [f"其余 {count - len(cards)} 件请用 hotline-bridge quarantine list 查看。", ""]
    lines += [
        "查看：hotline-bridge quarantine show 编号；重新读取：quarantine retry 编号；登记为投诉：quarantine register 编号；",
        "已另行处理的：quarantine settle 编号 --says 处理情况。",
    ]
    return _words(f"【投诉通知】{count} 件来件待人工处理", _RULE.sub("", "\n".join(lines)), f"{count} paper(s) could not be read and wait for a person.")


def _words(subject: str, text: str, english: str, *more: str, wrap: bool = True) -> Words:
    lines = wrapped(clean(text), _COLUMNS) if wrap else clean(text).split("\n")
    whole = "\n".join([*lines, "", english, *more, "", _SIGNATURE])
    return Words(" ".join(clean(subject).split()), whole + "\n")


def _short(moment: datetime, zone: tzinfo) -> str:
    here = moment.astimezone(zone)
    return f"{here.month}月{here.day}日{here:%H:%M}"


def _by(due: datetime | None, zone: tzinfo) -> str:
    return f"by {due.astimezone(zone):%Y-%m-%d %H:%M}" if due else "soon"


def _brief(value: str) -> str:
    line = " ".join(value.split())
    return line if len(line) <= _BRIEF else line[:_BRIEF - 1] + "…"
