"""The slip: what the hotline writes in the first half and the unit in the second (P-9.1, P-12, P-13).

A slip is a value. It is written as plain text for the mail's body here, as a Word form and as HTML by the formats.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from decimal import Decimal

from routing.case import Case
from routing.elements import ELEMENTS, FIRST_HALF, SATISFACTION, SECOND_HALF
from routing.layout import width, wrapped
from routing.papers import Channel
from routing.parties import Customer, mask, mask_phone, shown_id
from routing.verdict import Category, Verdict

TRANSFER, SUPERVISION = "投诉转办单", "投诉督办单"
COPY = "抄送"
NOT_REHEARD = "未复听·无录音设备"
NOT_APPLICABLE = "不适用（匿名投诉）"
SECOND_HALF_ASKS = "（由承办单位填写）"
FIRST_HALF_ASKS = "（由受理单位填写）"
HOW_TO_ANSWER = "请在各项冒号后填写，直接回复本邮件；或填写附件中的表格后回复。请勿改动编号。"

#: Where the union opens the case, a transfer slip is called a supervision slip (P-9.7, P-9.9).
_BY_THE_UNION = frozenset({Channel.WALK_IN, Channel.LETTER, Channel.SUPERIOR, Channel.GOVERNMENT, Channel.REGULATOR})
_WEEKDAYS = "一二三四五六日"
WITHHELD = "来信人限制复制和转发，原文存于投诉处理岗；办理所需情况请与投诉处理岗联系。"
_COLUMNS = 72                   # of a line; Notes and old Outlook break plain text beyond 76
_LABEL_COLUMNS = 14             # the longest short label and its colon
_UNWRITABLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\uffff\ud800-\udfff]"
)


@dataclass(frozen=True, slots=True)
class Field:
    """One labelled line of the form. `wide` ones take a whole row; `signed` ones are bound by the reviewer's signature."""

    label: str
    value: str = ""
    key: str = ""
    wide: bool = False
    signed: bool = True


@dataclass(frozen=True, slots=True)
class Slip:
    """The form as it travels: the first half filled in, the second waiting for the unit in the order of P-12."""

    number: str
    title: str
    head: tuple[str, ...]
    fields: tuple[Field, ...]
    answer: tuple[Field, ...]

    def value(self, key: str) -> str:
        """Return what stands in the field of this key, "" where the form has no such field."""
        return next((field.value for field in (*self.fields, *self.answer) if field.key == key), "")


@dataclass(frozen=True, slots=True)
class SlipContext:
    """What a slip says besides the case: names from the directory, words from the pack, the state of the review.

    `role` is what the receiver is (主办, 协办 or ""); `leads` and `assists` name all units (P-14.1, T-3). `reviewed`
    says who heard the recording again and when; `recorded` is False where the hotline has no recording equipment
    (P-9.1). `masked` hides the customer from a reader who need not know (P-6).
    """

    unit_name: str
    zone: tzinfo
    role: str = ""
    form_title: str = TRANSFER          # the pack's name of the form; 客户投诉处理单 in a three-line bank (T-2)
    bank: str = ""
    leads: tuple[str, ...] = ()
    assists: tuple[str, ...] = ()
    reply_to: str = ""
    recorded: bool = True
    reviewed: str = ""
    required: tuple[int, ...] = tuple(ELEMENTS)
    masked: bool = False
    notes: tuple[str, ...] = ()         # the pack's rules for whoever handles the case, repeated on the form


def slip_of(case: Case, context: SlipContext) -> Slip:
    """Return the slip of a case for one receiver (P-9.1, P-12, P-13)."""
    first = (
        *_taken(case, context.zone), *_who(case.complaint.customer, masked=context.masked), *_matter(case, context),
        *_heard(case.verdict, context, withheld=case.complaint.withheld), *_handling(case, context),
    )
    return Slip(
        number=case.number, title=title_of(case.complaint.channel, context.form_title),
        head=(clean(context.bank),) if context.bank else (),
        fields=tuple(Field(one.label, clean(one.value), one.key, one.wide, one.signed) for one in first),
        answer=tuple(_second_half(context.required, nameless=anonymous(case))),
    )


def filled(slip: Slip, answer: Mapping[int, str]) -> Slip:
    """Return the slip with what a unit has answered so far in its places (P-12)."""
    given = {f"element_{number}": words for number, words in answer.items() if words}
    return replace(slip, answer=tuple(replace(one, value=given.get(one.key, one.value)) for one in slip.answer))


def title_of(channel: Channel, form_title: str) -> str:
    """Return what the form is called: 督办 where the union opens the case, else as the pack says (P-9.7, P-9.9, T-2)."""
    return SUPERVISION if form_title == TRANSFER and channel in _BY_THE_UNION else form_title


