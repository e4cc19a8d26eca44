"""What the elements of an answer are called, and where such a label stands in a line (P-12)."""

import re
from collections.abc import Mapping

#: The elements by the numbers P-12 gives them.
ELEMENTS: Mapping[int, str] = {
    1: "投诉事由及调查核实情况",
    2: "对相关责任人处理意见",
    3: "应吸取的教训及整改措施",
    4: "客户对处理结果的满意程度",
    5: "处理时间",
    6: "经办人",
    7: "联系电话",
}
SATISFACTION, HANDLED, HANDLER, TELEPHONE = 4, 5, 6, 7

#: The headings of the form's halves. What stands between them was written by the bank, not by the unit.
FIRST_HALF = "一、投诉受理情况"
SECOND_HALF = "二、调查处理情况"

#: What else people call the elements. Compared without spaces, punctuation, brackets and their contents.
ALIASES: Mapping[int, tuple[str, ...]] = {
    1: ("投诉事由", "投诉事由及调查情况", "投诉事由及核实情况", "投诉事由调查核实情况", "调查核实情况", "调查情况", "核实情况", "核查情况",
        "调查核实", "调查结果", "核实结果", "核查结果", "调查处理情况", "事实经过", "事情经过", "事件经过", "情况说明", "投诉情况",
        "事由及核实情况", "调查核实结果", "基本情况", "投诉原因", "事件原因", "原因分析", "调查经过", "核查经过", "核实经过", "查明情况",
        "调查情况说明", "投诉核实情况", "投诉调查情况", "事由", "事实", "调查处理结果", "处理经过", "处理情况"),
    2: ("对相关责任人的处理意见", "对责任人处理意见", "对责任人的处理意见", "相关责任人处理意见", "责任人处理意见", "责任人处理情况",
        "对相关责任人的处理", "对相关责任人处理", "对责任人的处理", "责任人处理", "责任人处理结果", "责任认定及处理", "责任追究",
        "责任追究情况", "问责情况", "处理意见", "对责任人处理", "对责任人处罚", "责任人处罚", "责任人处罚情况", "处罚情况", "追责情况",
        "责任认定", "责任划分", "对员工的处理", "对当事人的处理", "对当事人处理意见", "对相关人员处理意见", "对相关人员的处理意见", "相关责任人处理", "相关责任人处理情况",
        "相关责任人的处理意见", "人员处理", "人员处理意见", "责任人"),
    3: ("应吸取的教训和整改措施", "应吸取教训及整改措施", "吸取的教训及整改措施", "吸取教训及整改措施", "吸取教训和整改措施", "教训及整改措施",
        "教训和整改措施", "经验教训及整改措施", "整改措施", "应吸取的教训", "吸取教训", "改进措施", "整改情况", "防范措施", "教训与整改", "整改", "教训", "教训整改", "教训及整改", "整改意见", "改进意见", "改进情况", "下一步措施", "下步措施",
        "下一步工作", "下一步工作措施", "整改落实情况", "整改及防范措施", "吸取教训及整改", "应吸取的教训和整改", "经验教训"),
    4: ("客户对处理结果满意程度", "客户对处理结果的满意度", "客户对处理结果满意度", "客户满意程度", "客户满意度", "满意程度", "满意度",
        "客户是否满意", "是否满意", "客户意见", "客户态度", "客户反馈", "客户对处理结果是否满意", "客户对处理结果的意见", "客户回访情况", "回访情况", "回访结果", "客户回访", "客户回访结果", "客户评价", "客户对处理结果",
        "客户满意情况", "满意情况", "客户意见反馈", "客户反馈意见", "客户反馈情况", "客户对结果的满意程度", "客户对处理是否满意"),
    5: ("处理日期", "处理完成时间", "处理完毕时间", "办理时间", "办理日期", "办结时间", "办结日期", "处置时间", "完成时间", "处理完成日期", "处理完结时间", "处理完毕日期", "处理结束时间", "办理完成时间", "办理完毕时间", "办毕时间", "解决时间", "处理的时间"),
    6: ("经办人员", "经办人姓名", "经办", "承办人", "处理人", "处理人员", "办理人", "办理人员", "经办人签字", "经办人签名", "经手人", "联系人",
        "经办人及联系电话", "经办人及电话", "经办人联系电话及姓名", "经办人和联系电话", "联系人及电话", "联系人及联系电话", "填报人", "填表人", "回复人", "承办人员", "承办人姓名", "经办人姓名及电话", "经办人及手机", "经办人和电话",
        "经办人员及电话", "经办人员及联系电话", "联系人和电话", "经办联系人", "处理人及电话", "处理人姓名"),
    7: ("经办人电话", "经办人联系电话", "经办人联系方式", "联系方式", "电话", "办公电话", "联系人电话", "经办电话", "经办人手机", "联络电话",
        "tel", "电话号码", "联系电话号码", "手机", "电话手机", "手机号", "手机号码", "座机", "固定电话", "固话", "联系手机", "联系座机", "承办人电话", "办公室电话",
        "联络电话号码", "经办人手机号", "经办人座机", "phone", "联系电话手机", "填报人电话"),
}
#: Other lines of the form: they end an element without being one.
_OTHERS = ("单位负责人", "负责人", "单位负责人盖章", "单位负责人签字", "单位盖章", "盖章", "回复日期", "回复时间", "编号", "单号", "备注", "附件",
           "抄送", "审核人", "复核人", "客户联系电话", "客户姓名", "客户电话", "被投诉单位", "投诉内容", "受理时间", "客户诉求", "回复要求")

