"""The command `triage train`: a better model is installed whole, a worse one not at all (P-9.1)."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from hotline_bridge.learning.corpus import parted
from hotline_bridge.learning.desk import label_json
from hotline_bridge.tables import load_model
from routing.labels import Labelled
from routing.model import Model
from tests.conftest import ROOT
from tests.learning.texts import some_phrases, some_texts
from tests.learning.test_train import scrambled

pytestmark = pytest.mark.slow       # starts the program itself, several times


def corpus_of(folder: Path, texts: Sequence[Labelled], *, taught: bool = True) -> Path:
    """A folder of texts and phrases in the image of the shipped one."""
    for name in ("texts", "phrases"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    lines = [json.dumps(label_json(one) | {"evidence": dict(one.evidence)}, ensure_ascii=False) for one in texts]
    (folder / "texts" / "a.jsonl").write_text("\n".join(lines), encoding="utf-8")
    said = [json.dumps({"flag": one.flag, "text": one.text, "holds": one.holds}, ensure_ascii=False) for one in some_phrases() if taught]
    (folder / "phrases" / "a.jsonl").write_text("\n".join(said), encoding="utf-8")
    return folder


def train(folder: Path, corpus: Path, *words: str | Path, config: str = "", **environ: str) -> tuple[int, str, str]:
    """Run `triage train` in a folder with a configuration of this content."""
    (folder / "bridge.toml").write_text(f'state = "state"\n[http]\nport = 0\n{config}', encoding="utf-8")
    command = [sys.executable, "-m", "tests.cli.own_corpus", str(corpus), "triage", "train", "--config", "bridge.toml", *map(str, words)]
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", **environ}
    done = subprocess.run(command, cwd=folder, capture_output=True, timeout=150, check=False, env=environment)
    assert b"Traceback" not in done.stderr, done.stderr.decode()
    return done.returncode, done.stdout.decode(), done.stderr.decode()


OURS = '[tables]\nmodel = "own.model"\n'


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return corpus_of(tmp_path_factory.mktemp("good"), some_texts(200))


@pytest.fixture(scope="module")
def bad(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return corpus_of(tmp_path_factory.mktemp("bad"), scrambled(some_texts(200)), taught=False)


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory, good: Path) -> bytes:
    """The model of the good texts, installed where there was none."""
    folder = tmp_path_factory.mktemp("first")
    code, out, said = train(folder, good, "--no-desk", "--out", folder / "own.model", "--card", folder / "card.md")
    assert (code, "已安装 installed" in said) == (0, True), said
    assert "mean" in out
    assert {path.name for path in folder.iterdir()} == {"bridge.toml", "state", "own.model", "card.md", "model-reliability.svg"}
    assert (folder / "own.model").stat().st_mode & 0o777 == 0o644
    assert f"{len(parted(some_texts(200))[0])} labelled" in (folder / "card.md").read_text(encoding="utf-8")
    return (folder / "own.model").read_bytes()


def test_the_first_model_says_what_it_was_made_of(first: bytes) -> None:
    card = Model.parse(first, "x").card
    assert (card["texts"], card["phrases"]) == (len(parted(some_texts(200))[0]), len(some_phrases()))


def test_P9_1_a_worse_model_is_not_installed(tmp_path: Path, first: bytes, bad: Path) -> None:
    (tmp_path / "own.model").write_bytes(first)
    before = (tmp_path / "own.model").stat()
    code, _, said = train(tmp_path, bad, "--no-desk", "--card", tmp_path / "card.md", config=OURS)
    assert (code, "not installed" in said, bool(re.search(r"mean 0\.9\d+ → 0\.[0-8]", said))) == (1, True, True), said
    assert (tmp_path / "own.model").read_bytes() == first
    assert ((tmp_path / "own.model").stat().st_ino, (tmp_path / "own.model").stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert not (tmp_path / "card.md").exists()


def test_P9_1_a_model_no_worse_takes_the_place_of_the_one_in_force_whole(tmp_path: Path, good: Path, first: bytes) -> None:
    (tmp_path / "own.model").write_bytes(first)
    more = tmp_path / "more.jsonl"
    more.write_text('{"text": "柜员斜眼哼了三声还翻白眼", "sensitive": ["歧视骚扰"], "category": "服务态度"}\n', encoding="utf-8")
    reader = (tmp_path / "own.model").open("rb")        # who reads the old one meanwhile reads it to its end
    code, _, said = train(tmp_path, good, "--no-desk", "--examples", more, config=OURS)
    assert (code, str(tmp_path / "own.model") in said) == (0, True), said
    with reader:
        assert reader.read() == first
    assert Model.parse((tmp_path / "own.model").read_bytes(), "x").card["texts"] == Model.parse(first, "x").card["texts"] + 1
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_without_a_place_it_says_where_to_name_one(tmp_path: Path, good: Path) -> None:
    code, out, said = train(tmp_path, good)
    assert (code, out) == (2, "")
    assert "Set tables.model in the configuration, or say --out FILE" in said


def test_examples_with_a_wrong_label_are_told_before_anything_is_learnt(tmp_path: Path, good: Path) -> None:
    (tmp_path / "more.jsonl").write_text('{"text": "x"}\n\n{"text": "x", "category": "天气"}\n', encoding="utf-8")
    code, _, said = train(tmp_path, good, "--examples", "more.jsonl", "--out", tmp_path / "own.model")
    assert (code, "more.jsonl: line 3: category 天气" in said) == (2, True)
    assert not (tmp_path / "own.model").exists()


def test_where_the_model_cannot_be_written_it_says_so(tmp_path: Path, good: Path) -> None:
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "inside").write_text("x")
    code, _, said = train(tmp_path, good, "--no-desk", "--out", tmp_path / "taken")
    assert (code, "taken" in said) == (2, True)


@pytest.mark.parametrize("content", [None, b"of an older program"])
def test_a_model_that_is_missing_or_too_old_is_mended_by_training(tmp_path: Path, good: Path, content: bytes | None) -> None:
    """The cure that its error names works: the new one is compared with the lists alone, and installed in its place."""
    if content is not None:
        (tmp_path / "own.model").write_bytes(content)
    code, _, said = train(tmp_path, good, "--no-desk", config=OURS)
    assert (code, "no model in force to compare with" in said, str(tmp_path / "own.model") in said) == (0, True, True), said
    assert load_model(tmp_path / "own.model").card["texts"] > 100


def test_P9_1_where_no_model_is_used_the_new_one_is_compared_with_the_lists_alone(tmp_path: Path, good: Path, first: bytes) -> None:
    code, _, said = train(tmp_path, good, "--no-desk", config=OURS + "use_model = false\n")
    assert (code, "no model in force" in said) == (0, False), said
    assert (tmp_path / "own.model").read_bytes() == first       # what was in force before changes nothing of what is learnt
