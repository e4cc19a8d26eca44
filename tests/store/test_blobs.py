"""A large body is a file named by its hash, safe on the disk before its row is."""

import hashlib
import os
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from hotline_bridge.store import blobs as module
from hotline_bridge.store.blobs import Blobs
from hotline_bridge.store.engine import Store
from hotline_bridge.store.papers import IN_ROW
from hotline_bridge.store.tx import Tx
from tests.fakes import ZONE

NOW = datetime(2026, 7, 22, 9, 30, tzinfo=ZONE)
LARGE = b"x" * (IN_ROW + 1)
NAME = hashlib.sha256(LARGE).hexdigest()


def _files(folder: Path) -> list[str]:
    return sorted(one.name for one in folder.rglob("*") if one.is_file())


@pytest.mark.parametrize(("size", "files"), [(0, 0), (1, 0), (IN_ROW, 0), (IN_ROW + 1, 1)])
def test_up_to_a_mebibyte_lies_in_the_row_and_more_in_a_file(store: Store, tmp_path: Path, size: int, files: int) -> None:
    paper = store.run_now(lambda tx: tx.papers.keep("mailbox", "7/1", "mail", b"y" * size, NOW))
    assert paper is not None
    assert len(_files(tmp_path / "papers")) == files
    assert store.read_now(lambda tx: tx.papers.body(paper)) == b"y" * size


def test_the_file_is_named_by_its_hash_and_the_row_knows_it(store: Store, engine: Engine, tmp_path: Path) -> None:
    store.run_now(lambda tx: tx.papers.keep("mailbox", "7/1", "mail", LARGE, NOW))
    assert _files(tmp_path / "papers") == [NAME]
    with engine.connect() as db:
        row = db.execute(text("SELECT blob, digest, size, body FROM paper")).one()
    assert (row.blob, row.digest, row.size, row.body) == (NAME, NAME, len(LARGE), None)


def test_a_transaction_that_fails_leaves_at_most_a_file_nobody_names(store: Store, engine: Engine, tmp_path: Path) -> None:
    def fails(tx: Tx) -> None:
        tx.papers.keep("mailbox", "7/1", "mail", LARGE, NOW)
        raise RuntimeError("after the file")

    with pytest.raises(RuntimeError):
        store.run_now(fails)
    assert _files(tmp_path / "papers") == [NAME]
    with engine.connect() as db:
        assert db.execute(text("SELECT count(*) FROM paper")).scalar() == 0
    paper = store.run_now(lambda tx: tx.papers.keep("mailbox", "7/1", "mail", LARGE, NOW))
    assert store.read_now(lambda tx: tx.papers.body(paper)) == LARGE


def test_the_bytes_and_every_new_folder_are_synced_before_the_name_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A power cut after the commit must find the file: its bytes, its name, and its folder's name."""
    done: list[str] = []
    sync, replace = os.fsync, Path.replace

    def watched_sync(handle: int) -> None:
        done.append(f"sync {Path(f'/proc/self/fd/{handle}').readlink().name}")
        sync(handle)

    def watched_replace(self: Path, target: Path) -> Path:
        done.append("rename")
        return replace(self, target)

    monkeypatch.setattr(module.os, "fsync", watched_sync)
    monkeypatch.setattr(Path, "replace", watched_replace)
    (tmp_path / "papers").mkdir()
    Blobs(tmp_path / "papers").put(LARGE)
    draft = next(one for one in done if NAME in one)
    assert done.index(draft) < done.index("rename") < len(done) - 1 - done[::-1].index(f"sync {NAME[:2]}")
    assert "sync papers" in done                            # where the new folder's own name stands


def test_the_same_bytes_by_many_at_once_are_one_file(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path / "papers")
    for number in range(10):
        body = LARGE + bytes([number])
        with ThreadPoolExecutor(8) as threads:
            assert len(set(threads.map(lambda _, body=body: blobs.put(body), range(8)))) == 1
        assert blobs.get(hashlib.sha256(body).hexdigest()) == body
    assert len(_files(tmp_path / "papers")) == 10


def test_a_folder_that_refuses_is_an_error_and_no_row(store: Store, engine: Engine, tmp_path: Path) -> None:
    (tmp_path / "papers").write_text("a file where the folder should be")
    with pytest.raises(OSError):
        store.run_now(lambda tx: tx.papers.keep("mailbox", "7/1", "mail", LARGE, NOW))
    with engine.connect() as db:
        assert db.execute(text("SELECT count(*) FROM paper")).scalar() == 0
