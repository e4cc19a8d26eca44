"""Every kind of letter there is, what may stand in its template, and the templates in force (P-6, P-12).

The words themselves are files: routing/templates/zh, each replaced by the bank's own of its name (`bank.templates`).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import unescape
from typing import Literal

from routing.form import Form
from routing.slip import clean, visible
from routing.templating import Slot, Template, TemplateFails, render, render_subject

SIGNATURE = "——本邮件由投诉处理系统自动发出，直接回复即可送达投诉处理岗。"
RULE_ID = re.compile(r"（(?:[PDTC]-[0-9.]+|law:[0-9]+)）")       # our own ids mean nothing to a unit
_TAG = re.compile(r"<[^<>]*>")


@dataclass(frozen=True, slots=True)
class Words:
    """The subject and the text of one letter, and the same as a page where it has one."""

    subject: str
    text: str
    html: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Must:
    """What no template may leave out: a placeholder, or fields of its rows, in the subject, the text or the page; and by which rule."""

    part: Literal["subject", "text", "html"]
    slot: str
    rule: str
    fields: tuple[str, ...] = ()

    @property
    def said(self) -> str:
        """The placeholder as a template writes it."""
        return " ".join(f"{{{{ {self.slot}.{one} }}}}" for one in self.fields) or f"{{{{ {self.slot} }}}}"

    def words(self, values: Mapping[str, object]) -> list[str]:
        """What must be found, without spaces: a filter may break lines."""
        value = values[self.slot]
        if not isinstance(value, list):
            return [_squeezed(str(value))]
        return [_squeezed(str(each)) for row in value for each in ([row[one] for one in self.fields] if isinstance(row, Mapping) else [row])]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of letter: its name, what it is for in both languages, its placeholders, the files it is made of, its rule."""

    name: str
    zh: str
    en: str
    rule: str
    slots: tuple[Slot, ...]
    files: tuple[str, ...] = ("txt",)
    subject: bool = True
    must: tuple[Must, ...] = ()

    @property
    def templates(self) -> tuple[str, ...]:
        """The names of its template files."""
        return tuple(f"{self.name}.{ending}.j2" for ending in self.files)


@dataclass(frozen=True, slots=True)
class Templates:
    """The templates in force by the names of their files; `digest` names this very set, `own` those of the bank."""

    sheets: Mapping[str, Template]
    form: Form
    digest: str = ""
    own: frozenset[str] = frozenset()

    def words(self, name: str, values: Mapping[str, object]) -> Words:
        """Return a letter in the words of its template. TemplateFails where they cannot be had."""
        sound = {**_sound(values), "signature": SIGNATURE}
        sheet = self.sheets[f"{name}.txt.j2"]
        subject = " ".join(clean(render_subject(sheet, sound)).split())
        text = clean(render(sheet, sound))
        page = self.sheets.get(f"{name}.html.j2")
        words = Words(subject, f"{text}\n" if sheet.subject else text, render(page, sound) if page else "")
        _whole(KINDS[name], sheet, words, sound)
        return words

    def line(self, name: str, values: Mapping[str, object]) -> str:
        """Return one line that stands over the words of a letter."""
        return " ".join(self.words(name, values).text.split("\n"))

    def page(self, name: str, values: Mapping[str, object]) -> str:
        """Return a page of HTML."""
        sound = _sound(values)
        sheet = self.sheets[f"{name}.html.j2"]
        page = render(sheet, sound)
        _whole(KINDS[name], sheet, Words("", "", page), sound)
        return page


def _whole(kind: Kind, sheet: Template, words: Words, values: Mapping[str, object]) -> None:
    """Refuse a letter that leaves out what it must say, whatever its template makes of these values."""
    for must in kind.must:
        whole = _squeezed(unescape(_TAG.sub("", words.html)) if must.part == "html" else getattr(words, must.part))
        if any(each not in whole for each in must.words(values)):
            msg = f"template {sheet.file}: the {must.part} does not say {must.said} ({must.rule}); put it back, then `hotline-bridge templates check`"
            raise TemplateFails(msg)


