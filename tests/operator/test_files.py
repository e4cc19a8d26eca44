"""Files of the exchange and recordings that are not what they should be."""

import os
from pathlib import Path

import pytest

from adapters.cdr_file import CdrFile
from adapters.recordings import Recordings


@pytest.mark.parametrize("kind", ["pipe", "folder"])
async def test_a_pipe_or_folder_in_place_of_the_record_file_holds_nobody(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "Master.csv"
    os.mkfifo(path) if kind == "pipe" else path.mkdir()
    with pytest.raises(OSError, match="no ordinary file"):
        [paper async for paper in CdrFile("cdr", path, 1.0).waiting("")]


async def test_a_pipe_beside_the_record_file_is_let_be(tmp_path: Path) -> None:
    (tmp_path / "Master.csv").write_bytes(b"a\n")
    os.mkfifo(tmp_path / "Master.csv.1")
    assert [paper.body async for paper in CdrFile("cdr", tmp_path / "Master.csv", 1.0).waiting("")] == [b"a"]


@pytest.mark.parametrize("reference", ["../secret.wav", "out.wav", "circle.wav", "pipe.wav", "a" * 5000, ".", "", "\0", "\udcff"])
def test_what_is_no_recording_of_ours_has_no_hash(tmp_path: Path, reference: str) -> None:
    folder = tmp_path / "recordings"
    folder.mkdir()
    (tmp_path / "secret.wav").write_bytes(b"s" * 100)
    (folder / "out.wav").symlink_to(tmp_path / "secret.wav")
    (folder / "circle.wav").symlink_to("circle.wav")
    os.mkfifo(folder / "pipe.wav")
    assert Recordings(folder).sha256(reference) == ""
