"""Branches answer: half, with a Word form, by Notes and Foxmail; machines answer too and do not count (P-12)."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from hotline_bridge.demo import writing
from hotline_bridge.demo.mailboxes import Received
from hotline_bridge.demo.settings import DESK
from hotline_bridge.demo.stage import Stage, expect, words_of
from hotline_bridge.demo.taking import OUTLET
from routing.elements import ELEMENTS

LACKING = (3, 4, 5, 6, 7)
SOON = 60.0         # real seconds
OUTCOME = "已答复"


async def half_an_answer(stage: Stage) -> None:
    """Two of seven elements: back within the minute with what is missing; the filled-in form completes it."""
    await stage.at("2026-07-20 11:00")
    slip = await stage.letter(OUTLET, stage.numbers["attitude"])
    ticks = asyncio.get_running_loop().time
    began = ticks()
    await _mailed(stage, slip, writing.foxmail_answer(slip, stage.texts["answers"]["half"]["text"], stage.clock()))
    back = await stage.letter(OUTLET, stage.numbers["attitude"], 1)
    took = ticks() - began
    expect(took < SOON, f"the incomplete answer is back within the minute, not after {took:.0f} s")
    expect(all(f"×　{number}" in back.text.replace(" ", "　") for number in LACKING), f"it lists the elements {LACKING} as missing:\n{back.text}")
    expect((await stage.case("attitude"))["state"] == "SENT", "an incomplete answer does not end the waiting")
    stage.tell.says("上地路营业所只答了两项（Foxmail，GBK，引用原文）", "an answer with two of seven elements")
    stage.tell.says(f"{took:.1f} 秒后退回，列明所缺：{'、'.join(ELEMENTS[number] for number in LACKING)}", "sent back at once with what is missing")
    await _the_rest(stage, slip, back)


async def _the_rest(stage: Stage, slip: Received, back: Received) -> None:
    await stage.at("2026-07-20 11:10")
    said = stage.texts["answers"]["rest"]
    (name, form), = slip.forms.items()
    filled = writing.filled_in(form, {int(number): words for number, words in said["form"].items()})
    await _mailed(stage, back, writing.answer_with_form(back, said["text"], (name, filled), stage.clock()))
    case = await _answered(stage, "attitude")
    expect([one["standing"] for one in case["answers"]] == ["counted", "counted"], "both answers count and add up")
    stage.tell.says(f"附件《{name}》填好寄回，七项齐全，{case['state_zh']}", "the returned Word form completes the answer")


async def a_bounce(stage: Stage) -> None:
    """A delivery report is no answer: the desk is told, the case stays open (P-20)."""
    await stage.at("2026-07-20 11:30")
    slip = await stage.letter("ts-b10102@branch.example", stage.numbers["nowhere"])
    await stage.send(writing.bounce(slip, stage.clock()), "", stage.config.bank.mailbox)
    case = await stage.case_where("nowhere", "it is marked undelivered", lambda case: case["undelivered"])
    expect(not case["answers"], "a bounce is not counted as an answer")
    expect(case["state"] == "SENT", "the case goes on waiting")
    alarm = await stage.letter(stage.config.bank.desk, stage.numbers["nowhere"])
    stage.tell.says(f"海棠区支行邮箱退信，不计为回复；投诉处理岗收到：{alarm.subject}", "a bounce does not count; the desk is alarmed")


async def branches_answer(stage: Stage) -> None:
    """On Tuesday the branches answer, each with its own program; the desk closes what is complete, and only that."""
    await stage.at("2026-07-21 15:00")
    early = await stage.decide(DESK, f"cases/{stage.numbers['utf8']}/close", {"outcome": OUTCOME})
    expect(early.status == 409, f"a case without an answer cannot be closed as answered: 409, not {early.status}")
    stage.tell.says(f"未回复的 {stage.numbers['utf8']} 不能以“{OUTCOME}”办结：409", "no answer, no closing")
    for name, address, answer, program in _ANSWERS:
        slip = await stage.letter(address, stage.numbers[name])
        text = stage.texts["answers"][answer]["text"]
        await _mailed(stage, slip, _PROGRAMS[program](slip, text, stage))
        await _answered(stage, name)
        stage.tell.says(f"{address} 完整回复 {stage.numbers[name]}（{program}）", "a complete answer")
    await stage.at("2026-07-21 16:30")
    for name in ("attitude", *(name for name, *_ in _ANSWERS)):
        await closed(stage, name)
    stage.tell.says("投诉处理岗办结 5 件", "the desk closes five cases")


_PROGRAMS: Mapping[str, Callable[[Received, str, Stage], bytes]] = {
    "Foxmail": lambda slip, text, stage: writing.foxmail_answer(slip, text, stage.clock()),
    "Notes": lambda slip, text, stage: writing.notes_answer(slip, text, stage.clock()),
    "新邮件，仅有编号": lambda slip, text, stage: writing.fresh_answer(slip, text, stage.numbers["nowhere"], stage.clock()),
}
#: Which case, from which mailbox, with which words, written by which program.
_ANSWERS = (
    ("gbk", "ts-b1010102@branch.example", "typed", "Foxmail"),
    ("large", "ts-b1010201@branch.example", "transfer", "Notes"),
    ("nowhere", "ts-b10102@branch.example", "queue", "新邮件，仅有编号"),
    ("afar", "ts-e1@branch.example", "afar", "Notes"),
)


async def closed(stage: Stage, name: str) -> None:
    """The desk closes a case that has its answer (P-21)."""
    said = await stage.decide(DESK, f"cases/{stage.numbers[name]}/close", {"outcome": OUTCOME, "says": "已与客户核实"})
    expect(said.status == 200 and said.said["state"] == "CLOSED", f"case {stage.numbers[name]} closes: 200, not {said.status} {dict(said.said)}")


async def late_answer(stage: Stage, slip: Received) -> None:
    """The silent branch answers after all."""
    await _mailed(stage, slip, writing.notes_answer(slip, stage.texts["answers"]["late"]["text"], stage.clock()))
    await _answered(stage, "silent")


async def on_holiday(stage: Stage, slip: Received) -> None:
    """The silent branch's machine answers that its owner is away; written into the book, counted as nothing."""
    await _mailed(stage, slip, writing.holiday_notice(slip, stage.clock()))
    case = await stage.case_where("silent", "the holiday notice stands in its book", lambda case: "自动回复" in words_of(case))
    expect(not case["answers"], "a holiday notice is not counted as an answer")


async def _answered(stage: Stage, name: str) -> Mapping[str, Any]:
    return await stage.case_where(name, "its answer is complete", lambda case: case["state"] == "ANSWERED")


async def _mailed(stage: Stage, letter: Received, raw: bytes) -> None:
    """The owner of a mailbox answers one of its letters."""
    await stage.send(raw, letter.owner, letter.reply_to)