def anonymous(case: Case) -> bool:
    """Whether nobody is known who could be answered (P-14.4)."""
    also = case.verdict.also if case.verdict else ()
    return _category(case) is Category.ANONYMOUS or (Category.ANONYMOUS in also and not case.complaint.customer.phone)


def digest(slip: Slip) -> str:
    """Return the SHA-256 of what a reviewer signs: the words and the receiver, not the review and the limits (P-9.1).

    The review's own line comes after the signature, and a recomputed due date is not another complaint.
    """
    signed = [[one.key, one.label, one.value] for one in (*slip.fields, *slip.answer) if one.signed]
    canonical = json.dumps([slip.number, slip.title, slip.head, signed], ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def clean(text: str) -> str:
    """Return a text that any form can show: no control characters, no invisible or direction marks, plain line ends."""
    return visible(text).strip()


def visible(text: str) -> str:
    """Return the same with the spaces around it, which lay it out."""
    return _UNWRITABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n"))


def spoken_time(moment: datetime, zone: tzinfo) -> str:
    """Return 2026年7月22日9时31分(星期三), as the head of the form shows it (T-2)."""
    here = moment.astimezone(zone)
    return f"{here.year}年{here.month}月{here.day}日{here.hour}时{here.minute:02d}分(星期{_WEEKDAYS[here.weekday()]})"


def money(amount: Decimal) -> str:
    """Return ¥60,000.00."""
    return f"¥{amount:,.2f}"


def _category(case: Case) -> Category | None:
    return case.category or (case.verdict.category if case.verdict else None)


def _again(case: Case) -> str:
    """Why the limits count anew: the customer complained again (P-18), or added new facts (law:18); whichever was written last."""
    text = case.complaint.text
    return "新的事实" if text.rfind("【新的事实，") > text.rfind("【再次投诉，") else "再次投诉"


def _taken(case: Case, zone: tzinfo) -> Iterator[Field]:
    yield Field("编号", case.number, "number")
    first = case.complaint.received
    before = f"（{_again(case)}；首次受理：{spoken_time(first, zone)}）" if first < case.received else ""
    yield Field("受理时间", spoken_time(case.received, zone) + before, "received")
    yield Field("受理渠道", case.complaint.channel.value + (f"（{case.hotline}）" if case.hotline else ""), "channel")
    yield Field("受理人/座席", case.seat, "seat")
    if case.complaint.authority:                                            # D-6, P-9.9
        yield Field("交办单位", case.complaint.authority, "authority")
        yield Field("交办文号", case.complaint.authority_number, "authority_number")


def _who(customer: Customer, *, masked: bool) -> Iterator[Field]:
    # not 联系电话: that is what the unit's own telephone is called in the second half
    shown = mask if masked else lambda text, _keep: text
    name = "客户不愿透露" if customer.refuses_name and not customer.name else shown(customer.name, 1)
    yield Field("客户姓名", name, "customer")
    yield Field("客户联系电话", mask_phone(customer.phone) if masked else customer.phone, "phone")
    yield Field("证件号码", shown_id(customer.id_number), "id_number")      # who needs the whole asks the desk (P-6)
    yield Field("账号", shown(customer.account, 4), "account")
    yield Field("联系地址", shown(customer.address, 6), "address")
    agent_as = f"（{customer.agent_as}）" if customer.agent_as else ""
    yield Field("代理人", shown(customer.agent_name, 1) + agent_as, "agent")                # law: article 14
    if customer.contact:
        yield Field("单位联系人", shown(customer.contact, 1), "contact")
    if customer.representatives:
        yield Field("代表人", "、".join(shown(one, 1) for one in customer.representatives), "representatives")        # law: article 12


def _matter(case: Case, context: SlipContext) -> Iterator[Field]:
    complaint, verdict = case.complaint, case.verdict
    also = [one.value for one in verdict.also] if verdict else []
    category = _category(case)
    amounts = "、".join(map(money, verdict.amounts)) if verdict else ""
    yield Field("被投诉单位", context.unit_name, "unit")
    yield Field("被投诉人员", complaint.person_hint, "person")
    yield Field("投诉类别", (category.value if category else "待定") + (f"（兼：{'、'.join(also)}）" if also else ""), "category")
    yield Field("涉及金额", amounts or complaint.amount_hint, "amount")
    if complaint.product:
        yield Field("涉及产品", complaint.product, "product", wide=True)
    if complaint.heads > 1:
        yield Field("投诉人数", f"{complaint.heads}人", "heads")
    if complaint.compensation:
        yield Field("赔偿诉求", f"{complaint.compensation}（只作记录，不作任何承诺）", "compensation", wide=True)       # C-6
    told = complaint.text.removesuffix(f"\n诉求：{complaint.demand}") if complaint.demand else complaint.text    # said below
    yield Field("投诉内容", WITHHELD if complaint.withheld else told, "text", wide=True)
    yield Field("客户诉求", complaint.demand, "demand", wide=True)


def _heard(verdict: Verdict | None, context: SlipContext, *, withheld: bool) -> Iterator[Field]:
    """Say whether the recording must be heard again and why, and whether it was (P-9.1)."""
    flags = verdict.flags if verdict else ()
    reasons = "\n".join(flag.says if withheld or not flag.evidence else f"{flag.says}（原文：“{flag.evidence}”）" for flag in flags)
    yield Field("复听要求", reasons or ("无须复听" if verdict else "未能自动判别，须人工复核"), "flags", wide=True)
    if flags or verdict is None:
        state = context.reviewed if context.recorded else "；".join(filter(None, (NOT_REHEARD, context.reviewed)))
        yield Field("复核情况", state or "待复核", "review", wide=True, signed=False)


def _handling(case: Case, context: SlipContext) -> Iterator[Field]:
    names = [f"{role}：{'、'.join(units)}" for role, units in (("主办", context.leads), ("协办", context.assists)) if units]
    if names or context.role:
        mine = f"（本单位为{context.role}）" if context.role else ""
        yield Field("主办/协办", "　".join(names) + mine, "roles", wide=True)
    yield Field("办理时限", _limit(case, context.zone), "due", wide=True, signed=False)
    yield Field("回复地址", context.reply_to, "reply_to", wide=True)
    yield Field("回复要求", _asks(context), "asks", wide=True)


def _asks(context: SlipContext) -> str:
    if context.role == COPY:
        return "本单抄送知悉，由承办单位办理并回复。"
    asked = "以下各项" if len(context.required) == len(ELEMENTS) else "以下必填项"
    fill_in = "逐项填写"
    said = any(fill_in in note for note in context.notes)       # some packs say it in their own words (P-12)
    return "\n".join([*([] if said else [f"请在时限内{fill_in}{asked}并回复，抄送相关部门。"]), *context.notes])


def _limit(case: Case, zone: tzinfo) -> str:
    if case.due is None:
        return "待定"
    words = f"{spoken_time(case.due, zone)}前" + ("（暂定，放假安排公布后重新计算）" if case.provisional else "")
    if case.last_day and case.last_day > case.due:
        words += f"；最迟{spoken_time(case.last_day, zone)}前，并须说明原因"           # P-11
    if case.complaint.authority_due:
        words += f"；交办单位要求{spoken_time(case.complaint.authority_due, zone)}前"   # D-6
    return words


def _second_half(required: Sequence[int], *, nameless: bool) -> Iterator[Field]:
    for number, name in ELEMENTS.items():
        label = name if number in required else f"{name}（选填）"
        value = NOT_APPLICABLE if nameless and number == SATISFACTION else ""        # P-14.4
        yield Field(label, value, f"element_{number}", wide=number <= SATISFACTION)
    yield Field("回复日期", key="answered_on")
    yield Field("单位负责人（盖章）", key="head_of_unit", wide=True)


def slip_text(slip: Slip) -> str:
    """Return the slip as plain text for a mail's body: aligned for Chinese, no line beyond 72 columns."""
    lines = [*slip.head, slip.title, "=" * _COLUMNS, FIRST_HALF + FIRST_HALF_ASKS, ""]
    for field in slip.fields:
        lines += _block(field) if field.wide else _line(field)
    lines += ["", "-" * _COLUMNS, SECOND_HALF + SECOND_HALF_ASKS, *wrapped(HOW_TO_ANSWER, _COLUMNS), ""]
    for place, field in enumerate(slip.answer, 1):
        count = f"{place}．" if place in ELEMENTS else ""
        lines += [f"{count}{field.label}：{field.value}", ""] if field.wide else [f"{count}{field.label}：{field.value}"]
    return "\n".join(lines).rstrip() + "\n"


def _line(field: Field) -> list[str]:
    head = f"{field.label}："
    head += "　" * ((_LABEL_COLUMNS - width(head) + 1) // 2)
    first, *rest = wrapped(field.value, _COLUMNS - width(head)) or [""]
    return [(head + first).rstrip("　"), *("　" * (_LABEL_COLUMNS // 2) + line for line in rest)]


def _block(field: Field) -> list[str]:
    if len(field.value) * 2 + _LABEL_COLUMNS <= _COLUMNS and "\n" not in field.value:
        return _line(field)
    return [f"{field.label}：", *(f"　　{line}" for line in wrapped(field.value, _COLUMNS - 4))]
