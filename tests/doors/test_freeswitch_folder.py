"""err-log-dir: what could not be posted lies there, in the wrapping of the post, and is taken over after the commit."""

import asyncio
import os
from pathlib import Path

import pytest

from adapters.formats.cdr.freeswitch_post import bare_of, key_of
from adapters.freeswitch_folder import PATIENCE, FreeswitchFolder, LostPost
from hotline_bridge.ports import Inlet
from tests.freeswitch import JSON_POSTS, XML_POSTS, caller_leg, seat_leg, uuid

A = f"a_{uuid(1)}.cdr.json"


@pytest.fixture
def lost(tmp_path: Path) -> FreeswitchFolder:
    return FreeswitchFolder("freeswitch:f1:lost", [tmp_path], every=0.01, limit=100_000)


async def look(lost: FreeswitchFolder) -> list[LostPost]:
    return [paper async for paper in lost.waiting("")]


async def test_files_of_both_modules_and_of_dated_folders_come_and_are_taken_over(lost: FreeswitchFolder, tmp_path: Path):
    inlet: Inlet = lost
    assert inlet.name == "freeswitch:f1:lost"
    dated = tmp_path / "2026-03-02-09-00-00"
    dated.mkdir()
    (dated / A).write_text(caller_leg().json() + "\n")
    (tmp_path / f"{uuid(1, 'b')}.cdr.json").write_text(seat_leg().json() + "\n")
    (tmp_path / f"{uuid(2)}.cdr.xml").write_text(caller_leg(2).xml())
    for name in ("notes.txt", ".x.cdr.json", "x.json", "x.cdr.json.tmp"):
        (tmp_path / name).write_text("{}")
    (tmp_path / "folder.cdr.json").mkdir()
    papers = await look(lost)
    assert [paper.path.name for paper in papers] == [A, f"{uuid(2)}.cdr.xml", f"{uuid(1, 'b')}.cdr.json"]
    assert papers[0].body == caller_leg().json().encode() + b"\n"
    assert {paper.kind for paper in papers} == {"cdr-post"}
    assert await look(lost) == papers           # nothing is committed yet
    for paper in papers:
        await inlet.accepted(paper)
        await inlet.accepted(paper)             # called perhaps twice
    assert await look(lost) == []
    assert sorted(path.name for path in (tmp_path / "taken").iterdir()) == sorted(paper.path.name for paper in papers)


@pytest.mark.parametrize("wrap", [wrap for wrap, _ in (*JSON_POSTS.values(), *XML_POSTS.values())])
async def test_where_encode_is_on_the_file_holds_the_encoded_text(lost: FreeswitchFolder, tmp_path: Path, wrap):
    for leg in (caller_leg().json(), caller_leg().xml()):
        body = wrap(leg).removeprefix(b"cdr=") + b"\n"
        (tmp_path / A).write_bytes(body)
        (paper,) = await look(lost)
        assert (paper.body, paper.key) == (body, key_of(bare_of(wrap(leg))))      # the key of the post it was to be


async def test_a_half_written_file_is_waited_for(lost: FreeswitchFolder, tmp_path: Path):
    whole = caller_leg().json() + "\n"
    for cut in (0, 1, 500, len(whole) - 3):
        (tmp_path / A).write_text(whole[:cut])
        assert await look(lost) == []
    (tmp_path / A).write_text(whole)
    assert [paper.body for paper in await look(lost)] == [whole.encode()]


async def test_one_that_stays_cut_is_handed_in_as_it_is(lost: FreeswitchFolder, tmp_path: Path):
    (tmp_path / A).write_text(caller_leg().json()[:900])
    looks = [len(await look(lost)) for _ in range(PATIENCE + 1)]
    assert looks == [0] * PATIENCE + [1]
    (paper,) = await look(lost)
    await lost.accepted(paper)
    assert (tmp_path / "taken" / A).exists()


async def test_a_file_that_changed_since_it_was_read_stays(lost: FreeswitchFolder, tmp_path: Path):
    (tmp_path / A).write_text(caller_leg().json())
    (paper,) = await look(lost)
    (tmp_path / A).write_text(caller_leg(9).json())
    await lost.accepted(paper)
    assert (tmp_path / A).exists()


async def test_the_same_name_twice_overwrites_nothing(lost: FreeswitchFolder, tmp_path: Path):
    for number in (1, 2):
        (tmp_path / A).write_text(caller_leg(number).json())
        (paper,) = await look(lost)
        await lost.accepted(paper)
    assert len(list((tmp_path / "taken").iterdir())) == 2


async def test_two_files_of_one_leg_are_one_paper_and_both_go(lost: FreeswitchFolder, tmp_path: Path):
    (tmp_path / A).write_text(caller_leg().json())
    (tmp_path / f"{uuid(1)}.cdr.json").write_text(caller_leg().json() + "\n")
    one, other = await look(lost)
    assert one.key == other.key
    await lost.accepted(one)
    await lost.accepted(other)
    assert await look(lost) == []


