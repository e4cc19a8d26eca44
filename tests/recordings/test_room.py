"""The room that looks for recordings: patiently, once each, and it says what is wrong (P-9.1)."""

import hashlib
import os
from dataclasses import replace
from datetime import timedelta
from time import perf_counter

import pytest
from sqlalchemy import text

from adapters.formats.fetch_address import address_of
from hotline_bridge.recorded import FAR, NEAR
from hotline_bridge.recordist import look_some
from hotline_bridge.sighting import again
from hotline_bridge.steps.recording import look_again
from routing.case import State
from tests.calling.world import hear, row
from tests.make import a_form
from tests.recordings.conftest import SPAN, Studio
from tests.recordings.sounds import pcm

DESK = "desk@bank.example"
SHA = hashlib.sha256(pcm(SPAN)).hexdigest()


def owed(studio: Studio, kind: str = NEAR) -> list[int]:
    """What is owed of a kind, due or not."""
    with studio.bank.house.store._engine.connect() as db:
        return list(db.execute(text("SELECT subject FROM task WHERE kind = :kind"), {"kind": kind}).scalars())


async def test_P9_1_a_recording_that_is_there_is_hashed_at_first_sight_and_the_book_says_so(studio: Studio) -> None:
    studio.write()
    number = await studio.held()
    await studio.look()
    kept = studio.kept()
    assert (kept.state, kept.sha256, kept.size, kept.seconds, kept.media, kept.blob) == ("there", SHA, len(pcm(SPAN)), SPAN, "audio/wav;codec=pcm", None)
    assert studio.says("录音已到", number) == [f"a.wav，SHA-256 {SHA}，{len(pcm(SPAN))} 字节，4 秒"]
    await studio.look_for(hours=30)
    assert len(studio.says("录音已到", number)) == 1
    assert owed(studio) == []
    assert studio.bank.case(number).state is State.HELD


async def test_P9_1_a_file_that_is_still_written_to_is_left_until_it_stands_still(studio: Studio) -> None:
    path = studio.write(body=pcm(1), age=timedelta(seconds=1))
    await studio.held()
    await studio.look()
    assert studio.kept().state == "waiting"
    for seconds in (2, 3, 4):
        path.write_bytes(pcm(seconds))
        os.utime(path, (studio.bank.clock().timestamp(),) * 2)
        await studio.look_for(minutes=9)
        assert studio.kept().state == "waiting"
    await studio.look_for(minutes=2)
    assert (studio.kept().state, studio.kept().sha256) == ("there", SHA)


@pytest.mark.parametrize(("tries", "seconds"), [(1, 10), (2, 30), (3, 70), (4, 300), (5, 600), (6, 1200), (7, 2400), (8, 3600), (50, 3600)])
def test_the_looks_come_ever_further_apart(studio: Studio, tries: int, seconds: int) -> None:
    assert again(studio.bank.clock(), tries) - studio.bank.clock() == timedelta(seconds=seconds)


async def test_P9_1_a_recording_that_comes_a_minute_late_is_found(studio: Studio) -> None:
    await studio.held()
    await studio.look_for(seconds=60)
    assert studio.kept().state == "waiting"
    studio.write(age=timedelta(0))
    await heard(studio, "h1")
    await studio.look_for(seconds=130)
    assert studio.kept().state == "there"


async def test_P9_1_a_recording_that_never_comes_is_missing_and_the_desk_is_told_once(studio: Studio) -> None:
    number = await studio.held()
    await studio.look_for(hours=23)
    assert studio.kept().state == "waiting"
    assert studio.says("录音缺失", number) == []
    await studio.look_for(hours=3)
    assert studio.kept().state == "missing"
    assert len(studio.says("录音缺失", number)) == 1
    told = [letter for letter in studio.bank.relay.to(DESK) if "录音缺失" in letter.subject + letter.text]
    assert len(told) == 1
    assert number in told[0].text
    assert "a.wav" not in told[0].text              # a recording's name may hold the caller's number (P-6)
    await studio.look_for(hours=48)
    assert len([letter for letter in studio.bank.relay.to(DESK) if "录音缺失" in letter.subject + letter.text]) == 1
    assert studio.bank.case(number).state is State.HELD


