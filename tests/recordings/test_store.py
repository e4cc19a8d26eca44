"""The drawers of recordings and listenings, on SQLite and on PostgreSQL (P-9.1)."""

import os
from datetime import datetime, timedelta
from pathlib import Path

from adapters.recordings.draft import NAME, sweep
from hotline_bridge.store.engine import Store
from tests.conftest import Bank
from tests.fakes import ZONE
from tests.make import a_form
from tests.store.conftest import engine, store, url

__all__ = ["engine", "store", "url"]
NOW = datetime(2026, 7, 22, 9, 30, tzinfo=ZONE)


def test_P9_1_the_first_hash_is_written_once_and_never_again(store: Store) -> None:
    def work(tx) -> None:
        kept, news = tx.recordings.note("asterisk:pbx", "录音/" + "x" * 3000, NOW)
        assert news
        again, news = tx.recordings.note("vendor:other", "录音/" + "x" * 3000, NOW)
        assert (again.id, again.exchange, news) == (kept.id, "asterisk:pbx", False)
        tx.recordings.change(kept.id, sha256="a" * 64, size=3_000_000_000, seconds=1.5, state="there")
        tx.recordings.change(kept.id, sha256="b" * 64, size=5, state="there")
        found = tx.recordings.get(kept.id)
        assert (found.sha256, found.size) == ("a" * 64, 3_000_000_000)
        assert tx.recordings.counts()["there"] == 1
        assert [one.id for one in tx.recordings.select(("there",))] == [kept.id]
        assert tx.recordings.select(("missing",)) == []
        assert tx.recordings.several([]) == {}

    store.run_now(work)


async def test_P9_1_listenings_are_kept_whole(bank: Bank) -> None:
    await bank.post(a_form(recording="a.wav"))

    def work(tx) -> None:
        case, kept = int(bank_case.id), tx.recordings.named("a.wav")
        listening = tx.listenings.begin(case, kept.id, "复核员甲", "a" * 64, NOW)
        one = tx.listenings.get(listening)
        assert (one.played, one.given, one.seconds, one.ended) == ([], [], 0.0, None)
        assert tx.listenings.go_on(one, NOW + timedelta(seconds=20), given=[(0.0, 30.0)], played=[(0.0, 4.5), (10.0, 12.0)], sent=3_000_000_000) == 6.5
        one = tx.listenings.get(listening)
        assert (one.played, one.sent, one.seconds) == ([(0.0, 4.5), (10.0, 12.0)], 3_000_000_000, 6.5)
        assert tx.listenings.end(listening, NOW)
        assert not tx.listenings.end(listening, NOW)
        assert [row.id for row in tx.listenings.of_case(case)] == [listening]
        assert [row.id for row in tx.recordings.of_case(case)] == [kept.id]

    bank_case = bank.case()
    await bank.house.store.run(work)


def test_drafts_of_a_killed_program_are_taken_away_and_younger_ones_are_not(tmp_path: Path) -> None:
    for name, age in (("old", 1000), ("young", 3000)):
        (tmp_path / f"{NAME}{name}").write_bytes(b"x")
        os.utime(tmp_path / f"{NAME}{name}", (age, age))
    (tmp_path / "ab").mkdir()
    assert sweep(tmp_path, 2000) == 1
    assert [one.name for one in tmp_path.glob(f"{NAME}*")] == [f"{NAME}young"]
    assert sweep(tmp_path / "none", 2000) == 0


def test_a_draft_is_adopted_under_its_hash_once(tmp_path: Path) -> None:
    from hotline_bridge.store.blobs import Blobs

    blobs = Blobs(tmp_path)
    for _ in range(2):
        draft = tmp_path / ".draft"
        draft.write_bytes(b"sound")
        assert blobs.adopt(draft, "ab" * 32) == "ab" * 32
        assert not draft.exists()
    with blobs.open("ab" * 32) as file:
        assert file.read() == b"sound"
