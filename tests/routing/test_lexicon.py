"""The word lists' language and what reading by them gives; words here are made up for the purpose."""

import re
import time
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.lexicon import BadPattern, Hit, Lexicon, Reading, compiled, union
from routing.lexicon.keys import MOST_HITS
from routing.text import fold, fold_text

SCOPE = {
    "scope": [
        {"name": "denied", "opens": ["没有", "不是"], "unless": ["不是不"], "ends": ["而是"]},
        {"name": "feared", "opens": ["担心"]},
        {"name": "quoted", "opens": ["他说"], "covers": "quotation"},
        {"name": "before", "opens": ["就算了"], "covers": "clause start"},
    ],
}


def lists(*entries: dict[str, Any], **tables: Any) -> Lexicon:
    rows = [{"label": "x", **entry} for entry in entries]
    return Lexicon.parse({"scope": SCOPE, "topics": {"entry": rows, **tables}})


def read(lexicon: Lexicon, text: str) -> Reading:
    return lexicon.read(fold(text).text)


def words(lexicon: Lexicon, text: str) -> list[str]:
    return [text[hit.start:hit.end] for hit in read(lexicon, text).of("topics")]


@pytest.mark.parametrize(("pattern", "text", "said"), [
    ("飞单", "这是飞单吧", ["飞单"]),
    ("ATM吞卡", "ａｔｍ吞卡", ["ａｔｍ吞卡"]),
    ("盗刷", "卡被盜刷", ["盜刷"]),
    ("{找|叫}{记者|电视台}", "我叫电视台来", ["叫电视台"]),
    ("做[了|过]手脚", "做手脚，做了手脚", ["做手脚", "做了手脚"]),
    ("[你们|贵行]柜员", "你们柜员", ["你们柜员", "柜员"]),
    ("定期~保险", "定期怎么就变成保险了", ["定期怎么就变成保险"]),
    ("定期~保险", "定期。变成保险", []),
    ("定期~保险", "定期一二三四五六七八九十一二三保险", []),
    ("我们#户", "我们三十多户联名", ["我们三十多户"]),
    ("#户联名", "十六户联名", ["户联名"]),
    ("#户联名", "各户联名", []),
    ("跑{了#|第#}趟", "跑了3趟，跑第五趟", ["跑了3趟", "跑第五趟"]),
    ("存单{拿去~质押|被冻结}了", "存单拿去给人质押了", ["存单拿去给人质押了"]),
    ("12345", "卡号9123456，打12345", ["12345"]),
    ("打12345", "打12345678", []),
    ("6#岁", "65岁", ["65岁"]),
    ("6#岁", "165岁", []),
    ("{保险|保险公司}", "保险公司", ["保险公司"]),
    ("收[好处费|好处]的", "收的，收好处费的", ["收的", "收好处费的"]),
])
def test_a_pattern_means_what_its_marks_say(pattern, text, said):
    assert words(lists({"any": [pattern]}), text) == said


def test_a_class_of_words_serves_many_patterns_and_other_classes():
    lexicon = lists({"any": ["<长辈>~<哄>", "{跟|对}<长辈>说"]}, words={"老人": ["老{人|太太}", "大爷"], "长辈": ["<老人>", "奶奶"], "哄": ["忽悠", "骗"]})
    assert words(lexicon, "大爷被人骗了") == ["大爷被人骗"]
    assert words(lexicon, "对奶奶说") == ["对奶奶说"]
    assert lexicon.classes["长辈"] == ("老人", "老太太", "大爷", "奶奶")


@given(st.lists(st.sampled_from(["存款", "{保险|理财}", "[了|过]", "~", "#", "变", "12"]), min_size=1, max_size=5), st.text("存款保险理财了过变12三，。", max_size=30))
def test_the_automaton_finds_what_the_regular_expression_would(pieces, text):
    pattern = "存" + "".join(pieces).rstrip("~")
    if pattern.count("~") > 3:
        return
    found = {hit.start for hit in read(lists({"any": [pattern]}), text).of("topics")}
    assert found == {at for at in range(len(text)) if (match := union([pattern]).match(text, at)) and match.end() > at}


def test_a_regular_expression_for_the_plain_tables():
    assert union([]) is None
    assert union(["赔{我|他}", "罚款"]).search("要赔他五千")
    assert re.fullmatch(compiled("一~二"), "一或者二")
    with pytest.raises(BadPattern, match="partner"):
        union(["{一"])