async def test_P9_1_an_empty_recording_is_said(studio: Studio) -> None:
    studio.write(body=pcm(0))
    number = await studio.held()
    await studio.look_for(minutes=5)
    assert (studio.kept().state, studio.kept().sha256) == ("empty", "")
    assert "44 字节" in studio.says("空录音", number)[0]
    assert any("空录音" in letter.text for letter in studio.bank.relay.to(DESK))


async def test_P9_1_a_header_that_fills_with_sound_is_no_empty_recording(studio: Studio) -> None:
    studio.write(body=pcm(0), age=timedelta(0))
    await studio.held()
    await studio.look_for(seconds=60)
    studio.write(age=timedelta(0))
    await studio.look_for(minutes=12)
    assert studio.kept().state == "there"


async def test_P9_1_another_kind_of_file_is_said(studio: Studio) -> None:
    studio.write(body=b"<html>not found</html>" + b" " * 60)
    number = await studio.held()
    await studio.look_for(minutes=5)
    assert studio.kept().state == "wrong"
    assert "网页" in studio.says("取得的不是录音", number)[0]


async def test_P9_1_a_hash_that_changed_since_first_sight_is_said_loudly_and_the_first_stays(studio: Studio) -> None:
    studio.write()
    number = await studio.held()
    await studio.look()
    studio.write(body=pcm(SPAN)[:-2] + b"\x02\0")
    await ask_again(studio, number)
    kept = studio.kept()
    assert (kept.state, kept.sha256) == ("changed", SHA)
    assert SHA in studio.says("录音内容与首次取得时不一致", number)[0]
    assert any("内容已变" in letter.text for letter in studio.bank.relay.to(DESK))
    studio.write()                                  # the old bytes are put back: that they were others stays said
    await ask_again(studio, number)
    assert (studio.kept().state, studio.kept().sha256) == ("changed", SHA)
    assert studio.bank.case(number).state is State.HELD


async def ask_again(studio: Studio, number: str) -> None:
    await studio.bank.decide(look_again, number, "desk")
    await studio.look()


async def test_P9_1_one_that_was_there_and_is_gone_is_missing_with_its_hash_kept(studio: Studio) -> None:
    path = studio.write()
    number = await studio.held()
    await studio.look()
    path.unlink()
    await ask_again(studio, number)
    assert (studio.kept().state, studio.kept().sha256) == ("there", SHA)        # once is no proof
    await studio.look_for(hours=23)
    assert studio.says("录音缺失", number) == []
    await studio.look_for(hours=3)
    assert (studio.kept().state, studio.kept().sha256) == ("missing", SHA)
    studio.write()
    await ask_again(studio, number)
    assert studio.kept().state == "there"


@pytest.mark.parametrize("reference", ["../secret.wav", "/etc/passwd", "https://evil.example/a.wav", "http://169.254.169.254/latest/meta-data"])
async def test_P9_1_what_may_not_be_read_is_refused_with_the_cure(studio: Studio, reference: str) -> None:
    number = await studio.held(recording=reference)
    await studio.look()
    kept = studio.bank.house.store.read_now(lambda tx: tx.recordings.select())[0]
    assert kept.state == "refused"
    assert "recording" in studio.says("录音不予读取", number)[0]
    assert any(number in letter.text and "不予读取" in letter.text for letter in studio.bank.relay.to(DESK))
    assert owed(studio) == owed(studio, FAR) == []


