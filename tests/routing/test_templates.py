"""What a template may and may not say (P-6, P-12): the small language, its limits, the letters in every state."""

import time
from dataclasses import replace

import pytest
from hypothesis import given, settings, strategies as st

from routing.errors import BadTable
from routing.specimens import ANSWER, mistakes, specimens
from routing.stationery import FILES, KINDS, Templates
from routing.templatereader import parse
from routing.templating import LONGEST_OUTPUT, Slot, TemplateFails, render, render_subject
from tests.elements.words import HOLLOW
from tests.letters import SHEETS, cover, slip_page
from tests.routing.letters_index import FOLDER, letters
from tests.routing.slips import RECEIVED, ZONE, a_slip

ROW = Slot("rows", "各件", "the cases", "rows", (Slot("number", "编号", "its number"), Slot("late", "逾期", "overdue", "flag")))
SLOTS = (
    Slot("number", "编号", "the number", public=True), Slot("count", "件数", "how many", "number", public=True), Slot("late", "逾期", "overdue", "flag", public=True),
    Slot("lines", "原文", "its lines", "lines"), ROW,
)
VALUES = {"number": "95580-1", "count": 2, "late": True, "lines": ["甲", "乙"], "rows": [{"number": "1", "late": True}, {"number": "2", "late": False}]}


def read(body: str, *, name: str = "x.txt.j2", subject: str = "{{ number }}"):
    return parse(name, f"{subject}\n{body}", name, SLOTS, subject=True)


def wrong(body: str, **more: str) -> str:
    with pytest.raises(BadTable) as caught:
        read(body, **more)
    return str(caught.value)


def own(name: str, source: str) -> Templates:
    """The shipped templates, one of them a bank's own."""
    kind = FILES[name]
    sheet = parse(name, source, name, kind.slots, subject=kind.subject and name.endswith(".txt.j2"))
    return replace(SHEETS, sheets={**SHEETS.sheets, name: sheet}, own=frozenset({name}))


def trouble(name: str, source: str) -> str:
    return "\n".join(mistakes(own(name, source), frozenset({FILES[name].name}), HOLLOW))


def test_words_conditions_loops_and_filters() -> None:
    sheet = read("{% for row in rows if row.late %}\n{{ loop.index }}.{{ row.number|pad(4) }}|\n{% endfor %}\n{{ lines|join('、') }} {{ lines|length }}{{ '！' if late and count > 1 else '' }}\n")
    assert render_subject(sheet, VALUES) == "95580-1"
    assert render(sheet, VALUES) == "1.1   |\n甲、乙 2！\n"


@pytest.mark.parametrize(("body", "words"), [
    ("\n{{ nummer }}", "line 3: nummer is no placeholder of this template; there are number, count"),
    ("{{ rows.number }}{% for row in rows %}{{ row.nr }}{% endfor %}", "row.nr is no placeholder; it has number, late"),
    ("{{ number.x }}", "number.x is no placeholder"),
    ("{{ customer }}", "who complains is confidential, only the slip says it (P-6)"),
    ("{{ lines }}", "cannot be said as it is"), ("{{ late }}", "cannot be said as it is"),
    ("{% if late %}", "line 2"), ("{{ number", "line 2"), ("{{ number|upper }}", "there is no filter upper; there are wrap"),
    ("{{ number|pad(100000) }}", "takes one plain value of at most 200"), ("{{ number|pad }}", "takes one plain value"), ("{{ number|pad(count) }}", "takes one plain value"),
    ("{{ number|join('x') }}", "filter join is for lines"), ("{{ lines|join('x' * 9) }}", "takes one plain value"),
    ("{% for number in rows %}{% endfor %}", "number is taken"), ("{% for row in rows recursive %}{{ loop(rows) }}{% endfor %}", "for goes through one placeholder"),
    ("{% for i in range(10 ** 9) %}x{% endfor %}", "for goes through one placeholder"), ("{{ range(10 ** 9) }}", "call does not exist here"), ("{% for i in 'abc' %}{% endfor %}", "for goes through one placeholder"),
    ("{% set x = number %}", "assign does not exist here"), ("{% set x %}a{% endset %}", "does not exist here"), ("{% macro m() %}{{ m() }}{% endmacro %}", "macro does not exist here"),
    ("{% include 'other' %}", "include does not exist here"), ("{% import 'other' as o %}", "import does not exist here"), ("{% extends 'other' %}", "extends does not exist here"),
    ("{% block b %}{% endblock %}", "block does not exist here"), ("{% raw %}{% endraw %}{{ ''.__class__.__mro__ }}", "only placeholders have fields"),
    ("{{ number.__class__ }}", "number.__class__ is no placeholder"), ("{{ number['x'] }}", "brackets do not exist here"), ("{{ number * 9999999 }}", "mul does not exist here"),
    ("{{ number ~ number }}", "concat does not exist here"), ("{{ count ** 999 }}", "pow does not exist here"), ("{{ number is defined }}", "does not exist here"),
    ("{{ _budget }}", "_budget is no placeholder"), ("{{ self }}", "self is no placeholder"), ("{% filter upper %}x{% endfilter %}", "cannot stand around words"),
    ("{% autoescape false %}x{% endautoescape %}", "does not exist here"), ("{{ lipsum() }}", "does not exist here"), ("x" * 70_000, "at most 64,000"),
])
def test_what_does_not_exist_is_told_with_its_line_and_cure(body: str, words: str) -> None:
    assert words in wrong(body)


