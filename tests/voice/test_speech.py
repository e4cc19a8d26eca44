"""The voice itself: real speech out of a process that may hang, die or print, and harms nobody (P-21)."""

import asyncio
import json
import os
import signal
import sys
import wave
from pathlib import Path

import pytest

from adapters.speech import Dumb, Speaker
from adapters.speech.speaker import LONGEST_TEXT, _PROGRAM
from routing.callwords import anything

TEXT = anything("您好，这里是示例银行客户投诉热线。您有一件投诉转办单，要求十一月二十六日下午五点半前回复。").sounds


@pytest.fixture
async def speaker(tmp_path: Path):
    one = Speaker(tmp_path / "sounds")
    yield one
    await one.close()


def pretender(tmp_path: Path, *lines: str) -> tuple[str, ...]:
    """A voice's process that does as the test says."""
    program = tmp_path / "pretender.py"
    program.write_text("import json, sys, time\nprint(json.dumps({'ready': True}), flush=True)\n" + "\n".join(lines), encoding="utf-8")
    return (sys.executable, "-I", str(program))


async def test_P21_a_sound_is_what_asterisk_plays(speaker: Speaker) -> None:
    path = await speaker.sound(TEXT)
    with wave.open(str(path)) as sound:
        assert (sound.getnchannels(), sound.getframerate(), sound.getsampwidth(), sound.getcomptype()) == (1, 8000, 2, "NONE")
        seconds = sound.getnframes() / 8000
    content = path.read_bytes()
    assert content[:4] + content[8:16] + content[36:40] == b"RIFFWAVEfmt data"      # 44 bytes, no other chunk
    assert len(content) == 44 + 2 * round(seconds * 8000)
    assert 6 < seconds < 25
    samples = memoryview(content[44:]).cast("h")
    assert max(samples) > 3000                  # somebody speaks
    assert path.stat().st_mode & 0o777 == 0o644


async def test_P21_the_same_text_is_said_once_and_many_at_once_queue(speaker: Speaker) -> None:
    texts = [anything(f"第{n}件").sounds for n in range(5)]
    paths = await asyncio.gather(*(speaker.sound(text) for text in texts * 4))
    assert len(set(paths)) == 5
    lengths = {path: path.stat().st_size for path in paths}
    assert all(size > 44 for size in lengths.values())
    assert speaker._asked == 5
    assert await speaker.sound(texts[0]) == paths[0]
    assert speaker._asked == 5


async def test_a_long_text_and_then_a_short_one_are_each_their_own(speaker: Speaker) -> None:
    """The library gave one text's sound under another's name where nobody waited."""
    long, short = await asyncio.gather(speaker.sound(TEXT * 5), speaker.sound("好"))
    assert long.stat().st_size > 20 * short.stat().st_size
    other = Speaker(speaker.folder.parent / "other")
    again = await other.sound("好")
    await other.close()
    assert abs(again.stat().st_size - short.stat().st_size) < 4_000       # a quarter of a second: the engine's pauses differ a little


@pytest.mark.parametrize("text", ["", "  \n", "，。！", "好" * (LONGEST_TEXT + 1)])
async def test_nothing_to_say_and_too_much_are_refused(speaker: Speaker, text: str) -> None:
    with pytest.raises(ValueError, match=r"nothing to say|at most"):
        await speaker.sound(text)


@pytest.mark.parametrize("text", ["-v en 好", "--help 好", "<speak>好</speak>", "[[h@'loU]] 好", "%s%n好", "好" * 500, "𠮷野家", "\x07好\x1b[0m", "'; rm -rf / #好"])
async def test_odd_texts_are_said_and_nothing_else_happens(speaker: Speaker, text: str) -> None:
    assert (await speaker.sound(text)).stat().st_size > 44


async def test_a_killed_voice_is_started_anew(speaker: Speaker) -> None:
    await speaker.sound("一")
    process = speaker._process
    assert process is not None
    os.kill(process.pid, signal.SIGKILL)
    await process.wait()
    assert (await speaker.sound("二")).stat().st_size > 44
    assert speaker._process is not process