async def test_without_a_folder_nobody_looks_and_nobody_is_told(studio: Studio) -> None:
    studio.archive = replace(studio.archive, folder=None)
    await studio.held()
    await studio.look_for(hours=30)
    assert (studio.kept().state, owed(studio)) == ("waiting", [])
    assert "recordings" in studio.kept().trouble
    assert not any("录音" in letter.subject for letter in studio.bank.relay.to(DESK))


async def heard(studio: Studio, call_id: str = "1784683200.17", recording: str = "a.wav", **more: object) -> None:
    """The exchange's record of a call names its recording."""
    await hear(studio.bank, row(call_id, recording=recording, **more))


async def test_a_call_of_which_nobody_complains_has_its_recording_hashed_but_copied_from_nowhere(studio: Studio) -> None:
    studio.write()
    await heard(studio)
    await heard(studio, "2.2", "https://rec.example/a.wav")
    await studio.look()
    assert (studio.kept().state, studio.kept().case) == ("there", None)
    far = studio.kept("https://rec.example/a.wav")
    assert (far.state, far.looked, owed(studio, FAR)) == ("waiting", None, [])


@pytest.mark.parametrize("form_first", [True, False])
async def test_P9_1_the_recording_of_a_call_finds_the_case_whichever_came_first(studio: Studio, form_first: bool) -> None:
    studio.write("2026/a.wav")
    call_id, reference = "1784683200.17", "/var/spool/asterisk/monitor/2026/a.wav"
    if form_first:
        await studio.held(call_id, recording="")
    await heard(studio, call_id, reference)
    await studio.look()
    if not form_first:
        await studio.held(call_id, recording="")
    await studio.look()
    assert studio.bank.case().recording.reference == reference
    assert len(studio.says("录音已到")) == 1
    shown = studio.kept(reference)
    assert (shown.state, shown.case) == ("there", int(studio.bank.case().id))


async def test_the_same_recording_told_by_form_and_call_is_one(studio: Studio) -> None:
    studio.write()
    await studio.held("1.1")
    for place in range(3):
        await heard(studio, "1.1", number=place)
    await studio.look()
    assert len(studio.bank.house.store.read_now(lambda tx: tx.recordings.select())) == 1
    assert len(studio.says("录音已到")) == 1


async def test_a_form_later_makes_the_far_recording_wanted(studio: Studio) -> None:
    studio.archive = replace(studio.archive, entries=(address_of("https://rec.example/"),))
    await heard(studio, "2.2", "https://rec.example/a.wav")
    await studio.bank.post(a_form("2.2"))
    assert len(owed(studio, FAR)) == 1


@pytest.mark.slow
async def test_a_thousand_recordings_at_once(studio: Studio) -> None:
    for number in range(1000):
        studio.write(f"{number}.wav", pcm(1))

    def keep(tx, now, _rules) -> None:
        for number in range(1000):
            kept, _ = tx.recordings.note("asterisk:pbx", f"{number}.wav", now)
            tx.tasks.owe(NEAR, kept.id, now)

    await studio.bank.decide(keep)
    begun = perf_counter()
    await studio.look()
    seconds = perf_counter() - begun
    print(f"1000 recordings of 16 kB found, hashed and written down in {seconds:.2f} s")
    assert studio.bank.house.store.read_now(lambda tx: tx.recordings.counts())["there"] == 1000


async def test_two_instances_do_not_disturb_each_other(studio: Studio) -> None:
    """A look that took too long, while another did it: the first one's word is dropped."""
    studio.write()
    await studio.held()
    house, archive = studio.bank.house, studio.archive

    class Slow:
        def __getattr__(self, name: str):
            return getattr(archive, name)

        async def take(self, reference: str):
            taken = await archive.take(reference)
            studio.bank.clock.on(hours=2)           # the claim has run out
            assert await look_some(house, archive, NEAR, timedelta(hours=24))
            return taken

    assert await look_some(house, Slow(), NEAR, timedelta(hours=24))
    await studio.bank.quiet()
    assert len(studio.says("录音已到")) == 1
    assert owed(studio) == []
