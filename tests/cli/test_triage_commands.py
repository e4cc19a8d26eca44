"""The commands that judge, measure, rehearse and give out labelled texts (P-9.1, P-14)."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from hotline_bridge.cli.page import page
from hotline_bridge.config import Config
from hotline_bridge.daemon import run_until_quiet
from hotline_bridge.learning.corpus import name_of
from hotline_bridge.wiring import build
from routing.rules import Rules
from routing.triage import triage, triage_json
from routing.verdict import Complaint
from tests.conftest import ROOT
from tests.fakes import SetClock
from tests.make import a_form, form_bytes
from tests.models import a_model

pytestmark = pytest.mark.slow       # starts the program itself, several times
SIXTY = "客户称在上地路营业所转账六万元，柜员操作失误转错账户，要求更正。"
RUDE = "客户称上地路营业所柜员态度冷淡，说了一句怪话，要求道歉。"


def bridge(*words: str | Path, state: Path | None = None, folder: Path = ROOT) -> tuple[int, str, str]:
    """Run the command; its exit code, what it printed and what it said beside."""
    environ = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "HOTLINE_HTTP__PORT": "0", "PYTHONUTF8": "1"} | ({"HOTLINE_STATE": str(state)} if state else {})
    done = subprocess.run([sys.executable, "-m", "hotline_bridge", *map(str, words)], cwd=folder, capture_output=True, timeout=120, check=False, env=environ)
    assert b"Traceback" not in done.stderr, done.stderr.decode()
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def rows(printed: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in printed.splitlines()]


def written(path: Path, *some: object) -> Path:
    path.write_text("".join(f"{one if isinstance(one, str) else json.dumps(one, ensure_ascii=False)}\n" for one in some), encoding="utf-8")
    return path


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A model file that hears 歧视骚扰 in 怪话, and nothing else."""
    (tmp_path / "own.model").write_bytes(a_model({"怪话": "歧视骚扰"}).dump())
    return tmp_path / "own.model"


def test_triage_of_a_file_is_short_for_triage_read(tmp_path: Path) -> None:
    texts = written(tmp_path / "in.jsonl", {"id": "a", "text": SIXTY}, "", {"text": RUDE})
    short, long = bridge("triage", texts), bridge("triage", "read", texts)
    assert short == long
    assert (short[0], [row["id"] for row in rows(short[1])]) == (0, ["a", "3"])
    assert bridge("triage", "--model", "none", texts)[:2] == bridge("triage", "read", texts, "--model", "none")[:2]


def test_bad_lines_stay_in_their_place_among_hundreds(tmp_path: Path) -> None:
    bad = {0, 64, 65, 130, 199}
    texts = written(tmp_path / "in.jsonl", *("{broken" if at in bad else {"id": str(at), "text": RUDE} for at in range(200)))
    code, out, _ = bridge("triage", "--model", "none", texts)
    assert code == 1
    assert [row["id"] for row in rows(out)] == [None if at in bad else str(at) for at in range(200)]
    assert {row["line"] - 1 for row in rows(out) if row["id"] is None} == bad


def test_a_bad_line_is_told_by_the_number_an_editor_shows(tmp_path: Path) -> None:
    texts = written(tmp_path / "in.jsonl", {"id": "a", "text": SIXTY}, "", "   ", "{broken")
    code, out, _ = bridge("triage", texts)
    assert (code, rows(out)[1]["line"]) == (1, 4)
    assert "line 4 cannot be used" in rows(out)[1]["error"]


