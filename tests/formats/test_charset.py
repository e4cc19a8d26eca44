"""What the label says and what the bytes are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.formats.charset import decode, guess, reads_as_gb


@pytest.mark.parametrize("label", ["gb2312", "GB2312", "gbk", "x-gbk", "cp936", "gb_2312-80", "gb18030", "x-gb2312", "GB_2312", '"gb2312"', "gb2312*zh"])
def test_the_whole_gb_family_is_read_as_gb18030(label):
    found = decode("朱镕基、郵件、陶喆、€、𠮷".encode("gb18030"), label)
    assert (found.text, found.charset, found.warning) == ("朱镕基、郵件、陶喆、€、𠮷", "gb18030", "")


@pytest.mark.parametrize("label", ["gbk", "gb2312", "big5", "iso-8859-1", "us-ascii", "windows-1252"])
def test_valid_utf8_with_han_beats_every_label(label):
    found = decode("投诉转办单".encode(), label)
    assert (found.text, found.charset) == ("投诉转办单", "utf-8")


def test_two_byte_pairs_valid_in_both_stay_gb():
    assert decode(b"\xc4\xb0\xc4\xb0", "gbk").text == b"\xc4\xb0\xc4\xb0".decode("gbk")


def test_utf8_inside_a_gbk_page_is_found():
    raw = "主题：".encode("gbk") + b" " + "投诉转办单".encode() + b" " + "收件人".encode("gbk")
    found = decode(raw, "gbk")
    assert found.text == "主题： 投诉转办单 收件人"
    assert found.warning == "utf-8 inside a gb18030 part"


@pytest.mark.parametrize("label", ["", "us-ascii", "x-unknown", "unknown-8bit", "utf-8-purple-x", "no such\x00charset", "\udcff", "punycode", "base64", "undefined", "unicode_escape", "a" * 500])
def test_an_unknown_label_is_no_obstacle(label):
    assert decode("已处理".encode("gbk"), label).text == "已处理"
    assert decode("您好".encode(), label).text == "您好"


@pytest.mark.parametrize(("label", "text", "codec"), [
    ("big5", "李文富", "big5"), ("iso-2022-jp", "李文富", "iso2022_jp"), ("iso-2022-jp", "王芳谢谢", "iso2022_jp_2"),
    ("hz-gb-2312", "投诉", "hz"), ("unicodebig", "投诉", "utf-16-be"), ("utf-16", "投诉", "utf-16"), ("BALTIC", "šāda", "cp1257"),
    ("iso-8859-1", "café “x”", "cp1252"), ("ks_c_5601-1987", "한국", "cp949"), ("utf8", "投诉", "utf-8"),
])
def test_what_notes_and_others_write_names_in(label, text, codec):
    assert decode(text.encode(codec), label).text == text


def test_gb_labelled_latin_is_gb_and_french_stays_french():
    assert decode("投诉转办单".encode("gbk"), "iso-8859-1").text == "投诉转办单"
    assert decode("déjà vu, naïve".encode("latin-1"), "iso-8859-1").text == "déjà vu, naïve"


def test_short_chinese_is_not_taken_for_something_else():
    assert [guess(t.encode("gbk")).text for t in ("已处理", "您好", "同意", "收到，谢谢")] == ["已处理", "您好", "同意", "收到，谢谢"]


def test_japanese_is_not_taken_for_gb():
    assert not reads_as_gb("次のあて先へのメッセージはエラーのため".encode("euc_jp"))


def test_damage_is_told_and_the_rest_kept():
    found = decode("投诉".encode("gbk") + b"\xff", "gb2312")
    assert found.text.startswith("投诉")
    assert found.warning == "damaged gb18030"
    cut = decode("投诉转办单内容".encode()[:-1], "utf-8")
    assert cut.text == "投诉转办单内\ufffd"
    assert cut.warning == "damaged utf-8"


@given(st.binary(max_size=200), st.sampled_from(["", "gb2312", "utf-8", "big5", "iso-2022-jp", "utf-7", "utf-16", "hz", "x-nobody", "latin-1"]))
def test_every_text_can_be_stored(raw, label):
    text = decode(raw, label).text
    assert "\x00" not in text
    text.encode("utf-8")


@given(st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=1))
def test_utf8_is_read_whatever_the_label(text):
    assert decode(text.encode(), "gb2312").text == text