async def test_a_voice_that_dies_in_the_middle_is_told_and_the_next_text_is_said(tmp_path: Path) -> None:
    speaker = Speaker(tmp_path / "sounds", program=pretender(tmp_path, "sys.stdin.readline()"))
    with pytest.raises(Dumb, match="its process ended"):
        await speaker.sound("一")
    speaker.program = _PROGRAM
    assert (await speaker.sound("一")).stat().st_size > 44
    await speaker.close()


async def test_a_voice_that_hangs_is_ended(tmp_path: Path) -> None:
    speaker = Speaker(tmp_path / "sounds", seconds=0.5, program=pretender(tmp_path, "time.sleep(600)"))
    with pytest.raises(Dumb, match=r"silent for 0\.5 s"):
        await speaker.sound("一")
    assert speaker._process is None


async def test_an_answer_to_another_text_is_never_taken_for_this_one(tmp_path: Path) -> None:
    speaker = Speaker(tmp_path / "sounds", program=pretender(tmp_path, "sys.stdin.readline()", "print(json.dumps({'id': 99, 'ok': True}), flush=True)", "sys.stdin.readline()"))
    with pytest.raises(Dumb, match="something else"):
        await speaker.sound("一")
    assert speaker._process is None


async def test_who_is_cancelled_leaves_no_answer_behind(tmp_path: Path) -> None:
    speaker = Speaker(tmp_path / "sounds", program=pretender(tmp_path, "sys.stdin.readline()", "open(sys.argv[0] + '.asked', 'w').close()", "time.sleep(600)"))
    asking = asyncio.ensure_future(speaker.sound("一"))
    while not (tmp_path / "pretender.py.asked").exists():
        await asyncio.sleep(0.01)
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)
    assert speaker._process is None


async def test_P21_without_espeak_the_cure_is_told(tmp_path: Path) -> None:
    program = tmp_path / "nothing.py"
    program.write_text("import json\nprint(json.dumps({'ready': False, 'why': 'OSError: libespeak-ng.so.1: cannot open shared object file'}), flush=True)\n", encoding="utf-8")
    speaker = Speaker(tmp_path / "sounds", program=(sys.executable, "-I", str(program)))
    with pytest.raises(Dumb, match=r"install espeak-ng .*left to people"):
        await speaker.sound("一")
    assert speaker._process is None


async def test_a_folder_nobody_may_write_is_told(tmp_path: Path) -> None:
    (tmp_path / "sounds").write_text("a file, no folder")
    speaker = Speaker(tmp_path / "sounds")
    with pytest.raises(OSError, match="sounds"):
        await speaker.sound("一")
    await speaker.close()


async def test_half_a_sound_left_by_a_power_cut_is_said_again(speaker: Speaker) -> None:
    path = await speaker.sound("一")
    path.write_bytes(path.read_bytes()[:44])
    assert await speaker.sound("一") == path
    assert path.stat().st_size > 44


async def test_the_folder_is_bounded_and_keeps_what_is_used(tmp_path: Path) -> None:
    speaker = Speaker(tmp_path, kept=3)
    old = [tmp_path / f"{n}.wav" for n in range(6)]
    for age, path in enumerate(old):
        path.write_bytes(b"x" * 100)
        os.utime(path, (1_000_000 - 10_000 * age,) * 2)
    await speaker.sound("一")
    await speaker.sound("二")
    assert [path.name for path in old if path.exists()] == ["0.wav"]     # asked for last of the old ones: three are kept
    for n in range(3, 8):
        await speaker.sound(anything(str(n)).sounds)
    assert len(list(tmp_path.glob("*.wav"))) == 7                       # all of this hour: a call may be playing them
    await speaker.close()


async def test_the_process_says_nothing_but_json(tmp_path: Path) -> None:
    """The driver prints "Audio saved to …"; none of it may get between the answers."""
    process = await asyncio.create_subprocess_exec(*_PROGRAM, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL)
    asked = "".join(json.dumps({"id": n, "text": "一", "out": str(tmp_path / out), "rate": 160}) + "\n" for n, out in enumerate(["0.wav", "nowhere/1.wav", "2.wav"]))
    said, _ = await process.communicate(asked.encode())
    answers = [json.loads(line) for line in said.splitlines()]
    assert [(one.get("id"), one.get("ok", one.get("ready"))) for one in answers] == [(None, True), (0, True), (1, False), (2, True)]
    assert process.returncode == 0              # its standard input ended
