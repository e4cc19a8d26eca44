"""A drop folder: sorted, whole files only, moved and never deleted."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.spool import Spool, _kind
from hotline_bridge.ports import Inlet

BOUND = 20


@pytest.fixture
def spool(tmp_path: Path):
    return Spool("drop", tmp_path, every=0.01, limit=1000)


async def taken(spool):
    return [sheet async for sheet in spool.waiting("")]


async def test_mails_and_forms_come_sorted_by_name(spool, tmp_path):
    inlet: Inlet = spool
    for name in ("2.json", "1.eml", "3.EML"):
        (tmp_path / name).write_bytes(name.encode())
    assert inlet.name == "drop"
    assert [(sheet.kind, sheet.body) for sheet in await taken(spool)] == [
        ("mail", b"1.eml"), ("form", b"2.json"), ("mail", b"3.EML"),
    ]


@pytest.mark.parametrize("name", [".1.eml", "1.eml.tmp", "1.tmp", "1.eml.part", "1.txt", "eml", "json"])
async def test_unfinished_and_foreign_files_are_left_alone(spool, tmp_path, name):
    (tmp_path / name).write_bytes(b"x")
    (tmp_path / "folder.eml").mkdir()
    assert await taken(spool) == []


async def test_accepted_moves_to_done_and_twice_does_no_harm(spool, tmp_path):
    (tmp_path / "1.eml").write_bytes(b"first")
    [sheet] = await taken(spool)
    await spool.accepted(sheet)
    await spool.accepted(sheet)
    assert await taken(spool) == []
    assert (tmp_path / "done" / "1.eml").read_bytes() == b"first"


async def test_the_same_name_again_with_other_words_is_another_paper_and_both_are_kept(spool, tmp_path):
    keys = []
    for body in (b"first", b"second", b"first"):
        (tmp_path / "1.eml").write_bytes(body)
        [sheet] = await taken(spool)
        keys.append(sheet.key)
        await spool.accepted(sheet)
    assert keys[0] == keys[2] != keys[1]
    assert sorted(path.read_bytes() for path in (tmp_path / "done").iterdir()) == [b"first", b"second"]


async def test_a_file_that_changed_since_is_not_put_away(spool, tmp_path):
    (tmp_path / "1.eml").write_bytes(b"first")
    [sheet] = await taken(spool)
    (tmp_path / "1.eml").write_bytes(b"second")
    await spool.accepted(sheet)
    [again] = await taken(spool)
    assert again.body == b"second"


async def test_a_file_that_grows_while_it_is_read_waits_for_the_next_look(spool, tmp_path, monkeypatch):
    path = tmp_path / "1.eml"
    path.write_bytes(b"first half")
    look = Path.stat

    def grown(self, **how):
        if self == path and path.read_bytes() == b"first half":
            path.write_bytes(b"first half and second half")
        return look(self, **how)

    monkeypatch.setattr(Path, "stat", grown)
    assert await taken(spool) == []
    assert [sheet.body for sheet in await taken(spool)] == [b"first half and second half"]


async def test_a_file_taken_away_while_we_read_is_passed_over(spool, tmp_path):
    for name in ("1.eml", "2.eml"):
        (tmp_path / name).write_bytes(b"x")
    seen = []
    async for sheet in spool.waiting(""):
        seen.append(sheet)
        (tmp_path / "2.eml").unlink(missing_ok=True)
    assert len(seen) == 1


async def test_a_file_above_the_limit_comes_in_with_its_beginning(spool, tmp_path):
    (tmp_path / "1.eml").write_bytes(b"Subject: x\r\n\r\n" + b"x" * 100_000)
    [sheet] = await taken(spool)
    assert sheet.kind == "mail-too-large"
    assert len(sheet.body) == 64 * 1024
    await spool.accepted(sheet)
    assert (tmp_path / "done" / "1.eml").stat().st_size == 100_014


@pytest.mark.parametrize("key", ["../secret.eml:x", "/etc/x.eml:x", "", "1.eml", ".eml:x"])
async def test_a_key_that_is_none_of_ours_moves_nothing(spool, tmp_path, key):
    (tmp_path / "1.eml").write_bytes(b"x")
    [sheet] = await taken(spool)
    await spool.accepted(replace(sheet, key=key))
    assert (tmp_path / "1.eml").exists()


async def test_more_returns_when_a_file_comes(spool, tmp_path):
    assert await taken(spool) == []
    waiting = asyncio.ensure_future(spool.more())
    unfinished = tmp_path / ".1.eml"
    unfinished.write_bytes(b"x")
    unfinished.rename(tmp_path / "1.eml")
    async with asyncio.timeout(BOUND):
        await waiting
    assert len(await taken(spool)) == 1


async def test_more_returns_for_what_is_left_but_not_without_a_pause(tmp_path):
    spool = Spool("drop", tmp_path, every=0.05)
    (tmp_path / "1.eml").write_bytes(b"x")
    await taken(spool)
    begun = asyncio.get_running_loop().time()
    async with asyncio.timeout(BOUND):
        await spool.more()
    assert asyncio.get_running_loop().time() - begun >= 0.04


async def test_a_missing_folder_is_out_of_reach(tmp_path):
    spool = Spool("drop", tmp_path / "none")
    with pytest.raises(FileNotFoundError):
        await taken(spool)
    with pytest.raises(FileNotFoundError):
        await spool.more()


@given(st.text(max_size=20))
def test_only_two_endings_are_ours(name):
    kind = _kind(name)
    assert kind in {"", "mail", "form"}
    assert not kind or name.lower().endswith((".eml", ".json"))
    assert _kind("." + name) == ""
    assert _kind(name + ".tmp") == ""
