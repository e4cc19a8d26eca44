"""A model is installed only where it is no worse on texts it has not learnt from (P-9.1)."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from hotline_bridge.learning.corpus import parted
from hotline_bridge.learning.install import install
from hotline_bridge.learning.train import MISSED, Trained, bins, calibration_error, train
from routing.labels import Labelled
from routing.model import OPINED, Model
from routing.rules import Rules
from routing.scores import REVIEW, TOPICS_MICRO, Score, Scores
from routing.triage import TriageTables
from tests.conftest import ROOT
from tests.learning.texts import some_phrases, some_texts
from tests.models import a_model


def quiet(_step: str) -> None:
    """Nobody looks on."""


def scrambled(texts: Sequence[Labelled]) -> list[Labelled]:
    """The texts with the labels of others, but for those kept aside."""
    learnt, aside = parted(texts)
    return [replace(one, flags=other.flags, category=other.category, evidence={}) for one, other in zip(learnt, [*learnt[7:], *learnt[:7]], strict=True)] + aside


@pytest.fixture(scope="module")
def tables(sample_rules: Rules) -> TriageTables:
    return sample_rules.tables["psbc-95580"].beside(None)


@pytest.fixture(scope="module")
def good(tables: TriageTables) -> Trained:
    return train(some_texts(200), some_phrases(), tables, quiet)


def test_a_model_that_learnt_something_is_better_than_the_lists_alone(good: Trained) -> None:
    assert good.worse == {}
    assert list(good.pairs)[-2:] == ["category", "mean"]
    assert good.pairs["mean"][1] > good.pairs["mean"][0]
    assert good.pairs[REVIEW][1] == 1.0
    assert good.sheet.texts == good.before.texts == len(parted(some_texts(200))[1]) > 10


def test_P9_1_a_model_that_learnt_nonsense_is_worse_and_says_by_how_much(good: Trained, tables: TriageTables) -> None:
    bad = train(scrambled(some_texts(200)), (), tables.beside(good.model), quiet)
    assert "mean" in bad.worse
    old, new = bad.worse["mean"]
    assert new < old == good.pairs["mean"][1]
    again = train(some_texts(200), some_phrases(), tables.beside(bad.model), quiet)
    assert again.worse == {}


def test_the_card_says_what_was_learnt_from(good: Trained) -> None:
    learnt, aside = parted(some_texts(200))
    card = good.model.card
    assert (card["texts"], card["aside"], card["phrases"], card["runs"]) == (len(learnt), len(aside), 4, len(good.model.rows))
    assert card["without_flag"] == sum(not one.flags for one in learnt)
    for flag, count in card["flags_in_texts"].items():
        assert count == sum(flag in (one.flags or ()) for one in learnt) > 0
        assert card["cross_validated"][flag]["support"] == count
    assert sum(card["categories_in_texts"].values()) == len(learnt)
    assert card["limits"] == {flag: pytest.approx(good.model.limit(flag), abs=1e-3) for flag in OPINED}
    assert sum(row["texts"] for row in card["reliability"]["category"]) == len(learnt)
    assert sum(row["texts"] for row in card["reliability"]["flags"]) == len(learnt) * len(OPINED)
    assert Model.parse(good.model.dump(), "x").card == json.loads(json.dumps(card))


def test_other_texts_have_another_digest_and_the_same_in_another_order_have_not(good: Trained, tables: TriageTables) -> None:
    texts = some_texts(200)
    turned = train(texts[::-1], some_phrases(), tables, quiet).model.card
    assert turned["learnt_from_sha256"] == good.model.card["learnt_from_sha256"]
    fewer = train(texts[:50], some_phrases(), tables, quiet).model.card
    assert fewer["learnt_from_sha256"] != good.model.card["learnt_from_sha256"]


@pytest.mark.slow
def test_the_same_texts_give_the_same_file_in_every_process() -> None:
    """Also where Python shuffles its sets otherwise."""
    environ = {key: value for key, value in os.environ.items() if key != "HOTLINE_CONFIG"}
    told = {
        subprocess.run([sys.executable, "-m", "tests.learning.once"], cwd=ROOT, env=environ | {"PYTHONHASHSEED": seed}, capture_output=True, check=True, timeout=120).stdout
        for seed in ("1", "2", "3")}
    assert len(told) == 1


def sheet(review: Score, topics: Score, category: tuple[int, int] = (9, 10)) -> Scores:
    return Scores(labels={REVIEW: review, TOPICS_MICRO: topics}, shares={"category": category}, texts=100)


@pytest.mark.parametrize(("before", "now", "worse"), [
    (sheet(Score(50, 10, 0), Score(50, 10, 10)), sheet(Score(50, 10, 0), Score(50, 10, 10)), set()),                        # the same
    (sheet(Score(50, 10, 0), Score(50, 10, 10)), sheet(Score(50, 0, 0), Score(40, 10, 20)), {"mean"}),                      # one up, one down by more
    (sheet(Score(50, 10, 0), Score(50, 10, 10)), sheet(Score(50, 0, 0), Score(49, 10, 11)), set()),                         # one up, one down by less
    (sheet(Score(50, 50, 0), Score(50, 50, 50)), sheet(Score(45, 0, 5), Score(99, 0, 1)), {"review recall"}),               # better, but it misses more
    (sheet(Score(100, 50, 0), Score(50, 50, 50)), sheet(Score(100 - int(100 * MISSED), 0, int(100 * MISSED)), Score(99, 0, 1)), set()),
    (sheet(Score(50, 0, 0), Score(50, 0, 0)), sheet(Score(0, 0, 50), Score(0, 0, 50), (0, 10)), {"mean", "review recall"}),
    (Scores(), Scores(), set()),                                                                                            # nothing kept aside
])
def test_P9_1_a_model_may_not_miss_more_of_what_must_be_heard_again_however_good_it_is(before: Scores, now: Scores, worse: set[str]) -> None:
    trained = Trained(a_model({}), now, before)
    assert set(trained.worse) == worse


def test_the_mean_is_of_all_that_is_judged() -> None:
    """Review 2·50/(2·50+10) = 0.909…, topics 2·50/120 = 0.833…, category 0.9."""
    trained = Trained(a_model({}), sheet(Score(50, 10, 0), Score(50, 10, 10)), sheet(Score(50, 0, 0), Score(50, 0, 0), (10, 10)))
    assert trained.pairs["mean"] == (1.0, pytest.approx((100 / 110 + 100 / 120 + 0.9) / 3))


def test_the_error_of_calibration_is_the_mean_distance_weighed_by_texts() -> None:
    """(3·|0.2 - 0.5| + 1·|0.9 - 0.5|) / 4 = 0.325."""
    assert calibration_error([{"texts": 3, "said": 0.2, "so": 0.5}, {"texts": 1, "said": 0.9, "so": 0.5}]) == pytest.approx(0.325)
    assert calibration_error([{"texts": 5, "said": 0.4, "so": 0.4}]) == 0
    assert calibration_error([]) == 0


def test_probabilities_fall_into_ten_bins_and_the_last_holds_one() -> None:
    pairs = [(0.0, False), (0.09, True), (0.1, False), (0.95, True), (1.0, True), (1.0, False)]
    assert bins(pairs) == [
        {"texts": 2, "said": 0.045, "so": 0.5}, {"texts": 1, "said": 0.1, "so": 0.0}, {"texts": 3, "said": round(2.95 / 3, 4), "so": 0.6667}]
    assert bins([]) == []


def test_a_model_is_put_in_place_whole_and_anybody_may_read_it(tmp_path: Path) -> None:
    """The command writes for itself alone (umask 077), the service runs as somebody else."""
    target, mask = tmp_path / "new" / "own.model", os.umask(0o077)
    try:
        install(target, b"first")
        open_file = target.open("rb")
        install(target, b"second")
    finally:
        os.umask(mask)
    with open_file:
        assert open_file.read() == b"first"         # who is reading the old one reads it to its end
    assert target.read_bytes() == b"second"
    assert target.stat().st_mode & 0o777 == 0o644
    assert [path.name for path in target.parent.iterdir()] == ["own.model"]


def test_where_a_model_cannot_be_put_the_old_one_stays_and_nothing_is_left_lying(tmp_path: Path) -> None:
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "inside").write_text("x")
    with pytest.raises(OSError, match="taken"):
        install(tmp_path / "taken", b"model")
    assert [path.name for path in tmp_path.iterdir()] == ["taken"]
    (tmp_path / "file").write_text("x")
    with pytest.raises(OSError, match="file"):
        install(tmp_path / "file" / "own.model", b"model")
