"""Recordings on the disk: inside the folder only, hashed whatever their size, in one thread that holds nobody up."""

import asyncio
import hashlib
import os
import tracemalloc
from pathlib import Path
from time import perf_counter

import pytest

from adapters.recordings import Recordings
from tests.recordings.sounds import pcm


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a recording in it, and a secret beside it."""
    (tmp_path / "rec" / "2026").mkdir(parents=True)
    (tmp_path / "rec" / "2026" / "a.wav").write_bytes(pcm(1))
    (tmp_path / "rec" / "b.WAV").write_bytes(pcm(1))
    (tmp_path / "secret.wav").write_bytes(b"s" * 1000)
    (tmp_path / "recently").mkdir()
    (tmp_path / "recently" / "a.wav").write_bytes(b"s" * 1000)
    (tmp_path / "rec" / "out.wav").symlink_to(tmp_path / "secret.wav")
    (tmp_path / "rec" / "away").symlink_to(tmp_path)
    (tmp_path / "rec" / "circle.wav").symlink_to("circle.wav")
    (tmp_path / "rec" / "round").symlink_to("round/again")
    (tmp_path / "rec" / "in.wav").symlink_to("2026/a.wav")
    os.mkfifo(tmp_path / "rec" / "pipe.wav")
    return tmp_path / "rec"


@pytest.mark.parametrize("reference", ["2026/a.wav", "./2026/a.wav", "in.wav", "b.wav49", "/var/spool/asterisk/monitor/2026/a.wav", "{folder}/2026/a.wav"])
async def test_a_reference_relative_absolute_or_as_the_exchange_sees_it_is_found(folder: Path, reference: str) -> None:
    there = Recordings(folder, ("/var/spool/asterisk/monitor/",))
    taken = await there.take(reference.format(folder=folder))
    assert (taken.size, taken.sha256, taken.draft) == (len(pcm(1)), hashlib.sha256(pcm(1)).hexdigest(), None)
    assert there.sha256(reference.format(folder=folder)) == taken.sha256


@pytest.mark.parametrize("reference", [
    "../secret.wav", "2026/../../secret.wav", "out.wav", "away/secret.wav", "circle.wav", "round/x.wav", "pipe.wav", "2026", ".", "", "a\0b", "\udcff", "x" * 5000, "2026/a.wav/b",
    "/etc/passwd", "{folder}/../secret.wav", "{folder}ly/a.wav", "/var/spool/asterisk/monitor/../../secret.wav", "/var/spool/asterisk/monitor//../secret.wav", "/var/spool/asterisk/monitoring/a.wav",
])
async def test_nothing_outside_is_read_and_the_refusal_says_why(folder: Path, reference: str) -> None:
    there = Recordings(folder, ("/var/spool/asterisk/monitor",))
    with pytest.raises(ValueError, match=" / "):
        await there.take(reference.format(folder=folder))
    with pytest.raises(ValueError, match=" / "):
        there.open(reference.format(folder=folder))
    assert there.sha256(reference.format(folder=folder)) == ""


async def test_what_is_not_there_is_not_refused(folder: Path) -> None:
    with pytest.raises(FileNotFoundError):
        await Recordings(folder).take("2026/later.wav")
    with pytest.raises(FileNotFoundError):
        await Recordings(None).take("2026/a.wav")


@pytest.mark.slow
async def test_a_file_that_grows_while_it_is_hashed_is_not_taken(folder: Path) -> None:
    """The writer goes on between the first look at the file and the last."""
    path = folder / "grows.wav"
    path.write_bytes(b"RIFF")
    os.truncate(path, 1 << 30)
    looking = asyncio.ensure_future(Recordings(folder).take("grows.wav"))
    await asyncio.sleep(0)
    while not looking.done():
        with path.open("ab") as file:
            file.write(b"more")
        await asyncio.sleep(0.01)
    with pytest.raises(OSError, match="written"):
        looking.result()


@pytest.mark.slow
async def test_two_gigabytes_are_hashed_without_memory_and_without_holding_anybody_up(folder: Path) -> None:
    size = 2_100_000_000
    path = folder / "large.wav"
    path.write_bytes(pcm(1))
    os.truncate(path, size)             # sparse: nothing lies on the disk, every byte is read
    turns, begun = 0, perf_counter()

    async def others() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0.005)
            turns += 1

    beside = asyncio.ensure_future(others())
    tracemalloc.start()
    try:
        taken = await Recordings(folder).take("large.wav")
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
        beside.cancel()
    seconds = perf_counter() - begun
    print(f"{size / 1e6:.0f} MB in {seconds:.2f} s: {size / 1e6 / seconds:.0f} MB/s, {peak / 1e6:.1f} MB of memory, {turns} turns of the loop beside it")
    expected = hashlib.sha256(pcm(1))
    rest, zeros = size - len(pcm(1)), bytes(1 << 20)
    while rest:
        expected.update(zeros[:min(rest, len(zeros))])
        rest -= min(rest, len(zeros))
    assert (taken.size, taken.sha256) == (size, expected.hexdigest())
    assert peak < 8 << 20
    assert turns > 10
