"""Every letter in every state it has, with people who do not exist: for previews, and to try a bank's templates on (P-6, P-12)."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal

from routing import callwords, matterwords, waywords, wording
from routing.case import Case, CaseId, State
from routing.elements import ELEMENTS, found
from routing.entries import Forwarding
from routing.hollow import Hollow
from routing.number import case_number
from routing.papers import Channel
from routing.parties import Customer, UnitCode
from routing.reminder import Due, reminder
from routing.slip import Slip, SlipContext, slip_of, spoken_time
from routing.stationery import KINDS, Templates, Words
from routing.templating import TemplateFails
from routing.verdict import Category, Complaint, Flag, Verdict

ZONE = timezone(timedelta(hours=8))
AT = datetime(2026, 7, 22, 9, 31, tzinfo=ZONE)
DUE = datetime(2026, 7, 31, 17, 30, tzinfo=ZONE)
NUMBER, OTHER = case_number("95580", date(2026, 7, 22), 13), case_number("95580", date(2026, 7, 22), 27)
UNIT, BANK = "示例市分行河东支行", "示例银行客户服务中心"
ANSWER: Mapping[int, str] = {
    1: "经调阅监控并询问当事人，客户反映的情况属实。", 2: "对柜员通报批评，扣减当月绩效。", 3: "组织全员学习服务规范，增加大堂引导。", 4: "基本满意", 5: "2026年7月23日", 6: "张某某", 7: "010-55500017",
}
_TEXT = "客户反映：7月20日在河东支行办理定期存款，柜员未经同意将6万元转为保险产品。\n客户多次到网点交涉，均被推诿，称将向电视台反映。"
_FORWARDING = Forwarding(rule="P-9.3", channels=(Channel.PHONE,), home_divisions=("北京市",), by="union")
_DAY = timedelta(days=1)
_CONTENT = ("满意", "基本满意", "不满意")


@dataclass(frozen=True, slots=True)
class Specimen:
    """One letter in one state; `make` writes it with the templates it is given; `lacking` are the elements it asks for."""

    letter: str
    state: str
    make: Callable[[Templates], Words]
    lacking: tuple[int, ...] = ()


def a_case(**changed: object) -> Case:
    """Return the case the specimens speak of."""
    flags = (Flag("over_50k", "6万元", "P-9.1", "业务金额超过五万元"), Flag("reputation", "将向电视台反映", "P-9.1", "可能影响我行声誉"))
    customer = Customer("示例客户", "13800000000", "130000199001010000", "6217000000000000001", "示例市某某路1号")
    complaint = Complaint(_TEXT, "seat-note", AT, customer=customer, person_hint="柜员（工号0017）", demand="要求退还本金并道歉。", product="定期存款")
    case = Case(
        id=CaseId(1), number=NUMBER, pack="psbc-95580", state=State.SENT, complaint=complaint, source="http", call_id="1", hotline="95580", seat="座席0123", received=AT,
        verdict=Verdict(Category.BREACH, (Category.ATTITUDE,), (Decimal(60_000),), flags), unit=UnitCode("X1"), due=DUE, last_day=DUE + 5 * _DAY,
    )
    return replace(case, **changed)     # type: ignore[arg-type]


def a_slip(*, masked: bool = False, handed_down: bool = False) -> Slip:
    """Return their slip; masked as a copy is, or handed down by an authority."""
    case = a_case()
    if handed_down:
        case = replace(case, complaint=replace(case.complaint, channel=Channel.REGULATOR, authority="示例监管局", authority_number="示监转〔2026〕17号", authority_due=DUE))
    return slip_of(case, SlipContext(
        UNIT, ZONE, role="抄送" if masked else "主办", bank=BANK, leads=(UNIT,), assists=("示例市分行个人金融部",), reply_to=f"hotline+{NUMBER}.abcdef@bank.example",
        reviewed="8001 于 2026年7月22日11时05分(星期三) 复听并签字", masked=masked,
    ))


def specimens() -> Iterator[Specimen]:
    """Yield every letter in every state."""
    yield from _slips()
    yield from _to_units()
    yield from _to_desk()
    yield from _upward()
    yield from _lines()
    yield from _reminders()
    yield from _spoken()
    yield Specimen("callback", "asked", lambda by: matterwords.form(by, "示例银行", "95580", NUMBER, spoken_time(AT, ZONE)))
    for state, version, fits in (("first", 1, True), ("corrected", 2, False)):
        yield Specimen("report", state, lambda by, version=version, fits=fits: by.words("report", {     # type: ignore[misc]
            "bank": "示例银行", "title": "投诉统计表", "title_en": "Statistics of complaints", "period": "2026年7月", "period_en": "July 2026", "place": "全行",
            "as_of": "2026-08-01 08:00", "version": version, "again": version > 1, "lines": ["受理 1,200 件，比上月增加 3.2%", "按期办结 98.7%"], "fits": fits, "id": "17",
        }))


def _slips() -> Iterator[Specimen]:
    slip = a_slip()
    for state, due, now, does in (("due", DUE, AT, "办理"), ("late", DUE, DUE, "办理"), ("undated", None, AT, "办理"), ("assists", DUE, AT, "协办"), ("onward", DUE, AT, "转办")):
        yield Specimen("cover", state, lambda by, due=due, now=now, does=does: wording.cover(by, slip, UNIT, due, ZONE, now, does=does))   # type: ignore[misc]
    yield Specimen("copied", "masked", lambda by: wording.copied(by, a_slip(masked=True), "示例市分行风险管理部", "违规操作由主管部门认定（P-14.2）"))
    for state, made in (("whole", slip), ("masked", a_slip(masked=True)), ("handed_down", a_slip(handed_down=True))):
        yield Specimen("slip", state, lambda by, made=made: Words("", "", wording.slip_page(by, made)))     # type: ignore[misc]


def _to_units() -> Iterator[Specimen]:
    some = wording.Asks({1: ANSWER[1], 7: ANSWER[7]}, (2, 4))
    refused = wording.Asks({1: ANSWER[1]}, (3, 5), {3: "所填“同上”没有具体内容", 5: "所填日期晚于收到回复的日期"})
    nothing = wording.Asks({}, tuple(ELEMENTS), trouble="附件是旧版 .doc 文件；请另存为 .docx 后重新发送")
    for state, asks, due in (("some", some, DUE), ("refused", refused, DUE), ("nothing", nothing, None)):
        yield Specimen("incomplete", state, lambda by, asks=asks, due=due: wording.incomplete(by, NUMBER, asks, due=due, zone=ZONE), tuple(asks.lacking))     # type: ignore[misc]
    yield Specimen("supplement", "open", lambda by: matterwords.supplement(by, NUMBER, OTHER, spoken_time(AT, ZONE), _TEXT))
    yield Specimen("supplement", "withheld", lambda by: matterwords.supplement(by, NUMBER, OTHER, spoken_time(AT, ZONE), ""))
    yield Specimen("result", "whole", lambda by: waywords.result(by, NUMBER, "示例市分行", ["投诉处理岗", "示例市分行", UNIT], ANSWER))
    for state, answer in (("elements", (ANSWER, "")), ("words", ({}, "我部已核实，建议退还本金。\n请主办单位一并答复。"))):
        yield Specimen("assisted", state, lambda by, answer=answer: waywords.assisted(by, NUMBER, UNIT, "示例市分行个人金融部", answer))      # type: ignore[misc]


def _to_desk() -> Iterator[Specimen]:
    yield Specimen("bounce", "stood_in", lambda by: wording.bounce(by, NUMBER, "hedong@bank.example", "550 5.1.1 no such user", next_step="转办单已改送第二联系人：er@bank.example。"))
    yield Specimen("bounce", "nobody", lambda by: wording.bounce(by, NUMBER, "hedong@bank.example", "552 mailbox full", next_step="没有可改送的第二联系人，请改送上级单位或另行送达。"))
    unheard = [wording.Unheard(place, kind, spoken_time(AT, ZONE), NUMBER if kind == "no-call" else "", 0 if kind == "no-call" else 40 + place)
               for place, kind in enumerate(("abandoned", "no-form", "no-call"), 1)]
    for state, count in (("all", 3), ("more", 60)):
        yield Specimen("calls", state, lambda by, count=count: wording.calls(by, unheard, count))      # type: ignore[misc]
    yield Specimen("notice", "desk", lambda by: wording.notice(by, NUMBER, "撤诉核实", ["客户来电申请撤诉。", "", "请核实是否出于自愿（P-19）。"]))
    cards = [wording.Card(f"Q-{number}", "mailbox", spoken_time(AT, ZONE), "邮件头无法解析", "请联系发件人重新发送") for number in (3, 4)]
    for state, count in (("all", 2), ("more", 12)):
        yield Specimen("set_aside", state, lambda by, count=count: wording.set_aside(by, cards, count))    # type: ignore[misc]


def _upward() -> Iterator[Specimen]:
    whole = wording.Report("涉及媒体，须立即报告（P-16）", UNIT, "违规操作", spoken_time(AT, ZONE), UNIT, spoken_time(DUE, ZONE))
    for state, report in (("whole", whole), ("undecided", replace(whole, unit="", category="", lead="", due_at=""))):
        yield Specimen("reported", state, lambda by, report=report: wording.reported(by, NUMBER, "示例市分行办公室", report))      # type: ignore[misc]
    about = matterwords.About(UNIT, "服务产品", spoken_time(AT, ZONE), (OTHER, NUMBER))
    many = replace(about, numbers=tuple(case_number("95580", date(2026, 7, 22), count) for count in range(1, 45)))
    for state, matter, told in (("three", matterwords.Mass("M-7", 3, 3, "C-5"), about), ("major", matterwords.Mass("M-7", 44, 20, "law:25"), many)):
        yield Specimen("mass", state, lambda by, matter=matter, told=told: matterwords.mass(by, matter, told))     # type: ignore[misc]
    yield Specimen("again", "second", lambda by: matterwords.again(by, NUMBER, 2, about))
    yield Specimen("dispute", "given_back", lambda by: waywords.dispute(by, NUMBER, "示例市分行服务监督部", UNIT, "经核，该网点已划归河西支行。"))


def _lines() -> Iterator[Specimen]:
    yield Specimen("onward", "asked", lambda by: Words("", waywords.asks_onward(by, "示例省分行", _FORWARDING, "hotline@bank.example")))
    for state, says in (("plain", ""), ("with_words", "请从速办理")):
        yield Specimen("handed_on", state, lambda by, says=says: Words("", waywords.handed_on(by, "示例省分行", says)))   # type: ignore[misc]
        yield Specimen("ruled", state, lambda by, says=says: Words("", waywords.ruled(by, says)))     # type: ignore[misc]
    yield Specimen("second", "sent", lambda by: Words("", waywords.to_second(by, "hedong@bank.example")))


def _spoken() -> Iterator[Specimen]:
    owed = callwords.Owed("示例银行", "投诉转办单", NUMBER, UNIT, "单主任", DUE)
    for state, what in (("due", owed), ("late", replace(owed, due=AT - 3 * _DAY)), ("undated", replace(owed, person="", due=None))):
        yield Specimen("chase_call", state, lambda by, what=what: Words("", callwords.chase_call(by, what, ZONE, AT).words))    # type: ignore[misc]
    for state, numbers, flagged, unit in (("flagged", [NUMBER], True, ""), ("flagged_two", [NUMBER, OTHER], True, ""), ("late", [NUMBER], False, UNIT), ("late_two", [NUMBER, OTHER], False, "")):
        yield Specimen("announcement", state, lambda by, numbers=numbers, flagged=flagged, unit=unit: Words("", callwords.announcement(by, numbers, flagged=flagged, unit_name=unit).words))     # type: ignore[misc]


def _reminders() -> Iterator[Specimen]:
    def due(count: int, **more: object) -> Due:
        return Due(case_number("95580", date(2026, 7, 22), count), "投诉转办单", DUE, **more)    # type: ignore[arg-type]

    late = due(3, days_overdue=3, past=3 * _DAY, last_day=DUE + _DAY)
    states: tuple[tuple[str, list[Due], int], ...] = (
        ("one", [due(1)], 0), ("today", [due(1, today=True, remark="到期提醒"), due(2)], 0), ("late", [late, due(1, today=True), due(2)], 7),
        ("above", [replace(late, unit=UNIT), due(1, unit="示例市分行河西支行", remark="催办")], 0), ("mixed", [replace(late, unit=UNIT), due(1)], 0),
        ("desk", [due(1, waits="待复核"), replace(late, waits="已回复")], 0), ("desk_mixed", [due(1, waits="待复核"), due(2)], 0),
    )
    for state, rows, more in states:
        yield Specimen("reminder", state, lambda by, rows=rows, more=more: reminder(by, UNIT, rows, rung="催办", zone=ZONE, more=more).words)     # type: ignore[misc]


def mistakes(sheets: Templates, letters: frozenset[str], hollow: Hollow) -> list[str]:
    """Try the templates of these letters in every state; return what would go wrong, [] for nothing."""
    wrong: dict[tuple[str, str], list[str]] = {}
    for one in specimens():
        if one.letter in letters:
            for mistake in _tried(one, sheets, hollow):
                wrong.setdefault((one.letter, mistake), []).append(one.state)
    return [f"{letter} ({', '.join(states)}): {mistake}" for (letter, mistake), states in wrong.items()]


def _tried(one: Specimen, sheets: Templates, hollow: Hollow) -> Iterator[str]:
    try:
        words = one.make(sheets)
    except TemplateFails as error:
        yield str(error)
    else:
        yield from _misread(one, words, hollow)


def _misread(one: Specimen, words: Words, hollow: Hollow) -> Iterator[str]:
    """What would be misunderstood when a letter comes back, quoted below an answer or filled in (P-12, P-21)."""
    letter = one.letter
    if KINDS[letter].subject and len(words.subject) > 200:
        yield f"the subject has {len(words.subject)} characters; mail programs show 60, and 200 is the most"
    if letter in {"cover", "copied", "incomplete", "reminder"}:
        quoted = "\n".join(f"> {line}" for line in words.text.split("\n"))
        if taken := {**found(words.text, hollow), **found(quoted, hollow)}:
            yield f"the letter itself would be read as an answer ({'、'.join(ELEMENTS[place] for place in sorted(taken))}); keep the lines 已收到：, 可直接复制以下各行 … and the signature as they are (P-12)"
    for place in one.lacking:
        line = f"{place}．{ELEMENTS[place]}："
        if not found(f"\n{words.text}".replace(f"\n{line}\n", f"\n{line}{ANSWER[place]}\n"), hollow).get(place):
            yield f"a line “{line}” that is filled in is not read back; each must stand on a line of its own (P-12)"
    if letter == "callback" and not all(word in map(str.strip, words.text.splitlines()) for word in _CONTENT):
        yield "满意, 基本满意 and 不满意 must each stand on a line of its own: the customer answers by one of them (P-21)"