def test_explain_adds_one_key_with_lists_and_model_side_by_side(tmp_path: Path, own: Path) -> None:
    texts = written(tmp_path / "in.jsonl", {"id": "a", "text": SIXTY + "扬言找电视台曝光"}, {"id": "b", "text": RUDE})
    plain, explained = bridge("triage", texts, "--model", own)[1], bridge("triage", "--explain", texts, "--model", own)[1]
    for before, after in zip(rows(plain), rows(explained), strict=True):
        assert list(after) == [*before, "explain"]
        assert {key: after[key] for key in before} == before
    first, second = (row["explain"] for row in rows(explained))
    by_flag = {one["flag"]: one for one in first["flags"]}
    assert set(by_flag) == {"over_50k", "reputation"}
    assert by_flag["over_50k"]["model"] is None
    assert by_flag["reputation"]["lists"]
    assert 0 < by_flag["reputation"]["model"] < 1
    (one,) = second["flags"]
    assert (one["flag"], one["raised"], one["lists"], one["model_reads"]) == ("歧视骚扰", True, None, ["怪话"])
    assert "怪话" in one["evidence"]
    assert first["category"].keys() <= {"工作失误", "服务态度", "内部管理", "服务产品", "服务渠道", "违规操作", "金融犯罪", "匿名投诉"}


def test_without_a_model_only_the_lists_speak(tmp_path: Path, own: Path) -> None:
    texts = written(tmp_path / "in.jsonl", {"id": "a", "text": RUDE + "我要找记者曝光"})
    (with_,), (without,) = (rows(bridge("triage", "--explain", "--model", model, texts)[1]) for model in (own, "none"))
    assert (with_["sensitive"], without["sensitive"]) == (["歧视骚扰"], [])
    assert (with_["reputation"], without["reputation"]) == (True, True)
    assert {one["model"] for one in without["explain"]["flags"]} == {None}


@pytest.mark.parametrize("command", ["read", "evaluate"])
@pytest.mark.parametrize(("content", "words"), [(b"no model", "is no model file"), (b"PK\x03\x04", "is no model file"), (None, "cannot be read: No such file")])
def test_a_model_file_that_is_none_ends_the_command_in_words(tmp_path: Path, command: str, content: bytes | None, words: str) -> None:
    texts = written(tmp_path / "in.jsonl", {"text": RUDE})
    if content is not None:
        (tmp_path / "bad.model").write_bytes(content)
    code, out, said = bridge("triage", command, texts, "--model", tmp_path / "bad.model")
    assert (code, out) == (2, "")
    assert f"{tmp_path / 'bad.model'}: {words}" in said


def test_evaluate_prints_each_label_and_the_worst_misses(tmp_path: Path, own: Path) -> None:
    texts = written(
        tmp_path / "labelled.jsonl", {"id": "rude", "text": RUDE, "sensitive": ["歧视骚扰"], "category": "服务态度", "unit": "B1010101"},
        {"id": "lost", "text": "存单上的钱变成了怪话", "sensitive": ["存款丢失"]}, {"id": "sixty", "text": SIXTY, "sensitive": [], "over_50k": True, "amounts": [60000]})
    code, out, _ = bridge("triage", "evaluate", texts, "--model", own)
    assert code == 0
    line = {words[1]: words for row in out.splitlines() if len(words := [word.strip() for word in row.split("│")]) > 4}
    assert line["歧视骚扰"][2:6] == ["1", "0.500", "1.000", "0.667"]
    assert line["存款丢失"][2:6] == ["1", "1.000", "0.000", "0.000"]
    assert line["超五万 over_50k"][2:6] == ["1", "1.000", "1.000", "1.000"]
    assert line["金额全对 amounts exact"][2:5] == ["1", "1", "1.000"]
    misses = [row for row in out.splitlines() if row.startswith("lost ")]
    assert len(misses) == 2
    assert "存款丢失: 应为 expected yes" in misses[0]          # what was missed goes before a false alarm
    assert bridge("triage", "evaluate", texts, "--model", own, "--misses", "1")[1].count("应为 expected") == 1
    assert "应为 expected" not in bridge("triage", "evaluate", texts, "--model", own, "--misses", "0")[1]