def test_all_mistakes_are_told_at_once() -> None:
    assert wrong("{{ a }}\n{{ b }}\n{{ c }}").count("is no placeholder") == 3


def test_P6_a_subject_takes_nothing_confidential() -> None:
    assert "lines is confidential and has no place in a subject (P-6); there are number, count, late" in wrong("x", subject="{% for one in lines %}{{ one }}{% endfor %}")
    for kind in KINDS.values():
        assert not {slot.name for slot in kind.slots if slot.public} & {"slip", "text", "elements", "there", "lines", "fields", "answer", "said"}, kind.name


def test_an_endless_loop_ends_at_the_budget_and_soon() -> None:
    deep = "{% for a in rows %}{% for b in rows %}{% for c in rows %}{% for d in rows %}{% endfor %}{% endfor %}{% endfor %}{% endfor %}"
    begun = time.perf_counter()
    with pytest.raises(TemplateFails, match="more than 200,000 characters"):
        render(read(deep), {**VALUES, "rows": [{"number": "1", "late": True}] * 10_000})
    assert time.perf_counter() - begun < 5


def test_output_is_limited_beyond_the_values_and_a_long_value_is_not_cut() -> None:
    with pytest.raises(TemplateFails, match="make it shorter"):
        render(read("{% for row in rows %}" + "字" * 1_000 + "{% endfor %}"), {**VALUES, "rows": [{"number": "1", "late": True}] * 240})
    long = "字" * (2 * LONGEST_OUTPUT)
    assert render(read("{{ number }}{{ number }}"), {**VALUES, "number": long}) == long * 2
    with pytest.raises(TemplateFails):
        render(read("{{ number }}" * 9), {**VALUES, "number": long})


def test_a_missing_value_is_told_and_not_left_out() -> None:
    with pytest.raises(TemplateFails, match="cannot be filled"):
        render(read("{{ count }}"), {"number": "1"})


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(["{{", "}}", "{%", "%}", " number ", " rows ", "for x in ", "endfor", "if ", "endif", "else", "|", "pad(3)", "wrap", "x.number", "'", "(", ")", "set ", "~", "\n", "字", "{#", "#}", "range", "**", "."]), max_size=25).map("".join))
def test_any_template_is_refused_by_line_or_ends(source: str) -> None:
    try:
        sheet = parse("x", f"s\n{source}", "x.txt.j2", SLOTS, subject=True)
    except BadTable as error:
        assert all(one.startswith("line ") for one in error.mistakes)
        return
    assert len(render(sheet, VALUES)) <= LONGEST_OUTPUT + 1_000


