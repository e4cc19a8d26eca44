"""Which texts a model is judged by, and how the files of texts and phrases are read."""

from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from hotline_bridge.learning import corpus as module
from hotline_bridge.learning.corpus import Phrase, corpus, kept_aside, parted, phrases
from routing.errors import BadTable
from routing.labels import Labelled, labelled

TEXTS = st.lists(st.text(max_size=12), max_size=40)


def of(*texts: str, **labels: object) -> list[Labelled]:
    return labelled(enumerate([{"text": text, **labels} for text in texts]), "x")


@given(TEXTS)
def test_every_text_is_either_learnt_from_or_kept_aside_and_once(texts: list[str]) -> None:
    learnt, aside = parted(of(*texts))
    both = [one.complaint.text for one in (*learnt, *aside)]
    assert sorted(both) == sorted(set(texts))
    assert not any(map(kept_aside, learnt))
    assert all(map(kept_aside, aside))


@given(TEXTS, st.randoms(use_true_random=False))
def test_the_order_of_the_texts_and_their_company_decide_nothing(texts: list[str], draw) -> None:
    shuffled = draw.sample(texts, len(texts))
    assert {one.complaint.text for one in parted(of(*texts))[1]} == {one.complaint.text for one in parted(of(*shuffled, "one more"))[1]} - {"one more"}


def test_the_words_alone_decide_whatever_their_label_and_about_a_tenth_is_kept_aside() -> None:
    texts = [f"第{number}位客户的话" for number in range(2000)]
    plain, flagged = parted(of(*texts))[1], parted(of(*texts, id="other", sensitive=["系统故障"], category="服务渠道", source="letter"))[1]
    assert [one.complaint.text for one in plain] == [one.complaint.text for one in flagged]
    assert 150 < len(plain) < 250


def test_of_a_text_that_stands_there_twice_the_later_label_counts() -> None:
    """The desk's corrections come after the texts that come along."""
    first, later = of("同一段话", sensitive=[]), of("同一段话", sensitive=["系统故障"])
    (one,) = (*parted([*first, *later])[0], *parted([*first, *later])[1])
    assert one.flags == {"系统故障"}


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty corpus in place of the shipped one."""
    for name in ("texts", "phrases"):
        (tmp_path / name).mkdir()
    monkeypatch.setattr(module, "CORPUS", tmp_path)
    return tmp_path


def test_files_are_read_in_the_order_of_their_names_and_others_let_be(own: Path) -> None:
    (own / "texts" / "b.jsonl").write_text('{"text": "乙"}\n\n{"text": "丙"}\n', encoding="utf-8")
    (own / "texts" / "a.jsonl").write_text('{"text": "甲"}\n', encoding="utf-8")
    (own / "texts" / "README.md").write_text("no text")
    (own / "phrases" / "a.jsonl").write_text('{"flag": "系统故障", "text": "机器黑屏", "holds": true, "others": ["人身安全"]}\n{"flag": "reputation", "text": "x", "holds": false}\n', encoding="utf-8")
    assert [one.complaint.text for one in corpus()] == ["甲", "乙", "丙"]
    assert phrases() == [Phrase("系统故障", "机器黑屏", holds=True, others=frozenset({"人身安全"})), Phrase("reputation", "x", holds=False)]


@pytest.mark.parametrize("row", [
    '{"flag": "天气", "text": "x", "holds": true}', '{"flag": "系统故障", "text": "", "holds": true}', '{"flag": "系统故障", "holds": true}',
    '{"flag": "系统故障", "text": "x", "holds": "yes"}', '{"flag": "系统故障", "text": "x"}', '{"text": "x", "holds": true}', '{"flag": "系统故障", "text": "x", "holds": true, "others": ["天气"]}',
])
def test_a_phrase_that_says_nothing_is_told_with_file_and_line(own: Path, row: str) -> None:
    (own / "phrases" / "a.jsonl").write_text(f'\n{{"flag": "系统故障", "text": "x", "holds": true}}\n{row}\n', encoding="utf-8")
    with pytest.raises(BadTable, match=r"a\.jsonl, line 3: expected flag \(one of over_50k, .*系统故障"):
        phrases()


def test_a_text_with_a_wrong_label_is_told_with_file_and_line(own: Path) -> None:
    (own / "texts" / "a.jsonl").write_text('{"text": "x"}\n\n{"text": "x", "category": "天气"}\n', encoding="utf-8")
    with pytest.raises(BadTable, match=r"a\.jsonl: line 3: category 天气"):
        corpus()
