"""Announcements at the centre: flagged and overdue cases, one line after the other, and nothing waits for them (P-6, P-9.1, P-21)."""

import asyncio
import sys
from dataclasses import dataclass, field, replace
from datetime import time
from pathlib import Path

import pytest

from adapters.loudspeaker import Loudspeaker
from hotline_bridge.announcing import Crier
from routing.calendar import Hours
from routing.calls import VoiceRules
from routing.case import Entry, State
from tests.conftest import Bank
from tests.make import a_form
from tests.voice.exchange import AT_BRANCH, Reader

FLAGGED = "客户称清河区支行柜员擅自转走其六十万元存款，将向电视台反映。"


@dataclass
class Horn:
    """A loudspeaker: what it played, and whether two ever sounded at once."""

    played: list[Path] = field(default_factory=list)
    broken: bool = False
    sounding: int = 0
    most: int = 0

    async def play(self, sound: Path) -> None:
        self.sounding += 1
        self.most = max(self.most, self.sounding)
        await asyncio.sleep(0)
        self.sounding -= 1
        if self.broken:
            raise OSError("aplay ended with 1")
        self.played.append(sound)


@dataclass
class Hall:
    bank: Bank
    voice: Reader
    horn: Horn
    crier: Crier

    async def cry(self) -> list[str]:
        """Announce all that is due; what was heard."""
        before = len(self.horn.played)
        while await self.crier.announce_one():
            pass
        return self.voice.said[-(len(self.horn.played) - before):] if len(self.horn.played) > before else []


@pytest.fixture
def hall(bank: Bank) -> Hall:
    bank.house.shelf.rules = replace(bank.house.rules, voice=VoiceRules(announces=True))
    voice, horn = Reader(), Horn()
    return Hall(bank, voice, horn, Crier(bank.house, voice, horn))


async def held(hall: Hall, *call_ids: str) -> list[str]:
    numbers = [(await hall.bank.post(a_form(call_id, unit="清河区支行", narrative=FLAGGED))).number for call_id in call_ids]
    await hall.bank.quiet()
    return numbers


async def test_P9_1_a_new_flagged_case_is_called_out_once(hall: Hall) -> None:
    (number,) = await held(hall, "1")
    assert hall.bank.case(number).state is State.HELD
    (said,) = await hall.cry()
    assert "有新的重点投诉，编号九五五八零" in said
    assert "六十万" not in said
    assert "电视台" not in said
    assert await hall.cry() == []


async def test_P9_1_several_at_once_are_counted(hall: Hall) -> None:
    await held(hall, "1", "2", "3")
    (said,) = await hall.cry()
    assert "共三件" in said


async def test_P9_1_one_that_is_reviewed_meanwhile_is_old_news(hall: Hall) -> None:
    (number,) = await held(hall, "1")
    await hall.bank.sign(number)
    await hall.bank.quiet()
    assert await hall.cry() == []


async def test_P21_an_overdue_case_is_called_out_once_with_its_unit(hall: Hall) -> None:
    await hall.bank.post(a_form(unit="清河区支行", narrative=AT_BRANCH))
    for moment in ("2026-07-22T09:40:00", "2026-07-27T09:00:00"):
        hall.bank.clock.to(moment)
        await hall.bank.quiet()
    assert await hall.cry() == []
    for day in (28, 29, 30):
        hall.bank.clock.to(f"2026-07-{day}T09:00:00")
        await hall.bank.quiet()
        said = await hall.cry()
        assert len(said) == (day == 28)
    assert "已超过办理时限，承办单位京北城区清河区 zhi1 hang2" in hall.voice.said[0]


async def test_P21_at_night_nobody_is_shouted_at(hall: Hall) -> None:
    await held(hall, "1")
    hall.bank.clock.to("2026-07-22T22:00:00")
    assert await hall.cry() == []
    hall.bank.clock.to("2026-07-23T08:30:00")
    assert len(await hall.cry()) == 1


async def test_P21_each_pack_keeps_its_own_hours_and_holds_up_no_other(hall: Hall) -> None:
    _, number = await held(hall, "1", "2")
    rules, case = hall.bank.house.rules, hall.bank.case(number)
    ours = rules.pack(case.pack)
    late = ours.model_copy(update={"id": "late", "hours": Hours.model_validate({**ours.hours.model_dump(), "open": time(13), "breaks": ()})})
    hall.bank.house.shelf.rules = replace(rules, packs={**rules.packs, "late": late})
    await hall.bank.decide(lambda tx, now, rules: tx.cases.save(replace(case, pack="late"), Entry(now, "test", "改")))
    assert len(await hall.cry()) == 1
    hall.bank.clock.to("2026-07-22T14:30:00")
    assert len(await hall.cry()) == 1
    assert await hall.cry() == []


async def test_P21_a_broken_loudspeaker_holds_nothing_up_and_is_given_up(hall: Hall) -> None:
    (number,) = await held(hall, "1")
    hall.horn.broken = True
    assert await hall.crier.announce_one()
    assert not await hall.crier.announce_one()          # not at once again
    hall.bank.clock.on(minutes=1)
    assert await hall.crier.announce_one()
    hall.bank.clock.on(minutes=5)
    assert not await hall.crier.announce_one()
    await hall.bank.sign(number)
    await hall.bank.quiet()
    assert hall.bank.case(number).state is State.SENT


async def test_P21_never_two_at_once(hall: Hall) -> None:
    await held(hall, "1")
    case = hall.bank.case()
    await hall.bank.decide(lambda tx, now, rules: (tx.tasks.owe("announce-late", case.id, now), tx.cases.save(replace(case, due=now.replace(hour=8)), Entry(now, "test", "改"))))
    room = asyncio.ensure_future(hall.crier.run())
    while len(hall.horn.played) < 2:
        await asyncio.sleep(0.01)
    room.cancel()
    await asyncio.gather(room, return_exceptions=True)
    assert hall.horn.most == 1


async def test_without_a_loudspeaker_nothing_is_owed(hall: Hall) -> None:
    hall.bank.house.shelf.rules = replace(hall.bank.house.rules, voice=VoiceRules())
    await held(hall, "1")
    assert await hall.cry() == []


# the program --------------------------------------------------------------------------------------------------------------
def program(tmp_path: Path, text: str) -> tuple[str, ...]:
    file = tmp_path / "play.py"
    file.write_text(text, encoding="utf-8")
    return (sys.executable, "-I", str(file), "--quiet")


async def test_the_program_gets_the_path_behind_its_words_and_no_shell_sees_it(tmp_path: Path) -> None:
    odd = tmp_path / "a $(touch x); b.wav"
    odd.write_bytes(b"RIFF")
    await Loudspeaker(program(tmp_path, f"import sys\nopen({str(tmp_path / 'said')!r}, 'w').write('|'.join(sys.argv[1:]))\n")).play(odd)
    assert (tmp_path / "said").read_text() == f"--quiet|{odd}"
    assert not Path("x").exists()


@pytest.mark.parametrize(("text", "words"), [("import sys\nsys.exit('no sound card')\n", "ended with 1: no sound card"), ("import time\ntime.sleep(600)\n", "still running after 0.5 s")])
async def test_a_program_that_fails_or_hangs_is_told(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(OSError, match=words):
        await Loudspeaker(program(tmp_path, text), timeout=0.5 if "sleep" in text else 30.0).play(tmp_path / "a.wav")


async def test_a_program_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="nowhere"):
        await Loudspeaker((str(tmp_path / "nowhere"),)).play(tmp_path / "a.wav")
