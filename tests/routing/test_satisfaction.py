"""What the customer says of the answer, whatever words stand before it (P-12 element 4, P-18)."""

import pytest

from routing.satisfaction import DISSATISFIED, FAIR, SATISFIED, SILENT, one_word, satisfaction


@pytest.mark.parametrize(("words", "said"), [
    ("满意", SATISFIED), ("非常满意。", SATISFIED), ("客户对处理结果表示满意", SATISFIED), ("客户接受道歉，不再追究", SATISFIED),
    ("客户表示理解并认可", SATISFIED), ("客户对处理结果无异议", SATISFIED), ("客户没有不满意", SATISFIED), ("滿意", SATISFIED),
    ("客户来电致谢", SATISFIED), ("□不满意 ☑满意 □基本满意", SATISFIED), ("并非不满意", SATISFIED),
    ("基本满意", FAIR), ("客户勉强接受", FAIR), ("一般", FAIR), ("比较满意", FAIR), ("尚可", FAIR), ("□满意 ☑基本满意 □不满意", FAIR),
    ("不满意", DISSATISFIED), ("客户不太满意", DISSATISFIED), ("客户对处理结果不予认可", DISSATISFIED), ("未能令客户满意", DISSATISFIED),
    ("谈不上满意", DISSATISFIED), ("客户拒绝接受", DISSATISFIED), ("客户没有对处理结果表示满意", DISSATISFIED), ("满意度不高", DISSATISFIED),
    ("对道歉满意，但对赔偿不满意", DISSATISFIED), ("客户无法接受，将继续投诉", DISSATISFIED), ("仍不满", DISSATISFIED),
    ("不是很满意", DISSATISFIED), ("☑不满意 □满意", DISSATISFIED), ("客户不同意调解", DISSATISFIED),
    ("客户未表态", SILENT), ("多次致电客户未接听，未能确认是否满意", SILENT), ("客户未明确表示是否满意", SILENT), ("已告知客户处理结果", SILENT),
    ("", SILENT), ("电话关机，联系不上", SILENT), ("客户尚未回复", SILENT), ("待回访", SILENT),
])
def test_P12_satisfaction_is_read_with_its_negations(words: str, said: str) -> None:
    assert satisfaction(words) == said


@pytest.mark.parametrize(("text", "word"), [
    (" 满意。\n", SATISFIED), ("不满意！", DISSATISFIED), ("基本满意", FAIR), ("３", DISSATISFIED), ("Satisfied", SATISFIED),
    ("满意，谢谢", ""), ("我不满意，你们根本没解决", ""), ("", ""), ("满意不满意", ""), ("收到", ""),
])
def test_P18_only_the_one_word_is_read_by_the_machine(text: str, word: str) -> None:
    assert one_word(text) == word
