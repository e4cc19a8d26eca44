"""What the letters say: in Chinese, with a short English line; never the customer's name or words in a subject (P-6)."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo

from routing.elements import ELEMENTS
from routing.layout import wrapped
from routing.slip import Slip, clean, slip_text

_COLUMNS = 72
_NO_BOX = str.maketrans("〔〕", "（）")      # what is between these marks is cut out where the letter is quoted (routing.elements)
_BRIEF = 40                 # signs of an answer that are said back
_RULE = re.compile(r"（(?:[PDTC]-[0-9.]+|law:[0-9]+)）")       # our own ids mean nothing to a unit
SIGNATURE = "——本邮件由投诉处理系统自动发出，直接回复即可送达投诉处理岗。"


@dataclass(frozen=True, slots=True)
class Words:
    """The subject and the text of one letter."""

    subject: str
    text: str


def cover(slip: Slip, unit_name: str, due: datetime | None, zone: tzinfo, now: datetime | None = None, *, does: str = "办理") -> Words:
    """Return the words that carry a slip to a unit (P-9.2); `now` tells whether the limit has gone by already.

    `does` is what the unit shall do: 办理, 协办 where another one leads (P-14.1, T-3), 转办 where it passes the slip on (P-9.3).
    """
    late = due is not None and now is not None and now >= due
    limit = "时限已过，请立即回复" if late else f"请于{short_time(due, zone)}前回复" if due else "请尽快回复"
    by = f"at once: it was due {due.astimezone(zone):%Y-%m-%d %H:%M}" if late and due else _by(due, zone)
    english = f"Complaint slip {slip.number}. Please answer {by}. Keep the number in the subject."
    opening = f"{unit_name}：\n现将投诉件{slip.number}转你单位{does}，{limit}。投诉内容属保密信息，请勿外传。"
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
    limit = f"请于{short_time(due, zone)}前" if due else "请尽快"
    lines = [
        f"投诉件{number}的回复已收到，但尚缺{len(lacking)}项，暂不能视为完整回复。{limit}回复本邮件补齐下列各项，已填写的不必重复。",
        *([f"附件未能读取：{trouble}"] if trouble else []), "", "尚缺：", *gaps,
        *(["", "已收到："] if there else []), *there, "",
        "可直接复制以下各行，在冒号后填写：", *(f"{place}．{ELEMENTS[place]}：" for place in lacking),
    ]
    english = f"Your answer to {number} lacks {len(lacking)} item(s): {', '.join(map(str, lacking))}. Please reply with them {_by(due, zone)}."
    return _words(f"【请补充】{number} 回复缺{len(lacking)}项", "\n".join(lines), english)


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
    whole = "\n".join([*lines, "", english, *more, "", SIGNATURE])
    return Words(" ".join(clean(subject).split()), whole + "\n")


def short_time(moment: datetime, zone: tzinfo) -> str:
    """Return a moment as a sentence names it: 7月27日17:30."""
    here = moment.astimezone(zone)
    return f"{here.month}月{here.day}日{here:%H:%M}"


def _by(due: datetime | None, zone: tzinfo) -> str:
    return f"by {due.astimezone(zone):%Y-%m-%d %H:%M}" if due else "soon"


def _brief(value: str) -> str:
    line = " ".join(value.split())
    return line if len(line) <= _BRIEF else line[:_BRIEF - 1] + "…"