@pytest.mark.parametrize("html", [
    "<script>x</script>", "<img src='http://x.example/a'>", '<a href="http://x.example">x</a>', '<p onclick="x">', '<p style="background:url(x)">', "<td width={{ number }}>", "<FORM>",
])
def test_a_page_neither_runs_nor_fetches_anything(html: str) -> None:
    assert "line 2" in wrong(html, name="x.html.j2")


def test_a_page_escapes_whatever_it_says() -> None:
    sheet = read('<p title="{{ number }}">{{ number|br }}</p>', name="x.html.j2")
    page = render(sheet, {**VALUES, "number": "<b>\"'&\n<script>"})
    assert "<b>" not in page
    assert "<script>" not in page
    assert page.count("<br>") == 1


# letters ----------------------------------------------------------------------------------------------------------------
def test_every_kind_of_letter_has_specimens_and_the_shipped_words_are_sound() -> None:
    assert {one.letter for one in specimens()} == set(KINDS)
    assert mistakes(SHEETS, frozenset(KINDS), HOLLOW) == []


def test_the_shipped_words_are_what_was_agreed() -> None:
    said = dict(letters())
    assert set(said) == {path.name for path in FOLDER.iterdir()}
    for name, text in said.items():
        assert text == (FOLDER / name).read_text(encoding="utf-8"), f"{name}: where it is meant, python -m tests.routing.letters_index"


def test_every_must_is_missed_when_its_words_are_gone() -> None:
    for kind in KINDS.values():
        for must in kind.must:
            sheet = SHEETS.sheets[f"{kind.name}.{'html' if must.part == 'html' else 'txt'}.j2"]
            first, _, rest = sheet.source.partition("\n")
            source = {"subject": f"x\n{rest}", "text": f"{first}\nx", "html": "<p>x</p>"}[must.part] if kind.subject else "x"
            assert f"the {must.part} does not say" in trouble(sheet.name, source), (kind.name, must)


@pytest.mark.parametrize(("name", "before", "after", "words"), [
    ("cover.txt.j2", "{{ number }} ", "", "the subject does not say {{ number }} (P-9.2)"),
    ("cover.txt.j2", "{{ slip }}", "（见附件）", "the text does not say {{ slip }} (P-9.1)"),
    ("incomplete.txt.j2", "{{ gap.name }}：", "", "is not read back; each must stand on a line of its own (P-12)"),
    ("incomplete.txt.j2", "已收到：", "已经收到", "would be read as an answer"),
    ("incomplete.txt.j2", "{{ signature }}", "此致", "the text does not say {{ signature }} (P-12)"),
    ("callback.txt.j2", "　　满意\n　　基本满意\n　　不满意", "满意/基本满意/不满意", "must each stand on a line of its own"),
    ("reminder.html.j2", "{{ row.number }}", "", "the html does not say {{ rows.number }}"),
])
def test_P12_what_a_bank_may_not_edit_away(name: str, before: str, after: str, words: str) -> None:
    source = SHEETS.sheets[name].source
    assert before in source
    assert words in trouble(name, source.replace(before, after))


def test_P12_words_a_bank_may_edit_are_its_own() -> None:
    source = SHEETS.sheets["cover.txt.j2"].source.replace("现将投诉件", "兹有客户投诉件").replace("请勿外传", "严禁外传")
    assert trouble("cover.txt.j2", source) == ""
    sheets = own("cover.txt.j2", source)
    assert "兹有客户投诉件" in next(one for one in specimens() if one.letter == "cover").make(sheets).text


def test_P6_a_copy_is_masked_before_a_template_sees_it() -> None:
    copy = next(one for one in specimens() if one.letter == "copied").make(SHEETS).text
    assert "示例客户" not in copy
    assert "13800000000" not in copy


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=300))
def test_whatever_a_customer_says_is_carried_whole(text: str) -> None:
    slip = a_slip(text=text, demand=text)
    assert "".join(slip.value("text").split()) in "".join(cover(slip, "河东支行", RECEIVED, ZONE).text.split())
    assert slip_page(slip).endswith("</html>\n")


def test_the_answer_of_the_specimens_is_whole() -> None:
    assert sorted(ANSWER) == list(range(1, 8))