def test_with_must_stand_near_and_all_asks_for_one_of_each():
    near = lists({"any": ["老人"], "with": ["不给办"], "near": 6})
    assert words(near, "老人去了，不给办") == ["老人"]
    assert words(near, "老人去了三趟都说系统不好，不给办") == []
    each = lists({"any": ["保险"], "all": [["老人", "奶奶"], ["骗", "哄"]], "near": 20})
    assert words(each, "奶奶被哄着买保险") == ["保险"]
    assert words(each, "奶奶买保险") == []


def test_what_takes_a_hit_back_is_told_and_the_hit_kept_aside():
    lexicon = lists({"any": ["被骗"], "unless": ["标记"], "unless_scope": ["denied", "feared"]})
    reading = read(lexicon, "没有被骗，担心被骗。来电标记被骗。真的被骗了")
    assert [hit.start for hit in reading.of("topics")] == [19]
    assert [hit.taken_back for hit in reading.taken_back] == ["denied: 没有", "feared: 担心", "unless: 标记"]


def test_unless_reaches_over_its_sentence_only():
    lexicon = lists({"any": ["被骗"], "unless": ["标记"]})
    assert words(lexicon, "来电标记。我被骗了") == ["被骗"]
    assert words(lexicon, "我被骗了，来电标记") == []


def test_scopes_are_named_by_the_file_or_the_entry():
    text = "没有被骗"
    assert words(lists({"any": ["被骗"]}), text) == ["被骗"]
    assert words(lists({"any": ["被骗"]}, defaults={"unless_scope": ["denied"]}), text) == []
    assert words(lists({"any": ["被骗"], "unless_scope": []}, defaults={"unless_scope": ["denied"]}), text) == ["被骗"]


@pytest.mark.parametrize(("scope", "text", "said"), [
    ("denied", "没有被骗", []), ("denied", "不是不被骗", ["被骗"]), ("denied", "没有，被骗", ["被骗"]), ("denied", "不是告状而是被骗", ["被骗"]),
    ("quoted", "他说：“你被骗了”", []), ("quoted", "他说被骗了", ["被骗"]), ("quoted", "他说“好”，我被骗", ["被骗"]),
    ("before", "被骗就算了", []), ("before", "我来了，被骗就算了", []), ("before", "被骗，这就算了", ["被骗"]),
])
def test_how_far_a_scope_covers(scope, text, said):
    assert words(lists({"any": ["被骗"], "unless_scope": [scope]}), text) == said


def test_a_hit_tells_all_that_an_explanation_needs():
    lexicon = lists({"any": ["{被|遭}骗"], "says": "请复听", "unless_scope": ["denied"]}, {"any": ["盗刷"], "id": "skimmed"})
    folded = fold("卡被盜刷，我遭騙。没有被骗")
    reading = lexicon.read(folded.text)
    assert [hit.told(folded) for hit in reading.of("topics")] == [
        {"list": "topics", "entry": "topics/skimmed", "label": "x", "says": "", "pattern": "盗刷", "words": "盜刷", "start": 2, "end": 4, "taken_back": ""},
        {"list": "topics", "entry": "topics/x.1", "label": "x", "says": "请复听", "pattern": "{被|遭}骗", "words": "遭騙", "start": 6, "end": 8, "taken_back": ""},
    ]
    (back,) = reading.taken_back
    assert back.told(folded)["taken_back"] == "denied: 没有"


def test_the_entries_hit_are_a_set_of_ids_for_whoever_counts():
    lexicon = lists({"any": ["飞单"]}, {"any": ["被骗"], "unless_scope": ["denied"]}, {"label": "y", "any": ["没有"]})
    assert read(lexicon, "飞单飞单，没有被骗").ids() == {"topics/x.1", "topics/x.2-back", "topics/y.1"}
    assert read(lexicon, "没有被骗，后来被骗").ids() >= {"topics/x.2"}
    assert {entry.id for entry in lexicon.entries} == {"topics/x.1", "topics/x.2", "topics/y.1"}


