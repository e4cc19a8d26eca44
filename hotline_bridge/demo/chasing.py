"""A silent branch is chased up the ladder, over a weekend on which nothing goes, until it answers (P-11, P-20, P-21)."""

from datetime import time

from hotline_bridge.demo.answering import closed, late_answer, on_holiday
from hotline_bridge.demo.mailboxes import Received
from hotline_bridge.demo.stage import Stage, expect
from hotline_bridge.demo.taking import posted, sent

BRANCH, SECOND, SUPERIOR, UNION = (
    "ts-b10101@branch.example", "ts2-b10101@branch.example", "ts-b101@branch.example", "gonghui-b1@branch.example",
)
CHANNELS = "qudao@hq.example"
SATURDAY, MONDAY = "2026-07-25 10:00", "2026-07-27 09:00"
OPEN, CLOSE = time(8, 30), time(17, 30)
#: When the clock goes on, who is reminded then besides the branch, and what the story says.
LADDER = (
    ("2026-07-23 09:00", (), "到期前一日提醒"),
    ("2026-07-24 09:00", (), "今日到期催办"),
    (MONDAY, (SECOND,), "逾期：催到第二联系人"),
    ("2026-07-28 09:00", (SUPERIOR,), "逾期：报上级单位（京北城区分行）"),
    ("2026-07-29 09:00", (SUPERIOR, UNION), "逾期：报工会督办"),
)


async def a_silent_branch(stage: Stage) -> None:
    """Its slip is out on Tuesday, due on the third working day, Friday, and nobody answers (P-11)."""
    await stage.at("2026-07-21 17:00")
    await posted(stage, "silent")
    await sent(stage, "silent", BRANCH)
    due = (await stage.case("silent"))["due"]
    expect(due == "2026-07-24T17:30:00+08:00", f"a simple complaint is due on the third working day, not {due} (P-11)")
    stage.tell.says(f"{stage.numbers['silent']} 已转清河区支行，时限 {due[:16]}（第 3 个工作日）", "due on the third working day")


async def chased(stage: Stage) -> None:
    """Each working morning a rung higher; on Saturday a holiday notice comes in and nothing goes out."""
    for moment, others, says in LADDER:
        if moment == MONDAY:
            await _quiet_saturday(stage)
        await _rung(stage, moment, (BRANCH, *others))
        stage.tell.says(f"{says}：{'、'.join((BRANCH, *others))}", "reminded")


async def _rung(stage: Stage, moment: str, wanted: tuple[str, ...]) -> None:
    before = {address: len(_reminders(stage, address)) for address in (BRANCH, SECOND, SUPERIOR, UNION)}
    await stage.at(moment)
    for address in wanted:
        async def look(address: str = address) -> bool:
            return len(_reminders(stage, address)) > before[address]

        await stage.until(f"{address} is reminded on {moment}", look)
    spared = [address for address in before if address not in wanted and len(_reminders(stage, address)) > before[address]]
    expect(not spared, f"nobody else is reminded on {moment}: {spared}")


async def _quiet_saturday(stage: Stage) -> None:
    """The desk works on Saturday, as the holiday notice proves, and yet reminds nobody."""
    everybody = (BRANCH, SECOND, SUPERIOR, UNION)
    before = [len(_reminders(stage, address)) for address in everybody]
    await stage.at(SATURDAY)
    await on_holiday(stage, await stage.letter(BRANCH, stage.numbers["silent"]))
    expect([len(_reminders(stage, address)) for address in everybody] == before, "nobody is reminded on a Saturday")
    stage.tell.says("周六：收到支行的自动回复，记入登记，不计为回复；不发催办", "Saturday: the holiday notice does not count, no reminder goes")


async def it_answers(stage: Stage) -> None:
    """The answer ends the chase; on the next morning another case's reminder goes and the branch gets none."""
    await stage.at("2026-07-29 15:00")
    await late_answer(stage, await stage.letter(BRANCH, stage.numbers["silent"]))
    await closed(stage, "silent")
    stage.tell.says("清河区支行终于回复，七项齐全，办结", "the branch answers at last, the desk closes the case")
    before, others = len(_reminders(stage, BRANCH)), len(_reminders(stage, CHANNELS))
    await stage.at("2026-07-30 09:00")

    async def look() -> bool:
        return len(_reminders(stage, CHANNELS)) > others

    await stage.until(f"{CHANNELS} is reminded of the case that is still open", look)
    expect(len(_reminders(stage, BRANCH)) == before, "the chase of the closed case has ended")
    stage.tell.says("次日只催未办结的渠道投诉（渠道管理部）", "the next morning only the open case is chased")


async def nothing_forgotten(stage: Stage) -> None:
    """The register holds every case of the story and no other, none is out of sight, none was chased at night."""
    listed = {case["number"] for case in await stage.cases()}
    expect(listed == set(stage.numbers.values()), f"the register holds the {len(stage.numbers)} cases of the story: {sorted(listed)}")
    standing = await stage.standing()
    expect(standing["out_of_sight"] == [], f"no open case is out of sight: {standing['out_of_sight']}")
    expect(standing["parked"] == [], f"nothing is parked: {standing['parked']}")
    reminders = [one for one in stage.mailboxes.everything() if _reminds(one)]
    expect(len(reminders) > len(LADDER), "the reminders of the story are in the mailboxes")
    odd = [one.path for one in reminders if one.dated.weekday() > 4 or not OPEN <= one.dated.timetz().replace(tzinfo=None) <= CLOSE]
    expect(not odd, f"every reminder went in working hours: {odd}")
    stage.tell.says(f"登记簿 {len(listed)} 件齐全，无失管件；{len(reminders)} 封催办均在工作时间发出", "register complete, nothing out of sight")


def _reminders(stage: Stage, address: str) -> list[Received]:
    return [one for one in stage.mailboxes.of(address) if _reminds(one)]


def _reminds(letter: Received) -> bool:
    return letter.message_id.startswith("<digest.")