def _squeezed(text: str) -> str:
    return "".join(text.split())


def _sound(values: Mapping[str, object]) -> dict[str, object]:
    return {name: _writable(value) for name, value in values.items()}


def _writable(value: object) -> object:
    """A value without what no form can show, its spaces left; rows and lines likewise."""
    if isinstance(value, str):
        return visible(value)
    if isinstance(value, Mapping):
        return {name: _writable(each) for name, each in value.items()}
    return [_writable(each) for each in value] if isinstance(value, Sequence) else value


def _t(name: str, zh: str, en: str) -> Slot:
    return Slot(name, zh, en)


def _p(name: str, zh: str, en: str) -> Slot:
    return Slot(name, zh, en, public=True)


def _n(name: str, zh: str, en: str) -> Slot:
    return Slot(name, zh, en, "number", public=True)


def _f(name: str, zh: str, en: str) -> Slot:
    return Slot(name, zh, en, "flag", public=True)


_NUMBER = _p("number", "编号", "the case number")
_TITLE = _p("title", "表单名称（投诉转办单等）", "what the form is called")
_UNIT = _p("unit_name", "收件单位", "the unit it goes to")
_DUE = _p("due", "时限，如 7月27日17:30；未定为空", "the limit, e.g. 7月27日17:30, or empty")
_DUE_ISO = _p("due_iso", "时限，如 2026-07-27 17:30；未定为空", "the limit, e.g. 2026-07-27 17:30, or empty")
_SLIP = _t("slip", "整张转办单（文本）", "the whole slip as text")
_SIGNATURE = _t("signature", "落款（引用识别用，须保留）", "the closing line, by which quoted letters are known")
_TEXT = Slot("text", "单位来信原文，逐行", "what the unit wrote, line by line", "lines")
_PLACE, _NAME = _n("place", "序号", "its number"), _p("name", "要素名称", "its name")
_ELEMENTS = Slot("elements", "已填写的要素", "the elements that are there", "rows", (_PLACE, _NAME, _t("words", "内容", "its words")))
_ABOUT = (
    _p("unit", "被投诉单位", "the unit complained about"), _p("category", "类别", "the category"), _p("received", "最近受理时间", "when it was received"),
    Slot("numbers", "有关投诉件编号（至多三十个）", "the numbers of the cases, thirty at most", "lines", public=True), _n("numbered", "有关投诉件数", "how many cases"),
    _f("more", "是否还有未列出的", "whether there are more"),
)
_DUES = (
    _NUMBER, _TITLE, _p("limit", "时限", "its limit"), _p("state", "状态，如 已逾期3天", "where it stands"), _p("unit", "承办单位，收件单位自己的为空", "who must answer"),
    _p("remark", "提醒名称", "which reminder it is"), _f("overdue", "已逾期", "overdue"), _f("today", "今日到期", "due today"), _f("matters", "今日须办", "matters today"),
)
_CELL = (_t("label", "栏目", "the label"), _t("value", "内容", "the value"))
_CALL = (
    _n("errand", "事项编号", "the errand's number"), _p("at", "时间", "since when"), _p("case_number", "投诉编号，没有为空", "the case, or empty"), _n("call", "通话编号，没有为 0", "the call's number, or 0"),
)
_SUBJECT, _CLOSE = Must("subject", "number", "P-9.2"), Must("text", "signature", "P-12")

