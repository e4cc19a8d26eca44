"""What a reader sees of an HTML mail."""

import pytest

from adapters.formats.html import RULE, html_to_text


def test_lines_end_where_a_reader_sees_them_end():
    assert html_to_text("<p>一</p><p>二<br>三</p><div>四</div>五<span> 六</span>") == "一\n\n二\n三\n\n四\n五 六"


def test_styles_scripts_and_pictures_are_gone():
    html = "<html><head><title>t</title><style>p{}</style></head><body><script>x()</script>答复<img src='http://spy.example/1.gif' alt='i'></body>"
    assert html_to_text(html) == "答复"


def test_tables_stay_readable():
    html = "<table><tr><th>项目</th><th>内容</th></tr><tr><td>经办人</td><td>李四</td></tr></table>完"
    assert html_to_text(html) == "项目\t内容\n经办人\t李四\n完"


def test_paragraphs_inside_cells_keep_the_words_apart():
    assert html_to_text("<table><tr><td><p>处理时间</p></td><td><p>7月22日</p></td></tr></table>").split() == ["处理时间", "7月22日"]


def test_blanks_and_entities():
    assert html_to_text("<p>a&nbsp;&amp;\n  b &lt;c&gt;</p>") == "a & b <c>"


def test_preformatted_text_keeps_its_lines():
    assert html_to_text("<pre>这是自动回复\n第二行</pre>") == "这是自动回复\n第二行"


def test_quoted_blocks_and_rules_are_marked():
    assert html_to_text("新<blockquote>旧<br>二</blockquote>") == "新\n> 旧\n> 二"
    assert html_to_text("新<hr>发件人: x") == f"新\n{RULE}\n发件人: x"


@pytest.mark.parametrize("html", [
    "<div>" * 50_000 + "答复", "<b a=1>" * 300 + "<p>答复" * 50_000, "<!--" * 10_000 + "答复", "<table><b>" * 20_000 + "答复", "<" * 100_000, "", "<p", "\x00<p>\x00",
], ids=["deep", "copied formats", "comments", "table in format", "angles", "empty", "cut", "nul"])
@pytest.mark.timeout(10)
def test_hostile_markup_is_bounded(html):
    assert isinstance(html_to_text(html), str)


def test_words_survive_the_crude_way_too():
    assert html_to_text("<div>" * 1000 + "第一行<br>第二行<style>p{}</style>") == "第一行\n第二行"
