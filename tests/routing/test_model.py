"""The statistical model of triage: its scores counted by hand beside, its file, and any text there is (P-9.1)."""

import io
import json
import math
import pickle
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, strategies as st

from hotline_bridge.tables import load_model
from routing.errors import BadTable
from routing.grams import runs
from routing.model import CATEGORIES, FORM, LONGEST, OPINED, TOGETHER, Floats, Model, Opinion, Weights
from routing.text import fold_text
from routing.verdict import OVER_50K, Category

LOST, TOLD = "存款丢失", "误导销售"
ANY = st.text(st.one_of(st.characters(), st.sampled_from("客户柜员丢钱,。 \n🙂\ud800\udfff\x00０9")), max_size=120)


def zeros(*shape: int) -> Floats:
    return np.zeros(shape, np.float32)


def tiny(rows: tuple[str, ...] = ("丢", "钱丢", "好", "@存折")) -> Model:
    """A model of four signs that knows one flag and one category: what it says can be counted on paper."""
    flags, kinds, signs = len(OPINED), len(CATEGORIES), len(rows)
    near, whole = zeros(signs, flags), zeros(signs, flags + kinds + 1)
    near_bias, whole_bias, blend, mix, asks, limits = zeros(flags), zeros(flags + kinds + 1), zeros(flags, 4), zeros(kinds, 2 * kinds + flags + 1), zeros(2), zeros(flags) + 0.5
    at, kind = OPINED.index(LOST), CATEGORIES.index(Category.CRIME)
    near[:4, at], near_bias[at] = (1, 2, -3, 4)[:signs], -1
    whole[:4, at], whole_bias[at] = (0.5, 0.5, 0, 1)[:signs], 0.25
    blend[at], limits[at] = (1, 2, 3, -0.5), 0.7
    whole[:1, flags + kind] = 3
    mix[kind, kind] = 1                                 # the whole text's score
    mix[kind, kinds + kind] = 0.5                       # the lists' weight
    mix[CATEGORIES.index(Category.BREACH), 2 * kinds + at] = 2
    mix[CATEGORIES.index(Category.ATTITUDE), -1] = 1    # what is said without any word
    whole[2:3, -1], whole_bias[-1], asks[:] = 2, -1, (3, 0.5)
    weights = Weights(near=near, near_bias=near_bias, whole=whole, whole_bias=whole_bias, worth=np.ones(signs, np.float32), blend=blend, mix=mix, asks=asks, limits=limits)
    return Model.of({sign: row for row, sign in enumerate(rows)}, weights, {"form": FORM, "flags": list(OPINED)})


def sigmoid(score: float) -> float:
    return 1 / (1 + math.exp(-score))


def softmax(scores: Mapping[Category, float]) -> dict[Category, float]:
    total = sum(math.exp(scores.get(each, 0)) for each in CATEGORIES)
    return {each: math.exp(scores.get(each, 0)) / total for each in CATEGORIES}


def test_a_flag_is_the_strongest_window_blended_with_the_whole_text() -> None:
    """好,钱丢: the clauses say -3 and (1+2)/√2 - 1, both together less; the whole text (0.5+0.5+0)/√3 + 0.25."""
    told = tiny().read("好,钱丢", (), (), {})
    near, whole = 3 / math.sqrt(2) - 1, 1 / math.sqrt(3) + 0.25
    assert told.flags[LOST] == pytest.approx(sigmoid(near + 2 * whole - 0.5), abs=1e-6)
    assert told.spans[LOST] == (2, 4)
    assert told.flags[TOLD] == 0.5


def test_a_sign_counts_in_a_window_as_often_as_it_stands_there_and_once_in_the_whole_text() -> None:
    """丢丢丢丢: a window of four known signs, 4/√4 - 1; the whole text knows one, 0.5/√1 + 0.25."""
    told = tiny().read("丢丢丢丢", (), (), {})
    assert told.flags[LOST] == pytest.approx(sigmoid(4 / 2 - 1 + 2 * 0.75 - 0.5), abs=1e-6)
    assert told.categories == pytest.approx(softmax({Category.CRIME: 3, Category.ATTITUDE: 1}), abs=1e-6)


