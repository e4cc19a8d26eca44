"""Labelled complaints are read whole or refused with every mistake."""

from decimal import Decimal

import pytest

from routing.errors import BadTable
from routing.labels import labelled
from routing.verdict import Category

ROW = {
    "id": "a", "source": "letter", "text": "柜员把我的六万块存单弄丢了，我要找电视台", "received": "2026-07-22T09:00:00+08:00", "category": "工作失误",
    "also": ["服务态度"], "amounts": [60000], "over_50k": True, "public_figure": False, "sensitive": ["存款丢失"], "reputation": True,
    "review": True, "unit": None, "unit_candidates": ["B1"], "evidence": {"over_50k": "六万块"},
}


def test_a_labelled_text_is_read_whole() -> None:
    (one,) = labelled([(1, ROW)], "x")
    assert one.flags == {"over_50k", "reputation", "存款丢失"}
    assert one.review is True
    assert (one.category, one.also, one.amounts) == (Category.ERROR, (Category.ATTITUDE,), (Decimal(60000),))
    assert (one.unit, one.candidates) == ("", ("B1",))


def test_what_nobody_labelled_is_not_known_rather_than_no() -> None:
    (one,) = labelled([(1, {"text": "x"})], "x")
    assert (one.flags, one.review, one.category, one.amounts, one.unit) == (None, None, None, None, None)


@pytest.mark.parametrize(("change", "said"), [
    ({"category": "投诉"}, "投诉 is none of the eight"),
    ({"also": ["投诉"]}, "投诉 is none of the eight"),
    ({"sensitive": ["天气"]}, "天气 is no topic"),
    ({"evidence": {"存款丢失": "不在文中"}}, "no substring of the text: 不在文中"),
    ({"evidence": "六万"}, "evidence must be an object"),
    ({"amounts": ["六万"]}, "六万 is no number"),
    ({"received": "昨天"}, "昨天 is no ISO 8601 time"),
    ({"source": "fax"}, "fax is none of email"),
    ({"text": 7}, "an object with a text"),
])
def test_a_mistake_is_told_with_its_line(change: dict[str, object], said: str) -> None:
    with pytest.raises(BadTable) as caught:
        labelled([(1, ROW), (2, {**ROW, **change})], "labels.jsonl")
    (mistake,) = caught.value.mistakes
    assert mistake.startswith("line 2: ")
    assert said in mistake


def test_all_mistakes_of_all_lines_are_told_at_once() -> None:
    with pytest.raises(BadTable) as caught:
        labelled([(1, {**ROW, "category": "投诉", "sensitive": ["天气"]}), (2, 5), (3, ValueError("no JSON"))], "x")
    assert [mistake[:6] for mistake in caught.value.mistakes] == ["line 1", "line 1", "line 2", "line 3"]
