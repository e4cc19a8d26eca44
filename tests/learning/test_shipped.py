"""The texts, phrases and model that come along are what they say: properly labelled, nobody's own words, and of one another."""

import hashlib
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from hotline_bridge.learning.corpus import CORPUS, Phrase, corpus, name_of, parted, phrases
from hotline_bridge.learning.train import sheet_of, train
from hotline_bridge.tables import load_lexicon, load_model
from routing.concepts import MARK
from routing.labels import Labelled
from routing.model import FORM, OPINED, Model
from routing.phrases import phone_in
from routing.rules import Rules
from routing.scores import REVIEW
from routing.text import fold_text
from routing.verdict import FLAGS, OVER_50K, TOPICS, Category
from tests.conftest import shared

ALIKE = 0.5             # share of three-character pieces that two texts may have in common
MARKS = {"unit", "category", *FLAGS}


@pytest.fixture(scope="module")
def texts() -> list[Labelled]:
    return corpus()


@pytest.fixture(scope="module")
def sayings() -> list[Phrase]:
    return phrases()


@pytest.fixture(scope="module")
def model() -> Model:
    return load_model()


def raw() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every line of every file of texts as it stands there, with its place."""
    for path in sorted(Path(str(CORPUS)).joinpath("texts").glob("*.jsonl")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            yield f"{path.name}:{number}", json.loads(line)


def test_the_labels_of_a_text_agree_and_its_flags_are_all_known_or_none() -> None:
    """A text read for its category alone says nothing of flags; a false there would be a claim."""
    keys = {"sensitive", "over_50k", "public_figure", "reputation", "review"}
    for where, row in raw():
        assert {"id", "source", "text"} <= set(row), where
        assert row["text"].strip(), where
        assert keys & set(row) in (keys, set()), where
        assert row.get("review", False) is any(row.get(key) for key in keys - {"review"}), where
        assert row.get("category") not in row.get("also", ()), where
        assert len(set(row.get("sensitive", ()))) == len(row.get("sensitive", ())), where


def test_a_text_has_a_category_unless_it_is_an_enquiry(texts: Sequence[Labelled]) -> None:
    assert [one.id for one in texts if (one.category is None) is not one.enquiry] == []
    assert [one.id for one in texts if one.enquiry and one.flags] == []


def test_every_flag_has_its_words_and_no_other_has(texts: Sequence[Labelled]) -> None:
    """Exact substrings: labelled() sees to that."""
    for one in texts:
        assert (one.flags or set()) <= set(one.evidence) <= MARKS, one.id
        assert all(words.strip() for words in one.evidence.values()), one.id
        assert set(one.evidence) & set(FLAGS) == (one.flags or set()), one.id


def test_a_sum_over_fifty_thousand_is_flagged_where_there_is_one(texts: Sequence[Labelled]) -> None:
    for one in texts:
        if one.amounts and one.flags is not None and max(one.amounts) > 50_000:
            assert OVER_50K in one.flags, one.id


def test_there_is_enough_of_everything(texts: Sequence[Labelled], sayings: Sequence[Phrase]) -> None:
    flags = Counter(flag for one in texts for flag in one.flags or ())
    kinds = Counter(one.category for one in texts if one.category)
    assert {topic: flags[topic] for topic in (*TOPICS, "public_figure", "reputation") if flags[topic] < 40} == {}
    assert {kind: kinds[kind] for kind in Category if kinds[kind] < 60} == {}
    assert {one.complaint.source for one in texts} >= {"seat-note", "transcript", "email", "letter", "web"}
    for flag in OPINED:
        assert {one.holds for one in sayings if one.flag == flag} == {True, False}, flag


def test_half_of_the_texts_bear_no_flag(texts: Sequence[Labelled]) -> None:
    """Else the model would learn that most complaints do."""
    known = [one.flags for one in texts if one.flags is not None]
    assert sum(not flags for flags in known) / len(known) >= 0.5


def test_no_name_is_given_twice(texts: Sequence[Labelled]) -> None:
    assert [id_ for id_, count in Counter(one.id for one in texts).items() if count > 1] == []


def pieces(text: str) -> frozenset[str]:
    """The three-character pieces of a text without its marks."""
    bare = re.sub(r"[\W_]", "", fold_text(text))
    return frozenset(bare[at:at + 3] for at in range(len(bare) - 2)) or frozenset({bare})


def alike(some: Sequence[str], others: Sequence[str] | None = None) -> list[tuple[str, str]]:
    """Which of these texts are nearly those of the others, or of each other."""
    index: dict[str, list[int]] = defaultdict(list)
    known = list(map(pieces, some if others is None else others))
    names = some if others is None else others
    found = []
    if others is not None:
        for number, each in enumerate(known):
            for piece in each:
                index[piece].append(number)
    for number, text in enumerate(some):
        mine = pieces(text)
        shared_ = Counter(other for piece in mine for other in index[piece])
        found += [(names[other], text) for other, count in shared_.items() if count / len(mine | known[other]) > ALIKE]
        if others is None:
            for piece in mine:
                index[piece].append(number)
    return found


def test_texts_that_are_nearly_alike_are_found() -> None:
    one, two = "柜员把存折登错了一行，要求更正", "柜员把存折登错了一行，要求改正。"
    assert alike([one, "叫号机吐白纸", two]) == [(one, two)]
    assert alike(["叫号机吐白纸", two], [one]) == [(one, two)]


def test_no_two_texts_and_no_two_phrases_are_nearly_alike(texts: Sequence[Labelled], sayings: Sequence[Phrase]) -> None:
    assert alike([one.complaint.text for one in texts]) == []
    assert alike([one.text for one in sayings]) == []


def test_no_text_is_one_triage_is_measured_by(texts: Sequence[Labelled], sayings: Sequence[Phrase]) -> None:
    """Else its figures would say nothing."""
    lines = (shared() / "data" / "triage-dev.jsonl").read_text(encoding="utf-8").splitlines()
    measured = [json.loads(line)["text"] for line in lines]
    assert len(measured) > 50
    assert alike([*(one.complaint.text for one in texts), *(one.text for one in sayings)], measured) == []


def words_of(texts: Iterable[Labelled], sayings: Iterable[Phrase]) -> list[str]:
    return [*(one.complaint.text for one in texts), *(one.text for one in sayings)]


def test_P6_no_number_in_it_is_anybodys(texts: Sequence[Labelled], sayings: Sequence[Phrase]) -> None:
    """Telephones are of a block that is plainly made up, or one figure over and over; there is no card and no identity number."""
    for text in words_of(texts, sayings):
        plain = re.sub(r"(?<=\d)[\s-](?=\d)", "", fold_text(text))
        long = re.findall(r"\d{9,}", plain)
        for number in (*long, phone_in(text)):
            assert re.fullmatch(r"13800000\d{3}|(\d)\1{6,}|", number), text


def test_P6_no_address_in_it_is_anybodys(texts: Sequence[Labelled], sayings: Sequence[Phrase]) -> None:
    for text in words_of(texts, sayings):
        assert all(re.search(r"@([\w-]+\.)*example\b", hit) for hit in re.findall(r"\S+@\S+", text)), text
        assert "http" not in text, text


def test_the_model_was_made_of_these_texts(model: Model, texts: Sequence[Labelled], sayings: Sequence[Phrase]) -> None:
    """The digest of its card is counted here anew; where this fails, run `triage train` again."""
    learnt, aside = parted(texts)
    digest = hashlib.sha256()
    for line in sorted([*(one.complaint.text for one in learnt), *(one.text for one in sayings)]):
        digest.update(line.encode() + b"\n")
    card = model.card
    assert card["learnt_from_sha256"] == digest.hexdigest()
    assert (card["texts"], card["aside"], card["phrases"]) == (len(learnt), len(aside), len(sayings))
    assert card["learnt"] == sorted(name_of(one.complaint.text) for one in learnt)
    assert (card["form"], tuple(card["flags"]), card["runs"]) == (FORM, OPINED, len(model.rows))
    assert card["limits"] == {flag: pytest.approx(model.limit(flag), abs=1e-3) for flag in OPINED}


def test_the_model_knows_the_concepts_there_are(model: Model) -> None:
    """A concept that was renamed since would be silence."""
    concepts = set(load_lexicon()[0].words["concepts"]["concepts"])
    known = {sign.removeprefix(MARK) for sign in model.rows if sign.startswith(MARK)}
    assert known - concepts == set()
    assert len(known) > len(concepts) / 2


def test_P6_the_model_remembers_no_number_and_no_run_of_a_single_text(model: Model, texts: Sequence[Labelled], sayings: Sequence[Phrase]) -> None:
    runs_ = [sign for sign in model.rows if not sign.startswith(MARK)]
    assert not [sign for sign in runs_ if re.search("[1-9]", sign)]
    known = set(runs_)
    counted: Counter[str] = Counter()
    for text in words_of(texts, sayings):
        plain = re.sub("[0-9]", "0", fold_text(text))
        counted.update(known & {plain[at:at + long] for long in (1, 2, 3) for at in range(len(plain) - long + 1)})
    assert [sign for sign in known if counted[sign] < 2] == []
    assert all(first < second for first, second in pairwise(model.rows))


def test_the_model_is_better_than_the_lists_alone_on_the_texts_kept_aside(model: Model, texts: Sequence[Labelled], sample_rules: Rules) -> None:
    tables = sample_rules.tables["psbc-95580"]
    aside = parted(texts)[1]
    beside, without = sheet_of(aside, tables.beside(model)), sheet_of(aside, tables.beside(None))
    assert beside.labels[REVIEW].f1 > without.labels[REVIEW].f1
    assert beside.share("category") > without.share("category")


@pytest.mark.slow
@pytest.mark.timeout(900)          # a minute and a half of computing, more where others compute too
def test_training_again_gives_the_model_that_comes_along(model: Model, texts: Sequence[Labelled], sayings: Sequence[Phrase], sample_rules: Rules) -> None:
    """Not to the bit: another processor adds up in another order, and the lists may have got a word since."""
    tables = sample_rules.tables["psbc-95580"].beside(model)
    trained = train(texts, sayings, tables, lambda _step: None)
    assert trained.worse == {} or trained.worse["mean"][1] > trained.worse["mean"][0] - 0.01
    assert list(trained.model.rows) == list(model.rows)
    for flag, one in trained.model.card["cross_validated"].items():
        assert one["f1"] == pytest.approx(model.card["cross_validated"][flag]["f1"], abs=0.04), flag
    again = sheet_of(texts[::10], tables.beside(trained.model))
    assert again.labels[REVIEW].f1 == pytest.approx(sheet_of(texts[::10], tables).labels[REVIEW].f1, abs=0.02)