def test_a_concept_counts_where_its_word_begins_and_only_there() -> None:
    """折子没,丢 with @存折 in the first clause: together (4+1)/√2 - 1, the first alone 4 - 1, which is more."""
    told = tiny().read("折子没,丢", [(0, "@存折"), (1, "@nobody knows this one"), (77, "@存折")], (), {})
    assert told.flags[LOST] == pytest.approx(sigmoid(3 + 2 * (1.5 / math.sqrt(2) + 0.25) - 0.5), abs=1e-6)
    assert told.spans[LOST] == (0, 3)


def test_what_the_lists_say_is_the_third_voice() -> None:
    """Without a known word: the biases, the lists' flag and their weights."""
    told = tiny().read("天气", (), {LOST, OVER_50K}, {Category.CRIME: 4})
    assert told.flags[LOST] == pytest.approx(sigmoid(-1 + 2 * 0.25 + 3 - 0.5), abs=1e-6)
    assert told.categories == pytest.approx(softmax({Category.CRIME: 2, Category.BREACH: 2, Category.ATTITUDE: 1}), abs=1e-6)


def test_whether_it_is_an_enquiry_is_read_in_the_whole_text() -> None:
    assert tiny().read("好", (), (), {}).enquiry == pytest.approx(sigmoid(3 * (2 - 1) + 0.5), abs=1e-6)
    assert tiny().read("天气", (), (), {}).enquiry == pytest.approx(sigmoid(-3 + 0.5), abs=1e-6)


def test_a_flag_is_raised_from_its_limit_on() -> None:
    model = tiny()
    assert [model.raises(LOST, chance) for chance in (0.69, model.limit(LOST), 0.9)] == [False, True, True]
    assert (model.raises(TOLD, 0.5), model.raises(TOLD, 0.49)) == (True, False)


def test_reasons_are_the_loudest_signs_of_the_window_without_those_within_others() -> None:
    model = tiny()
    text, named = "好,钱丢折子", [(4, "@存折")]
    assert model.reasons(text, named, (2, 6), LOST) == [("@存折", round(4 / math.sqrt(3), 2)), ("钱丢", round(2 / math.sqrt(3), 2))]
    assert model.reasons(text, named, (2, 6), LOST, most=1) == [("@存折", round(4 / math.sqrt(3), 2))]
    assert model.reasons(text, named, (0, 1), LOST) == []           # 好 speaks against it
    assert model.reasons("丢", (), (0, 1), LOST) == [("丢", 1.0)]    # a single character where there is nothing better
    assert model.reasons(text, named, (2, 6), TOLD) == []


@pytest.mark.parametrize("rows", [(), ("丢",), ("丢", "钱丢", "好", "@存折"), ("\ud800", "\udfff好")])
def test_a_model_comes_back_from_its_file_as_it_was(rows: tuple[str, ...]) -> None:
    model = tiny(rows)
    again = Model.parse(model.dump(), "x")
    assert (dict(again.rows), again.card) == (dict(model.rows), model.card)
    assert again.dump() == model.dump()
    assert again.digest != model.digest == ""
    for text in ("好,钱丢", "\ud800\udfff好", ""):
        assert again.read(text, [(0, "@存折")], {LOST}, {Category.CRIME: 1}) == model.read(text, [(0, "@存折")], {LOST}, {Category.CRIME: 1})


def test_another_file_has_another_digest() -> None:
    other = replace(tiny(), card={"form": FORM, "flags": list(OPINED), "texts": 1})
    assert Model.parse(other.dump(), "x").digest != Model.parse(tiny().dump(), "x").digest == Model.parse(tiny().dump(), "y").digest


def packed(**changes: Any) -> bytes:
    """The tiny model's file with some of its arrays exchanged; None leaves one out."""
    with np.load(io.BytesIO(tiny().dump())) as file:
        arrays = {key: file[key] for key in file.files} | changes
    content = io.BytesIO()
    np.savez_compressed(content, **{key: array for key, array in arrays.items() if array is not None})
    return content.getvalue()


def words(text: str) -> np.ndarray[Any, Any]:
    return np.frombuffer(text.encode(), np.uint8)


def one_array() -> bytes:
    content = io.BytesIO()
    np.save(content, np.zeros(3))
    return content.getvalue()


def with_member(name: str, member: bytes) -> bytes:
    """The file with one member of its archive replaced."""
    content = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(tiny().dump())) as old, zipfile.ZipFile(content, "w") as new:
        for each in old.namelist():
            new.writestr(each, member if each == name else old.read(each))
    return content.getvalue()