def test_labels_come_with_their_first_hit_and_hits_in_order():
    reading = read(lists({"any": ["乙", "甲乙"]}, {"label": "y", "any": ["丙"]}), "丙甲乙丙")
    assert {label: hit.start for label, hit in reading.labels("topics").items()} == {"y": 0, "x": 1}
    assert [(hit.start, hit.end) for hit in reading.of("topics")] == [(0, 1), (1, 3), (2, 3), (3, 4)]
    assert set(reading.hits) == set(reading.of("topics"))
    assert all(isinstance(hit, Hit) for hit in reading.hits)
    assert reading.of("nothing") == ()


def test_one_thing_said_a_thousand_times_is_looked_at_a_hundred_times():
    assert len(read(lists({"any": ["骂"]}), "骂" * 1000).of("topics")) == MOST_HITS


def test_lists_without_an_entry_read_nothing():
    assert read(Lexicon.parse({}), "什么都没有").hits == ()
    assert read(lists(), "什么都没有").taken_back == ()


@given(st.text(alphabet=st.characters(), max_size=300))
def test_no_text_is_an_error(text):
    lexicon = lists({"any": ["{好|坏}~{的|了}", "a#"], "with": ["的"], "unless": ["不"], "unless_scope": ["denied", "quoted"]})
    reading = lexicon.read(fold_text(text))
    assert all(0 <= hit.start < hit.end <= len(text) for hit in (*reading.hits, *reading.taken_back))


def test_lone_surrogates_keep_their_places():
    assert words(lists({"any": ["被骗"]}), "\ud83d我\udc00被骗") == ["被骗"]


def test_a_long_text_is_read_in_pieces_and_nothing_falls_between():
    lexicon = lists({"any": ["甲乙丙丁"]})
    for at in range(49_990, 50_010):
        assert [hit.start for hit in read(lexicon, "啊" * at + "甲乙丙丁" + "啊" * 60_000).of("topics")] == [at]


@pytest.mark.parametrize("character", ["骂", "没", "“", "1", "。", "萬", " "])
def test_a_megabyte_of_one_character_is_read_in_linear_time(character):
    lexicon = lists({"any": ["骂~骂~骂", "{没|骂}{没|骂}", "1#"], "with": ["骂", "没", "1"], "unless": ["骂没"], "unless_scope": ["denied", "quoted"]},
                    {"any": ["骂", "没", "1", "万"], "unless_scope": ["denied", "before"]})
    started = time.perf_counter()
    read(lexicon, character * 1_000_000)
    assert time.perf_counter() - started < 20      # a hang guard, not a measurement


def test_twenty_thousand_patterns_load_and_are_compiled_only_when_met():
    rows = [{"label": "x", "any": [f"{''.join(chr(97 + int(digit)) for digit in str(number))}~尾"]} for number in range(10_000, 30_000)]
    started = time.perf_counter()
    lexicon = Lexicon.parse({"topics": {"entry": rows}})
    assert time.perf_counter() - started < 20      # a hang guard, not a measurement
    assert words(lexicon, "CABCA到尾") == ["CABCA到尾"]
    met = [way.ending.tail for ways in lexicon._ways for way in ways if way.ending and "regex" in vars(way.ending.tail)]
    assert len(met) == 1


def test_the_examples_of_the_page_are_lists_and_find_what_the_page_says():
    page = (Path(__file__).parents[2] / "docs" / "lexicons.md").read_text("utf-8")
    entries, scope = (tomllib.loads(block) for block in re.findall(r"```toml\n(.*?)```", page, re.DOTALL))
    lexicon = Lexicon.parse({"scope": {"scope": [*SCOPE["scope"], *scope["scope"]]}, "topics": entries})
    assert set(read(lexicon, "他们哄奶奶去买理财，说存款都没了").labels("topics")) == {"误导销售", "存款丢失"}
    assert read(lexicon, "担心哄奶奶买保险").of("topics") == ()
    rows = re.findall(r"^\| `([^`]+)` \| ([^|]+) \|", page[page.index("## Patterns"):page.index("## Scopes")].replace("\\|", "|"), re.MULTILINE)
    assert len(rows) >= 4
    for pattern, texts in rows:
        classes = entries["words"] if "<" in pattern else {}
        found = lists({"any": [pattern]}, words=classes)
        for text in ("奶奶被骗",) if classes else texts.replace(" …", "").split(", "):
            assert words(found, text), (pattern, text)