_ALL = (
    Kind("cover", "转办单所附的信", "carries a slip to a unit", "P-9.2", (
        _TITLE, _NUMBER, _UNIT, _DUE, _DUE_ISO, _f("late", "时限已过", "the limit has gone by"), _p("does", "办理、协办或转办", "what the unit shall do"), _SLIP, _SIGNATURE,
    ), must=(Must("subject", "number", "P-9.2"), Must("text", "slip", "P-9.1"), _CLOSE)),
    Kind("copied", "抄送知悉的信", "carries a copy to who is told", "P-14.2", (_TITLE, _NUMBER, _UNIT, _t("why", "抄送原因", "why"), _SLIP, _SIGNATURE), must=(Must("subject", "number", "P-9.2"), Must("text", "slip", "P-9.1"), _CLOSE)),
    Kind("slip", "邮件正文中的转办单（网页）", "the slip in a mail's body", "P-9.1", (
        _TITLE, _NUMBER, Slot("head", "抬头，逐行", "the bank, line by line", "lines"), _t("first_half", "上半部标题", "heading of the first half"),
        Slot("fields", "受理情况各栏", "the fields of the first half", "rows", _CELL), _t("second_half", "下半部标题", "heading of the second half"),
        Slot("answer", "调查处理情况各栏", "the fields of the unit's half", "rows", _CELL), _t("how_to_answer", "填写说明", "how to answer"),
    ), ("html",), subject=False, must=(Must("html", "fields", "P-9.1", ("label", "value")), Must("html", "answer", "P-12", ("label", "value")))),
    Kind("incomplete", "请单位补充回复", "asks for what an answer lacks", "P-12", (
        _NUMBER, _DUE, _DUE_ISO, _n("count", "所缺项数", "how many are missing"), _p("trouble", "附件未能读取的原因，没有为空", "why an attachment was not read"),
        Slot("gaps", "所缺各项", "what is missing", "rows", (_PLACE, _NAME, _t("why", "所填不计的原因，没有为空", "why its words do not count"))),
        Slot("there", "已收到各项", "what is there", "rows", (_PLACE, _NAME, _t("words", "内容", "its words"))), _SIGNATURE,
    ), must=(_SUBJECT, Must("text", "gaps", "P-12", ("place", "name", "why")), Must("text", "trouble", "P-12"), _CLOSE)),
    Kind("bounce", "告知投诉处理岗：信未送达", "tells the desk that a letter did not arrive", "P-20", (
        _NUMBER, _p("recipient", "未送达的邮箱", "the mailbox"), _t("said", "对方服务器的答复", "what its server said"), _t("next_step", "系统已做的", "what is done about it"), _SIGNATURE,
    ), must=(_SUBJECT, Must("text", "recipient", "P-20"), Must("text", "next_step", "P-20"))),
    Kind("notice", "给投诉处理岗的一般通知", "tells the desk what a person must look at", "P-21", (
        _NUMBER, _p("about", "何事", "what about"), _t("text", "全文", "the whole of it"), _t("english", "英文一行", "a line in English"), _SIGNATURE,
    ), must=(_SUBJECT, Must("text", "text", "P-21"))),
    Kind("set_aside", "告知投诉处理岗：来件无法读取", "tells the desk about papers set aside", "P-3", (
        _n("count", "件数", "how many"), _n("more", "未列出的件数", "how many are not listed"),
        Slot("cards", "各件", "the papers", "rows", (
            _p("number", "隔离编号", "its number"), _t("source", "来源", "the door"), _t("taken", "收到时间", "when"), _t("trouble", "原因", "why"), _t("remedy", "如何处理", "the cure"),
        )), _SIGNATURE,
    ), must=(Must("text", "cards", "P-3", ("number", "trouble", "remedy")),)),
    Kind("calls", "告知投诉处理岗：待回拨、待核对的来电", "tells the desk about calls that wait for a person", "P-3", (
        _n("count", "件数", "how many"), _n("more", "未列出的件数", "how many are not listed"),
        Slot("abandoned", "无人接听的来电", "callers nobody answered", "rows", _CALL), Slot("no_form", "没有登记的来电", "calls without a form", "rows", _CALL),
        Slot("no_call", "没有话单的登记", "forms without a call", "rows", _CALL),
        _SIGNATURE,
    ), must=(Must("text", "abandoned", "P-3", ("errand",)), Must("text", "no_form", "P-3", ("errand",)), Must("text", "no_call", "P-9.1", ("errand", "case_number")))),
    Kind("reported", "向领导、办公室报告情况", "reports a case to leaders and offices", "P-16", (
        _NUMBER, _UNIT, _t("why", "报告原因", "why"), _p("unit", "被投诉单位", "the unit complained about"), _p("category", "类别", "the category"),
        _p("received", "受理时间", "when it was received"), _p("lead", "承办单位", "who handles it"), _p("due_at", "办理时限", "the limit"), _SIGNATURE,
    ), must=(_SUBJECT, Must("text", "why", "P-16"), Must("text", "unit", "P-16"))),
    Kind("mass", "多人反映同一事项", "reports that many complain of one matter", "C-5", (
        _p("about", "编号或事项名称", "the last number, or the matter"), _p("matter", "事项名称", "the matter"), _n("people", "人数", "how many people"),
        _n("threshold", "上报人数", "from how many it is reported"), _f("major", "重大投诉（二十人及以上）", "major by law"), *_ABOUT, _SIGNATURE,
    ), must=(Must("subject", "about", "C-5"), Must("text", "people", "C-5"), Must("text", "unit", "C-5"))),
    Kind("again", "客户再次投诉，上报", "reports that a customer complains again", "P-18", (_NUMBER, _n("times", "第几次", "which time"), *_ABOUT, _SIGNATURE), must=(_SUBJECT, Must("text", "times", "P-18"), Must("text", "unit", "P-18"))),
    Kind("supplement", "并案来件转承办单位", "brings a merged complaint to who handles the first", "law:18", (
        _NUMBER, _p("other", "并入件编号", "the merged number"), _p("received", "来件时间", "when it came"), Slot("text", "来件原文，逐行；不许转发的为空", "its words, line by line", "lines"), _SIGNATURE,
    ), must=(_SUBJECT, Must("text", "text", "law:18"), Must("text", "other", "law:18"))),
    Kind("result", "办理结果逐级报回", "the result on its way back", "P-9.7", (_NUMBER, _UNIT, _p("way", "回复路径", "the way it came"), _ELEMENTS, _SIGNATURE), must=(_SUBJECT, Must("text", "elements", "P-9.7", ("name", "words")))),
    Kind("assisted", "协办意见送主办单位", "the opinion of a unit that assists", "P-14.1", (_NUMBER, _UNIT, _p("helper", "协办单位", "who assists"), _ELEMENTS, _TEXT, _SIGNATURE), must=(_SUBJECT, Must("text", "elements", "P-14.1", ("name", "words")), Must("text", "text", "P-14.1"))),
    Kind("dispute", "请裁定承办单位", "asks who handles a case", "T-7", (_NUMBER, _UNIT, _p("unit", "退回的单位", "who gives it back"), _TEXT, _SIGNATURE), must=(_SUBJECT, Must("text", "text", "T-7"), Must("text", "unit", "T-7"))),
    Kind("onward", "转办单上方一行：请转下级", "a line over a slip: pass it on", "P-9.3", (
        _UNIT, _p("within", "几", "how many"), _p("span", "单位（个工作日等）", "of what"), _p("mailbox", "本行投诉邮箱", "our mailbox"),
    ), subject=False, must=(Must("text", "unit_name", "P-9.3"), Must("text", "mailbox", "P-9.3"), Must("text", "within", "P-9.3"))),
    Kind("handed_on", "转办单上方一行：由某单位转来", "a line over a slip: from another unit", "P-9.3", (_p("giver", "转来的单位", "who passed it on"), _t("says", "附言", "a word with it")), subject=False, must=(Must("text", "giver", "P-9.3"), Must("text", "says", "P-9.3"))),
    Kind("ruled", "转办单上方一行：经裁定", "a line over a slip: by a ruling", "T-7", (_t("says", "裁定意见", "the ruling"),), subject=False, must=(Must("text", "says", "T-7"),)),
    Kind("second", "转办单上方一行：改送第二联系人", "a line over a slip: to the second contact", "P-20", (_p("failed", "未送达的邮箱", "the mailbox it did not reach"),), subject=False, must=(Must("text", "failed", "P-20"),)),
    Kind("reminder", "提醒、催办", "reminds a mailbox of all it owes", "P-21", (
        _UNIT, _p("rung", "提醒名称（催办等）", "which reminder"), _n("count", "件数", "how many cases"), _p("number", "仅一件时的编号，否则为空", "the number where it is one case"),
        _n("late", "逾期件数", "how many are overdue"), _n("today", "今日到期件数", "how many are due today"), _n("ahead", "未到期件数", "how many are in time"),
        _n("more", "未列出件数", "how many are not listed"), _f("at_desk", "其中有待投诉处理岗办的", "some wait at the desk"), _f("all_at_desk", "都待投诉处理岗办", "all wait at the desk"),
        _f("all_others", "都由其他单位承办", "all are other units'"), _f("some_others", "部分由其他单位承办", "some are other units'"), _f("units", "显示承办单位一栏", "show who must answer"),
        _f("remarks", "显示催办一栏", "show which reminder"), Slot("asks", "各状态须做的事", "what each state asks for", "rows", (_p("state", "状态", "the state"), _t("does", "须做的事", "what to do"))),
        Slot("rows", "各件", "the cases", "rows", _DUES), _SIGNATURE,
    ), ("txt", "html"), must=(Must("subject", "number", "P-21"), Must("text", "rows", "P-21", ("number", "limit")), Must("html", "rows", "P-21", ("number", "limit")), _CLOSE)),
    Kind("chase_call", "电话催办时所说的话", "what the voice says to a unit that is called", "P-21", (
        _p("bank", "行名", "the bank"), _p("title", "表单名称（投诉转办单等）", "what the form is called"), _p("number", "编号，逐位", "the case number, figure by figure"), _UNIT,
        _p("person", "联系人，没有为空", "whom it is for, or empty"), _p("due", "时限，如 十一月二十六日下午五点半；未定为空", "the limit in words, or empty"), _p("late", "已超期多久，如 三天；未超期为空", "how much overdue, or empty"),
    ), subject=False, must=(Must("text", "number", "P-21"), Must("text", "due", "P-21"))),
    Kind("announcement", "投诉处理中心的语音播报", "is called out at the centre", "P-21", (
        _f("flagged", "新的重点件（否则为超期件）", "new and flagged, else overdue"), _p("number", "仅一件时的编号，逐位；否则为空", "the number where it is one case, figure by figure"),
        _p("cases", "几件", "how many"), _p("unit_name", "承办单位；不止一个或未定为空", "who must answer, or empty"),
    ), subject=False, must=(Must("text", "number", "P-21"),)),
    Kind("callback", "客户满意度回访", "asks a customer whether they are content", "P-21", (
        _p("bank", "行名", "the bank"), _p("hotline", "热线号", "the hotline"), _NUMBER, _p("received", "受理时间", "when it was received"),
    ), must=(_SUBJECT,)),
    Kind("report", "报表所附的信", "carries a report", "P-24", (
        _p("bank", "行名", "the bank"), _p("title", "报表名称", "what it is"), _p("title_en", "报表英文名称", "the same in English"), _p("period", "期间", "the period"),
        _p("period_en", "期间（英文）", "the same in English"), _p("place", "范围", "whose figures"), _p("as_of", "截至", "the moment of its figures"), _n("version", "第几版", "which version"),
        _f("again", "是否更正版", "whether it was sent before"), Slot("lines", "主要数字，逐行", "its key figures", "lines"), _f("fits", "附件是否随信", "whether its files go along"), _p("id", "报表号", "its number here"),
    ), must=(Must("subject", "title", "P-24"), Must("subject", "period", "P-24"), Must("text", "lines", "P-24"), Must("text", "as_of", "P-24"))),
)
KINDS: Mapping[str, Kind] = {kind.name: kind for kind in _ALL}
FILES: Mapping[str, Kind] = {name: kind for kind in _ALL for name in kind.templates}