_LONGEST_LABEL = 60
_BRACKETED = re.compile(r"[（(【\[][^（()）【】\[\]\r\n]{0,40}[)）】\]]")
_NOT_LABEL = re.compile(r"[\s*_#＊·:：;；,，。.、/／\"“”'‘’【】\[\]()（）]+")
FIGURES = {sign: place % 7 + 1 for place, sign in enumerate("1234567１２３４５６７一二三四五六七①②③④⑤⑥⑦⑴⑵⑶⑷⑸⑹⑺")}
COUNTED = re.compile(
    r"[^\S\r\n]*(?:[*•●▪◆·×√✓-]+\s+)?(?:[（(]\s*([1-7１-７一二三四五六七])\s*[)）][.．、]?|([①-⑦⑴-⑺])[.．、]?"
    r"|第?([1-7１-７一二三四五六七])\s*(?:[、，)）:：]|[.．](?!\d)))?[^\S\r\n]*(.*)", re.DOTALL,
)


def _plain(label: str) -> str:
    return _NOT_LABEL.sub("", _BRACKETED.sub("", label)).casefold()


_LABELS: Mapping[str, int] = {
    **{_plain(word): 0 for word in _OTHERS},
    **{_plain(word): number for number, words in ALIASES.items() for word in words},
    **{name: number for number, name in ELEMENTS.items()},
}
_SPELLED = "|".join(r"[ \u3000]?".join(word) for word in sorted(_LABELS, key=len, reverse=True))
#: A label in the middle of a line: after a gap or a stop, with a colon behind it.
INLINE = re.compile(
    rf"(?<![^\s；;，,。、)）.．:：①-⑦⑴-⑺【\[*])(?:关于)?(?:{_SPELLED})[\s】\]*]{{0,3}}(?:[（(][^（()）\r\n]{{0,40}}[)）])?\s{{0,3}}[:：]", re.IGNORECASE,
)
#: What people put in a colon's place: a box around the label, a dash, an equals sign, an arrow; the last three only where a line begins.
_BOXED = re.compile(rf"[【\[〔][ \u3000]{{0,3}}((?:{_SPELLED}))[ \u3000]{{0,3}}[】\]〕][ \u3000]{{0,3}}[:：]?", re.IGNORECASE)
_POINTED = re.compile(
    rf"^([^\S\r\n]{{0,12}}(?:[（(]?[1-7１-７一二三四五六七①-⑦][)）、.．]{{0,2}}[^\S\r\n]{{0,3}})?(?:{_SPELLED}))[^\S\r\n]{{0,3}}(?:[—–―-]{{1,3}}[>＞]?|[=＝]{{1,2}}[>＞]?|→|,)(?=[^\r\n—–-])",
    re.IGNORECASE | re.MULTILINE,
)


def with_colons(text: str) -> str:
    """Return a text with a colon behind each label that has another sign in its place."""
    return _POINTED.sub(r"\1：", _BOXED.sub(r"\1：", text))


def label_of(text: str) -> int | None:
    """Return the element a cell or heading names, 0 for another line of the form, None where it is no label."""
    if len(text) > _LONGEST_LABEL:
        return None
    counted = COUNTED.fullmatch(text.strip())
    plain = _plain(counted[4] if counted else text).lstrip("1234567")
    return _LABELS.get(plain, _LABELS.get(plain.removeprefix("关于")))
