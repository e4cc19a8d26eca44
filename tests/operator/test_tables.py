"""The bank's tables as Excel and people make them."""

from pathlib import Path

import pytest

from hotline_bridge.config import Config, Tables
from hotline_bridge.rulebook import BadTables, load_rules
from hotline_bridge.tables import load_directory, load_lexicon, load_words, rows_of
from routing.errors import BadTable

HEAD = "code,name,full_name,level,parent,division,mailbox\n"
ROW = "A,甲,甲,总行,,1,a@bank.example\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "utf-16"])
@pytest.mark.parametrize("comma", [",", ";", "\t"])
def test_whatever_excel_saves_is_read(tmp_path: Path, encoding: str, comma: str) -> None:
    (tmp_path / "d.csv").write_bytes((HEAD + ROW).replace(",", comma).replace("\n", "\r\n").encode(encoding))
    assert list(load_directory(tmp_path / "d.csv")[0].units) == ["A"]


@pytest.mark.parametrize(("content", "words"), [
    (b"", "it has nothing"), ("机构代码,名称\nA,甲\n".encode(), "no column code, name"), (b"code,name\nA,x\n", "no column level, parent, mailbox"),
    (b"PK\x03\x04", "Excel workbook"), ((HEAD + "A,甲,乙,甲,总行,,1,a@bank.example\n").encode(), "line 2: more cells"),
    ((HEAD + 'A,"甲\n').encode(), "quotation mark"), (b"\x1f\x8bnot", "gzip"),
])
def test_a_directory_that_is_none_is_told_by_line_and_cure(tmp_path: Path, content: bytes, words: str) -> None:
    (tmp_path / "d.csv").write_bytes(content)
    with pytest.raises(BadTable) as caught:
        load_directory(tmp_path / "d.csv")
    assert words in str(caught.value)
    assert str(tmp_path) in caught.value.name


def test_headings_are_known_whatever_their_case() -> None:
    assert rows_of(b" Code ,NAME\nA,x\n", "t", ("code", "name")) == [{"code": "A", "name": "x"}]


@pytest.mark.parametrize(("content", "words"), [
    ("currency;cny\nUSD;7,10\n", "USD, 7,10"), ("currency,cny\nUSD,7\nusd,8\n", "line 3: USD is there already"), ("currency,cny\n美元,7\n", "three letters"),
    ("currency,cny\n", "no rate at all"), ("a,b\nUSD,7\n", "no column currency, cny"),
])
def test_rates_that_would_count_money_wrongly_are_told(tmp_path: Path, content: str, words: str) -> None:
    (tmp_path / "r.csv").write_text(content, encoding="utf-8")
    with pytest.raises(BadTable, match=words):
        load_words(None, tmp_path / "r.csv", None)


def test_a_watch_list_with_a_chinese_heading_is_told_by_its_file(tmp_path: Path) -> None:
    (tmp_path / "w.csv").write_bytes("姓名,职务\n欧阳某,主持人\n".encode("gbk"))
    with pytest.raises(BadTable) as caught:
        load_words(tmp_path / "w.csv", None, None)
    assert caught.value.name == str(tmp_path / "w.csv")


def test_an_empty_lexicon_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(BadTable, match="holds no"):
        load_lexicon(tmp_path)


OWN = '[defaults]\nunless_scope = ["denied"]\n[[entry]]\nlabel = "系统故障"\nsays = "请复听"\nany = ["核心宕机"]\n'


def test_a_banks_own_lexicon_replaces_the_shipped_one_of_its_name_only(tmp_path: Path) -> None:
    (tmp_path / "topics.toml").write_text(OWN, encoding="utf-8")
    lexicon, digest = load_lexicon(tmp_path)
    shipped, shipped_digest = load_lexicon()
    reading = lexicon.read("核心宕机，飞单，找记者")
    assert set(reading.labels("topics")) == {"系统故障"}
    assert reading.labels("reputation")
    assert "误导销售" in shipped.read("飞单").labels("topics")
    assert lexicon.read("没有核心宕机").of("topics") == ()       # the scopes that come along
    assert digest != shipped_digest == load_lexicon()[1]


def test_a_banks_own_lexicon_with_mistakes_is_told_by_path_and_line(tmp_path: Path) -> None:
    (tmp_path / "topics.toml").write_bytes(b"\xef\xbb\xbf" + (OWN + 'unless = ["{"]\n').encode())
    (tmp_path / "scope.toml").write_text('[[scope]]\nname = "feared"\nopens = ["怕"]\n', encoding="utf-8")
    with pytest.raises(BadTable) as caught:
        load_lexicon(tmp_path)
    assert f"{tmp_path / 'topics.toml'}, line 7, entry 1: unless: '{{'" in str(caught.value)
    assert "there is no scope 'denied'" in str(caught.value)


def test_files_that_are_no_toml_are_all_told(tmp_path: Path) -> None:
    for name in ("topics", "reputation"):
        (tmp_path / f"{name}.toml").write_text("any = [", encoding="utf-8")
    with pytest.raises(BadTable) as caught:
        load_lexicon(tmp_path)
    assert [str(tmp_path / name) in mistake for name, mistake in zip(("reputation.toml", "topics.toml"), caught.value.mistakes, strict=True)] == [True, True]


def test_a_reload_takes_changed_words_and_keeps_the_old_ones_where_the_new_are_bad(tmp_path: Path) -> None:
    config = Config(tables=Tables(lexicons=tmp_path))
    (tmp_path / "topics.toml").write_text(OWN, encoding="utf-8")
    old = load_rules(config, b"k" * 32).rules
    (tmp_path / "topics.toml").write_text(OWN.replace("核心宕机", "{核心宕机"), encoding="utf-8")
    with pytest.raises(BadTables, match=r"topics\.toml, line 6, entry 1: any"):
        load_rules(config, b"k" * 32)
    (tmp_path / "topics.toml").write_text(OWN.replace("核心宕机", "机房停电"), encoding="utf-8")
    new = load_rules(config, b"k" * 32).rules
    said = {rules.digest: [bool(rules.tables["psbc-95580"].lexicon.read(words).of("topics")) for words in ("核心宕机", "机房停电")] for rules in (old, new)}
    assert said == {old.digest: [True, False], new.digest: [False, True]}