async def test_a_large_file_bears_only_its_head(lost: FreeswitchFolder, tmp_path: Path):
    (tmp_path / A).write_bytes(b"{" + b" " * 200_000)
    (paper,) = await look(lost)
    assert (paper.kind, len(paper.body)) == ("cdr-post-too-large", 64 << 10)
    await lost.accepted(paper)
    assert (tmp_path / "taken" / A).stat().st_size == 200_001


async def test_links_and_pipes_are_not_followed(lost: FreeswitchFolder, tmp_path: Path):
    (tmp_path / "secret").write_text(caller_leg().json())
    (tmp_path / "x.cdr.json").symlink_to(tmp_path / "secret")
    os.mkfifo(tmp_path / "y.cdr.json")
    assert await look(lost) == []


async def test_a_folder_we_may_not_write_hands_each_file_in_once(lost: FreeswitchFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def closed(*args: object, **named: object) -> None:
        raise PermissionError

    (tmp_path / A).write_text(caller_leg().json())
    monkeypatch.setattr(Path, "mkdir", closed)
    (paper,) = await look(lost)
    await lost.accepted(paper)
    assert (tmp_path / A).exists()
    assert await look(lost) == []


async def test_a_file_that_is_closed_to_us_is_said_and_left(lost: FreeswitchFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def closed(*args: object, **named: object) -> int:
        raise PermissionError

    (tmp_path / A).write_text(caller_leg().json())
    monkeypatch.setattr(os, "open", closed)
    (paper,) = await look(lost)
    assert (paper.kind, paper.body) == ("cdr-post-unfetchable", b"")
    await lost.accepted(paper)
    assert (tmp_path / A).exists()
    assert await look(lost) == []


async def test_a_folder_that_is_not_there_is_empty_and_one_that_is_closed_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    lost = FreeswitchFolder("lost", [tmp_path / "none"])
    assert await look(lost) == []

    def closed(*args: object) -> None:
        raise PermissionError("closed")

    monkeypatch.setattr(os, "scandir", closed)
    with pytest.raises(OSError, match="closed"):
        await look(lost)


async def test_more_comes_back_when_a_file_has_come(lost: FreeswitchFolder, tmp_path: Path):
    waiting = asyncio.ensure_future(lost.more())
    await asyncio.sleep(0)
    (tmp_path / A).write_text(caller_leg().json())
    await asyncio.wait_for(waiting, 20)


async def test_one_bad_folder_keeps_no_other_out_and_is_told(tmp_path: Path):
    bad, good = tmp_path / "bad", tmp_path / "good"
    bad.write_text("a file, no folder")
    good.mkdir()
    (good / A).write_text(caller_leg().json())
    lost = FreeswitchFolder("lost", [bad, good], every=0.01)
    found: list[LostPost] = []
    with pytest.raises(OSError, match=f"{bad} cannot be read: Not a directory"):
        async for paper in lost.waiting(""):
            found.append(paper)     # noqa: PERF401 (it ends with an error)
    assert [paper.path.name for paper in found] == [A]
    await lost.accepted(found[0])
    assert (good / "taken" / A).exists()


async def test_a_closed_dated_folder_keeps_no_file_out(lost: FreeswitchFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    dated, scandir = tmp_path / "2026-03-02-09-00-00", os.scandir
    dated.mkdir()
    (tmp_path / A).write_text(caller_leg().json())

    def closed(path: Path) -> object:
        if Path(path) == dated:
            raise PermissionError("closed")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", closed)
    found: list[str] = []
    with pytest.raises(OSError, match=f"{dated} cannot be read: closed"):
        async for paper in lost.waiting(""):
            found.append(paper.path.name)     # noqa: PERF401 (it ends with an error)
    assert found == [A]


async def test_taken_is_not_followed_where_it_is_a_link(lost: FreeswitchFolder, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory):
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (tmp_path / "taken").symlink_to(elsewhere)
    (tmp_path / A).write_text(caller_leg().json())
    (paper,) = await look(lost)
    await lost.accepted(paper)
    assert (list(elsewhere.iterdir()), (tmp_path / A).exists()) == ([], True)
    assert await look(lost) == []           # kept, and not shown again


async def test_what_only_has_such_a_name_does_not_ring(lost: FreeswitchFolder, tmp_path: Path):
    (tmp_path / "x.cdr.json").symlink_to(tmp_path / "secret")
    (tmp_path / "secret").write_text(caller_leg().json())
    os.mkfifo(tmp_path / "y.cdr.json")
    (tmp_path / "z.cdr.json").mkdir()
    assert not lost._any()
    (tmp_path / A).write_text(caller_leg().json())
    assert lost._any()