def test_evaluate_as_json_holds_the_same_figures_and_all_misses(tmp_path: Path, own: Path) -> None:
    texts = written(tmp_path / "labelled.jsonl", {"id": "a", "text": RUDE, "sensitive": ["歧视骚扰"]}, {"id": "b", "text": "说了怪话", "sensitive": []}, {"id": "c", "text": "没有标签"})
    code, out, _ = bridge("triage", "evaluate", "--json", texts, "--model", own)
    (sheet,) = rows(out)
    assert code == 0
    assert list(sheet) == ["texts", "labels", "shares", "misses"]
    assert (sheet["texts"], sheet["labels"]["歧视骚扰"]) == (3, {"support": 1, "precision": 0.5, "recall": 1.0, "f1": 0.6667})
    assert {"id": "b", "label": "歧视骚扰", "expected": "no", "said": "yes: 说了怪话"} in sheet["misses"]


def test_evaluate_on_a_bad_file_names_every_line_and_measures_nothing(tmp_path: Path) -> None:
    texts = written(tmp_path / "labelled.jsonl", {"text": RUDE, "sensitive": []}, "", {"text": RUDE, "category": "天气"}, "{broken", {"text": RUDE, "evidence": {"系统故障": "黑屏"}})
    code, out, said = bridge("triage", "evaluate", texts)
    assert (code, out) == (2, "")
    for words in ("line 3: category 天气 is none of the eight", "line 4: expected an object with a text", "line 5: evidence of 系统故障"):
        assert f"{texts}: {words}" in said
    code, _, said = bridge("triage", "evaluate", tmp_path / "nowhere.jsonl")
    assert (code, "nowhere.jsonl: cannot be read" in said) == (2, True)


def test_evaluate_says_how_many_texts_the_model_has_learnt_from(tmp_path: Path) -> None:
    """On those it is better than it will be on new ones."""
    model = a_model({"怪话": "歧视骚扰"})
    known = replace(model, card={**model.card, "learnt": [name_of(RUDE), name_of("别的")]})
    (tmp_path / "known.model").write_bytes(known.dump())
    texts = written(tmp_path / "labelled.jsonl", {"text": RUDE}, {"text": "谁也没写过的一段话"})
    assert "learnt from 1 of these" in bridge("triage", "evaluate", texts, "--model", tmp_path / "known.model")[2]
    assert bridge("triage", "evaluate", texts, "--model", "none")[2] == ""


def test_a_pack_of_the_banks_own_is_taken_though_it_has_the_id_of_a_shipped_one(tmp_path: Path) -> None:
    texts = written(tmp_path / "in.jsonl", {"id": "a", "text": SIXTY})
    pack = (ROOT / "routing" / "packs" / "psbc-95580.toml").read_text(encoding="utf-8")
    (tmp_path / "own.toml").write_text(pack.replace("amount_over = 50000", "amount_over = 80000"), encoding="utf-8")
    (shipped,), (own,) = (rows(bridge("triage", texts, "--model", "none", "--pack", which)[1]) for which in ("psbc-95580", tmp_path / "own.toml"))
    assert (shipped["over_50k"], own["over_50k"], own["amounts"]) == (True, False, [60000])


@pytest.fixture
async def numbers(tmp_path: Path) -> list[str]:
    """A held case and one that went out, in a store below tmp_path/state."""
    from adapters.formats.form_json import read_form
    from hotline_bridge.opening import take_form

    found = []
    async with build(Config(state=tmp_path / "state", http={"port": 0}), SetClock()) as built:
        house = built.house
        for number, narrative in enumerate((SIXTY, RUDE.replace("说了一句怪话", "问三句不答一句"))):
            body = form_bytes(a_form(f"cli-{number}", narrative=narrative))
            form, digest = read_form(body)
            posted = await house.store.run(lambda tx, b=body, f=form, d=digest: take_form(tx, "seat", b, f, d, house.clock(), house.rules))
            found.append(posted.number)
        await run_until_quiet(house)
    return found