_HUGE = b"{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999, 9999), }"
_WHOLE = tiny().dump()


@pytest.mark.parametrize("content", [
    b"", b"PK\x03\x04", b"code,name\n", _WHOLE[:1], _WHOLE[:len(_WHOLE) // 2], _WHOLE[:-1], _WHOLE[100:], one_array(), pickle.dumps({"near": 1}),
    packed(near=None), packed(card=words("{")), packed(card=words("[" * 100_000)), packed(names=np.frombuffer(b"\xff", np.uint8)), packed(limits=np.array(["x"])),
    with_member("near.npy", b"no array"), with_member("near.npy", b"\x93NUMPY\x01\x00" + len(_HUGE).to_bytes(2, "little") + _HUGE),
])
def test_what_is_no_whole_model_file_is_told_with_its_cure(content: bytes) -> None:
    with pytest.raises(BadTable, match="is no model file") as caught:
        Model.parse(content, "own.model")
    assert caught.value.name == "own.model"
    assert "triage train" in caught.value.mistakes[0]


@pytest.mark.parametrize("at", range(40, len(_WHOLE), 97))
def test_a_byte_gone_wrong_is_told_or_harmless(at: int) -> None:
    """Never another error: the archive's own sums find it, or it lies where nothing is read."""
    content = bytearray(_WHOLE)
    content[at] ^= 0x5A
    try:
        again = Model.parse(bytes(content), "x")
    except BadTable:
        return
    assert again.dump() == _WHOLE


class _Bomb:
    """Whoever unpickles it fails the test."""

    def __reduce__(self) -> tuple[Any, tuple[str]]:
        return pytest.fail, ("something was unpickled",)


@pytest.mark.parametrize("key", ["card", "names", "near", "limits"])
def test_nothing_of_a_model_file_is_ever_unpickled(key: str) -> None:
    """Else a model file could run any program."""
    with pytest.raises(BadTable, match="is no model file"):
        Model.parse(packed(**{key: np.array([_Bomb()], dtype=object)}), "x")


@pytest.mark.parametrize("card", [{"form": FORM + 1, "flags": list(OPINED)}, {"form": FORM, "flags": list(OPINED[:-1])}, {"form": FORM, "flags": 5}, {"form": FORM}, {}, [], "x", None])
def test_a_model_of_another_program_is_told_to_be_trained_anew(card: object) -> None:
    with pytest.raises(BadTable, match="another version of the program; train it anew"):
        Model.parse(packed(card=words(json.dumps(card))), "x")


@pytest.mark.parametrize("changes", [
    {"near": zeros(3, len(OPINED))}, {"near": zeros(4, len(OPINED) + 1)}, {"whole": zeros(4, 1)}, {"blend": zeros(len(OPINED), 3)}, {"mix": zeros(8)}, {"limits": zeros(1)},
    {"near_bias": zeros(len(OPINED)) + np.nan}, {"blend": zeros(len(OPINED), 4) + np.inf},
    {"names": words("丢\n钱丢\n好")}, {"names": words("丢\n丢\n好\n@存折")}, {"names": words("丢\n钱丢了啊\n好\n@存折")}, {"names": words("丢\n\n好\n@存折")},
])
def test_a_model_whose_parts_do_not_fit_is_told_at_once_and_not_at_the_first_text(changes: dict[str, Any]) -> None:
    with pytest.raises(BadTable, match="is damaged"):
        Model.parse(packed(**changes), "x")


@pytest.fixture(scope="module")
def shipped() -> Model:
    return load_model()


def sound(model: Model, text: str) -> None:
    """Whatever the text: probabilities, places in the text, and reasons from there."""
    told = model.read(text, [(0, "@存折"), (len(text) // 2, "@存折")], {LOST}, {Category.CRIME: 3})
    assert list(told.flags) == list(told.spans) == list(OPINED)
    assert all(0 <= chance <= 1 for chance in (*told.flags.values(), *told.categories.values(), told.enquiry))
    assert sum(told.categories.values()) == pytest.approx(1, abs=1e-5)
    for flag, (start, end) in told.spans.items():
        assert 0 <= start < end <= max(len(text), 1)
        inside = set(runs(text[start:end])) | {"@存折"}
        loud = model.reasons(text, [(0, "@存折")], (start, end), flag)
        assert all(weight > 0 and sign in inside for sign, weight in loud)
        assert [weight for _, weight in loud] == sorted((weight for _, weight in loud), reverse=True)


@given(ANY)
def test_any_text_gets_probabilities(text: str) -> None:
    sound(tiny(), fold_text(text))


@given(st.text(st.sampled_from("客户说柜员经理骂人推销保险理财存单丢了钱征信逾期报警记者曝光多人聚集,。 🙂\ud800"), max_size=60))
def test_any_text_gets_probabilities_of_the_shipped_model(shipped: Model, text: str) -> None:
    sound(shipped, fold_text(text))


TEXTS = st.text(st.sampled_from("客户说柜员经理骂人推销丢了钱好好报警记者,,。。 \n🙂\ud8000９"), max_size=60)
SAID = st.sets(st.sampled_from([LOST, TOLD, OVER_50K]))
WEIGHTS = st.dictionaries(st.sampled_from(CATEGORIES), st.integers(1, 9), max_size=3)
NAMED = st.lists(st.tuples(st.integers(0, 80), st.sampled_from(["@存折", "@监管", "@nobody knows this one"])), max_size=5)


Row = tuple[str, list[tuple[int, str]], set[str], dict[Category, int]]


def as_alone(model: Model, rows: list[Row]) -> None:
    """Texts read together are read as each alone, to the last digit."""
    told = model.read_each([row[0] for row in rows], [row[1] for row in rows], [row[2] for row in rows], [row[3] for row in rows])
    assert [_plain(one) for one in told] == [_plain(model.read(*row)) for row in rows]


@given(st.lists(st.tuples(TEXTS, NAMED, SAID, WEIGHTS), max_size=12))
def test_nothing_of_a_text_is_heard_in_its_neighbours(shipped: Model, rows: list[Row]) -> None:
    rows = [(fold_text(text), named, said, weights) for text, named, said, weights in rows]
    as_alone(tiny(), rows)
    as_alone(shipped, rows)


@pytest.mark.parametrize("lengths", [
    (TOGETHER, TOGETHER + 1), (TOGETHER // 2,) * 5, (1, TOGETHER - 1, 1), (TOGETHER - 1, 0, 0, 1), (LONGEST, 1, LONGEST, 0, LONGEST), (700,) * 30, (0,) * 70,
])
def test_more_texts_than_are_read_together_are_read_in_order(shipped: Model, lengths: tuple[int, ...]) -> None:
    """No two alike, so that none can stand for another."""
    ways = "客户称存单上的钱不见了,柜员推说不知道。钱丢了好,经理骂人,推销保险当存款"
    as_alone(shipped, [((ways[at % 30:] + ways * (length // 30 + 1))[:length], [(at, "@存折")], set(), {Category.CRIME: at}) for at, length in enumerate(lengths)])


def _plain(told: Opinion) -> tuple[Any, ...]:
    return dict(told.flags), dict(told.spans), dict(told.categories), told.enquiry


def test_a_window_ends_with_its_text_and_so_does_a_run() -> None:
    """Of 钱|丢|好 as texts none has the run 钱丢; of 丢 and 丢 no window has both."""
    model = tiny()
    apart = model.read_each(["钱", "丢", "丢"], [(), (), ()], [(), (), ()], [{}, {}, {}])
    assert apart[1] == apart[2] == model.read("丢", (), (), {})
    assert apart[0] == model.read("天", (), (), {})


@pytest.mark.parametrize("text", ["", " ", "。", "。,!  \n", "\n" * 50, "\x00", "\ud800", "🙂", "a", "x" * 5000, "好," * 3000])
def test_empty_texts_and_texts_of_marks_get_probabilities(shipped: Model, text: str) -> None:
    for model in (tiny(), tiny(()), shipped):
        sound(model, fold_text(text))


def test_a_text_of_a_megabyte_is_read_as_far_as_the_model_reads(shipped: Model) -> None:
    text = "客户称存单上的钱不见了，柜员推说不知道。" * 55_000
    assert len(text.encode()) > 1 << 20
    text = fold_text(text)
    told = shipped.read(text, [(len(text) - 5, "@存折")], (), {})
    assert told == shipped.read(text[:LONGEST], (), (), {})
    sound(shipped, text)
