"""The converter's turns: who wants what is there waits for none, and what cannot be converted takes none twice (P-9.1)."""

import asyncio
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from adapters.recordings import Converter
from adapters.recordings.convert import AT_ONCE, HOPELESS
from routing.papers import Unreadable
from tests.recordings.sounds import pcm

BUSY, BROKEN, GOOD = "hangs", "fails", "works"


@dataclass(frozen=True, slots=True)
class Slow(Converter):
    """Its codecs are what becomes of them; `begun` has the conversions that were begun."""

    begun: list[str] = field(default_factory=list)
    now: list[float] = field(default_factory=lambda: [0.0])

    def _command(self, codec: str, out: str) -> Sequence[str]:
        if out:
            self.begun.append(codec)
        does = {BUSY: "import time; time.sleep(600)", BROKEN: "raise SystemExit(1)", GOOD: f"import shutil, sys; shutil.copyfileobj(sys.stdin.buffer, open({out!r}, 'wb'))"}
        return (sys.executable, "-I", "-c", does[codec])


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "a.wav"
    path.write_bytes(pcm(1.0))
    return path


@pytest.fixture
def converter(tmp_path: Path) -> Slow:
    one = Slow(tmp_path / "sounds")
    return replace(one, clock=lambda: one.now[0])


async def made(converter: Converter, source: Path, sha256: str, codec: str) -> Path:
    with source.open("rb") as file:
        return await converter.wav(file, sha256, codec)


async def test_P9_1_what_is_there_waits_for_no_turn(converter: Slow, source: Path) -> None:
    copy = await made(converter, source, "b" * 64, GOOD)
    busy = [asyncio.ensure_future(made(converter, source, str(one) * 64, BUSY)) for one in range(AT_ONCE)]
    async with asyncio.timeout(60):
        while converter.begun.count(BUSY) < AT_ONCE:
            await asyncio.sleep(0.01)
        assert await made(converter, source, "b" * 64, GOOD) == copy
    assert not any(one.done() for one in busy)
    for one in busy:
        one.cancel()
    await asyncio.gather(*busy, return_exceptions=True)
    assert [one.name for one in converter.folder.iterdir()] == [copy.name]


async def test_P9_1_the_same_recording_takes_one_turn_however_many_ask(converter: Slow, source: Path) -> None:
    busy = [asyncio.ensure_future(made(converter, source, "c" * 64, BUSY)) for _ in range(5)]
    async with asyncio.timeout(60):
        while not converter.begun:
            await asyncio.sleep(0.01)
        assert (await made(converter, source, "d" * 64, GOOD)).read_bytes() == pcm(1.0)
    assert converter.begun == [BUSY, GOOD]
    for one in busy:
        one.cancel()
    await asyncio.gather(*busy, return_exceptions=True)
    copies = await asyncio.gather(*(made(converter, source, "e" * 64, GOOD) for _ in range(5)))
    assert (len(set(copies)), converter.begun.count(GOOD)) == (1, 2)


async def test_P9_1_who_asked_first_and_left_leaves_the_others_theirs(converter: Slow, source: Path) -> None:
    first = asyncio.ensure_future(made(converter, source, "c" * 64, BUSY))
    async with asyncio.timeout(60):
        while not converter.begun:
            await asyncio.sleep(0.01)
        second = asyncio.ensure_future(made(converter, source, "c" * 64, GOOD))
        await asyncio.sleep(0)
        first.cancel()
        assert (await second).read_bytes() == pcm(1.0)


async def test_P9_1_what_could_not_be_converted_is_not_tried_again_for_a_while(converter: Slow, source: Path) -> None:
    for _ in range(5):
        with pytest.raises(Unreadable, match="cannot be converted"):
            await made(converter, source, "f" * 64, BROKEN)
    assert converter.begun == [BROKEN]
    converter.now[0] += HOPELESS + 1
    assert (await made(converter, source, "f" * 64, GOOD)).read_bytes() == pcm(1.0)
