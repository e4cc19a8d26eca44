"""A reviewer's signature and the recording: what was heard, and what could not be (P-9.1)."""

import hashlib

import pytest

from hotline_bridge.sighting import as_it_lies
from hotline_bridge.steps.listening import begin, given, played
from hotline_bridge.steps.review import sign
from routing.case import SIGNED, State
from routing.errors import RuleError
from tests.recordings.conftest import SPAN, Studio
from tests.recordings.sounds import pcm

WHO, SHA = "复核员甲", hashlib.sha256(pcm(SPAN)).hexdigest()


async def signed(studio: Studio, number: str, why: str = "") -> str:
    """Sign as the API does; returns what the book says of it."""
    house = studio.bank.house
    heard = await as_it_lies(house.store, studio.archive, number, studio.bank.clock())
    await studio.bank.decide(lambda tx, now, rules: sign(tx, number, WHO, "已复听", heard, now, rules, (), why))
    return studio.says(SIGNED, number)[-1]


async def listen(studio: Studio, number: str, upto: float, who: str = WHO) -> int:
    """Somebody hears the recording from its beginning."""
    case, kept, clock = studio.bank.case(number), studio.kept(), studio.bank.clock
    listening = await studio.bank.house.store.run(lambda tx: begin(tx, int(case.id), kept.id, who, kept.sha256, clock()))
    await studio.bank.house.store.run(lambda tx: given(tx, listening, kept.size, (0.0, SPAN), clock()))
    clock.on(seconds=upto)
    await studio.bank.house.store.run(lambda tx: played(tx, listening, who, [[0, upto]], clock(), ended=True))
    return listening


async def test_P9_1_the_signature_says_how_much_of_which_recording_was_heard(studio: Studio) -> None:
    studio.write()
    number = await studio.held()
    await studio.look()
    await listen(studio, number, 3.0)
    await listen(studio, number, 2.0)                       # the same part again
    await listen(studio, number, 4.0, "somebody else")
    says = await signed(studio, number)
    assert SHA in says
    assert "签字前经本系统播放 3 秒（全长 4 秒）" in says
    await studio.bank.quiet()
    assert studio.bank.case(number).state is State.SENT


async def test_P9_1_where_nothing_was_heard_that_stands_in_the_book(studio: Studio) -> None:
    studio.write()
    number = await studio.held()
    await studio.look()
    assert "签字前未经本系统播放录音" in await signed(studio, number)


@pytest.mark.parametrize("trouble", ["missing", "empty", "changed", "wrong", "refused"])
async def test_P9_1_what_could_not_be_heard_is_not_signed_as_heard(studio: Studio, trouble: str) -> None:
    reference = "../a.wav" if trouble == "refused" else "a.wav"
    if trouble != "missing" and trouble != "refused":
        studio.write(body={"empty": pcm(0), "wrong": b"<html>" * 20}.get(trouble))
    number = await studio.held(recording=reference)
    await studio.look_for(hours=26 if trouble == "missing" else 1)
    if trouble == "changed":
        studio.write(body=pcm(SPAN + 1))                    # changed just now: the signing itself finds it out
    with pytest.raises(RuleError, match="why"):
        await signed(studio, number)
    await studio.bank.quiet()
    assert studio.kept(reference).state == trouble
    assert studio.bank.case(number).state is State.HELD
    says = await signed(studio, number, "已与客户电话核实全部内容")
    assert "仍签字的原因：已与客户电话核实全部内容" in says
    await studio.bank.quiet()
    assert studio.bank.case(number).state is State.SENT


async def test_P9_1_a_recording_that_changes_after_the_signature_holds_nothing_back_that_left_and_is_said(studio: Studio) -> None:
    studio.write()
    number = await studio.held()
    await studio.look()
    await signed(studio, number)
    await studio.bank.quiet()
    bound = studio.bank.case(number).recording
    assert bound.sha256 == SHA
    studio.write(body=pcm(SPAN + 1))
    await as_it_lies(studio.bank.house.store, studio.archive, number, studio.bank.clock())
    await studio.bank.quiet()
    assert studio.kept().state == "changed"
    assert studio.bank.case(number).recording == bound
    assert len(studio.says("录音内容与首次取得时不一致", number)) == 1


async def test_P9_1_a_file_closed_to_the_bridge_is_said_to_who_signs(studio: Studio) -> None:
    studio.write()
    number = await studio.held()
    archive = studio.archive

    class Closed:
        def __getattr__(self, name: str):
            return getattr(archive, name)

        def glance(self, _reference: str) -> None:
            raise PermissionError(13, "Permission denied")

    studio.archive = Closed()       # type: ignore[assignment]
    with pytest.raises(RuleError, match="ask the operator"):
        await signed(studio, number)


async def test_P9_1_the_listening_ends_in_the_book_once(studio: Studio) -> None:
    studio.write()
    number = await studio.held()
    await studio.look()
    await listen(studio, number, 2.5)
    await studio.bank.quiet()
    await studio.bank.quiet()
    assert len(studio.says("听取录音", number)) == 1
    assert "实际播放 2 秒，全长 4 秒" in studio.says("听取录音", number)[0]


async def test_P9_1_a_player_that_was_closed_without_a_word_ends_too(studio: Studio) -> None:
    studio.write()
    number = await studio.held()
    await studio.look()
    case, kept, clock = studio.bank.case(number), studio.kept(), studio.bank.clock
    await studio.bank.house.store.run(lambda tx: begin(tx, int(case.id), kept.id, WHO, kept.sha256, clock()))
    clock.on(minutes=2)
    await studio.bank.quiet()
    assert studio.says("听取录音", number) == []
    clock.on(minutes=2)
    await studio.bank.quiet()
    assert "打开后未播放" in studio.says("听取录音", number)[0]