def test_P9_1_rehearse_lists_what_a_changed_pack_would_do_and_changes_nothing(tmp_path: Path, numbers: list[str]) -> None:
    pack = (ROOT / "routing" / "packs" / "psbc-95580.toml").read_text(encoding="utf-8")
    (tmp_path / "own.toml").write_text(pack.replace("amount_over = 50000", "amount_over = 80000"), encoding="utf-8")
    state = tmp_path / "state"
    before = bridge("cases", "show", numbers[0], "--json", state=state)[1]
    code, out, said = bridge("triage", "rehearse", "--pack", tmp_path / "own.toml", "--json", state=state)
    (row,) = rows(out)
    assert (code, row["number"], row["flags"]) == (0, numbers[0], "-over_50k")
    assert row["held"].startswith("复听 → 直接转办")
    assert "2 cases, 1 would change: 0 newly held, 1 no longer held" in said
    code, out, _ = bridge("triage", "rehearse", "--pack", tmp_path / "own.toml", state=state)
    assert (code, numbers[0] in out, numbers[1] in out) == (0, True, False)
    assert bridge("cases", "show", numbers[0], "--json", state=state)[1] == before


def test_P9_1_rehearse_without_a_change_finds_none_and_a_bad_pack_is_refused(tmp_path: Path, numbers: list[str]) -> None:
    code, out, said = bridge("triage", "rehearse", "--json", state=tmp_path / "state")
    assert (code, out, f"{len(numbers)} cases, 0 would change" in said) == (0, "", True)
    code, out, said = bridge("triage", "rehearse", "--pack", "北极", state=tmp_path / "state")
    assert (code, out, "no pack 北极" in said) == (2, "", True)


def test_examples_are_labelled_texts_of_what_people_decided(tmp_path: Path, numbers: list[str]) -> None:
    held, sent = numbers
    state = tmp_path / "state"
    assert bridge("triage", "examples", state=state)[:2] == (0, "")
    assert bridge("cases", "review", held, "--as", "复核员甲", "--findings", "是六千", "--dismiss", "over_50k", state=state)[0] == 0
    assert bridge("cases", "assign", sent, "--as", "desk", "--category", "内部管理", state=state)[0] == 0
    code, out, said = bridge("triage", "examples", state=state)
    found = {row["id"]: row for row in rows(out)}
    assert (code, set(found)) == (0, {held, sent})
    assert "2 条 examples" in said
    assert (found[held]["over_50k"], found[held]["review"], found[held]["text"].startswith(SIXTY)) == (False, False, True)
    assert (found[sent]["category"], "sensitive" in found[sent]) == ("内部管理", False)
    (tmp_path / "desk.jsonl").write_text(out, encoding="utf-8")
    (sheet,) = rows(bridge("triage", "evaluate", "--json", tmp_path / "desk.jsonl")[1])
    assert (sheet["texts"], sheet["labels"]["over_50k"]["support"], sheet["shares"]["category"]["of"]) == (2, 0, 1)


def test_a_page_for_a_person_shows_words_decision_and_reasons(sample_rules: Rules, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever stands in the id or the text is shown as it is, and no mark-up of the terminal's."""
    monkeypatch.setenv("COLUMNS", "200")
    tables = sample_rules.tables["psbc-95580"].beside(a_model({"怪话": "歧视骚扰"}))
    text = "[/bold]柜员转账六万元转错账户，[red]还说了一句怪话"
    verdict = triage(Complaint(text, "seat-note", datetime(2026, 7, 22, 9, 0, tzinfo=UTC)), tables)
    page(triage_json("[/id]", verdict), verdict, text, tables)
    shown = capsys.readouterr().out
    for words in ("[/id]", "需复听", text, "60,000", "歧视骚扰", "over_50k", "98%", "怪话"):
        assert words in shown, words
    bare = tables.beside(None)
    nothing = replace(verdict, flags=(), chances={}, amounts=(), evidence={})
    page(triage_json("b", nothing), nothing, "天气", bare)
    assert "可直接转办" in capsys.readouterr().out
