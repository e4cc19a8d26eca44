"""客户投诉登记簿: one row for each complaint, with every field that pack and law ask for (D-8, P-21, P-6; law:13, law:18)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from decimal import Decimal

from routing.parties import mask, mask_phone
from routing.starring import starred


@dataclass(frozen=True, slots=True)
class HopLine:
    """One leg of a case's way: to which unit, as what, and when it was sent, delivered, read and answered (P-9.2)."""

    unit: str
    part: str = ""                      # 主办, 协办, 督办, 转办, 抄送
    sent: datetime | None = None
    delivered: datetime | None = None
    read: datetime | None = None
    answered: datetime | None = None


@dataclass(frozen=True, slots=True)
class RegisterRow:
    """One complaint in the register. Times are aware; "" and None are fields that nothing is known of."""

    number: str
    received: datetime
    pack: str = ""
    state: str = ""
    channel: str = ""
    authority: str = ""
    authority_number: str = ""
    authority_due: datetime | None = None
    taken_by: str = ""
    customer: str = ""
    party: str = ""                     # 个人 or 单位
    id_type: str = ""
    id_number: str = ""
    phone: str = ""
    account: str = ""
    address: str = ""
    agent: str = ""                     # or heir (law:14)
    unit_code: str = ""
    unit: str = ""
    outlet: str = ""
    person_complained: str = ""
    product: str = ""
    category: str = ""
    axis_a: str = ""                    # JR/T 0169-2018
    axis_b: str = ""
    axis_c: str = ""
    facts: str = ""
    claim: str = ""
    amount: Decimal | None = None
    repeat_of: str = ""
    merged_into: str = ""
    matter: str = ""
    heads: int | None = None
    level: str = ""                     # 普通, 复杂, 重大
    flags: str = ""                     # with their evidence
    recording: str = ""
    reviewed_by: str = ""
    reviewed: datetime | None = None
    heard_seconds: int | None = None
    review_result: str = ""
    hops: tuple[HopLine, ...] = ()
    due: datetime | None = None
    last_day: datetime | None = None
    due_why: str = ""
    law_due: datetime | None = None
    law_why: str = ""
    authority_why: str = ""
    extended_until: datetime | None = None
    extension_reason: str = ""
    extension_approver: str = ""
    customer_told: datetime | None = None
    told_how: str = ""
    answered: datetime | None = None
    findings: str = ""
    responsibility: str = ""
    lessons: str = ""
    satisfaction: str = ""
    handler: str = ""
    handler_phone: str = ""
    remedies_told: str = ""
    result: str = ""                    # 有效/特殊 or 有责/无责/双方, or the pack's own
    withdrawal: str = ""
    withdrawal_check: str = ""
    closed: datetime | None = None
    closed_by: str = ""
    archive_place: str = ""
    retain_until: date | None = None
    legal_hold: bool = False


@dataclass(frozen=True, slots=True)
class Heading:
    """What a column of the register is called, what stands in it, and how wide it is drawn (in characters)."""

    zh: str
    en: str
    kind: str = "text"                  # text | moment | day | money | count | yes
    width: int = 14


#: The columns of the register by field, in the order they stand.
HEADINGS: Mapping[str, Heading] = {
    "number": Heading("编号", "Number", width=24), "received": Heading("受理时间", "Received", "moment", 19),
    "pack": Heading("适用办法", "Policy pack"), "state": Heading("状态", "State", width=9), "channel": Heading("受理渠道", "Channel", width=11),
    "authority": Heading("交办单位", "Authority"), "authority_number": Heading("交办文号", "Its number"),
    "authority_due": Heading("交办期限", "Its due date", "moment", 19), "taken_by": Heading("受理人", "Taken by", width=11),
    "customer": Heading("客户姓名", "Customer", width=11), "party": Heading("个人/单位", "Person or firm", width=10),
    "id_type": Heading("证件类型", "ID type", width=11), "id_number": Heading("证件号码", "ID number", width=21),
    "phone": Heading("联系电话", "Telephone", width=15), "account": Heading("账号", "Account", width=22), "address": Heading("联系地址", "Address", width=24),
    "agent": Heading("代理人/继承人", "Agent or heir"), "unit_code": Heading("机构代码", "Unit code", width=12),
    "unit": Heading("被投诉单位", "Unit complained of", width=24), "outlet": Heading("网点", "Outlet", width=24),
    "person_complained": Heading("被投诉人员", "Person complained of"), "product": Heading("产品", "Product"),
    "category": Heading("投诉类别", "Category", width=11), "axis_a": Heading("A 办理渠道", "A Channel", width=16),
    "axis_b": Heading("B 业务类别", "B Business", width=16), "axis_c": Heading("C 投诉原因", "C Cause", width=16),
    "facts": Heading("投诉事由", "Facts", width=48), "claim": Heading("诉求", "Claim", width=28), "amount": Heading("涉及金额（元）", "Amount (CNY)", "money", 15),
    "repeat_of": Heading("重复于", "Repeat of", width=24), "merged_into": Heading("并入", "Merged into", width=24),
    "matter": Heading("同一事项", "Matter"), "heads": Heading("人数", "Persons", "count", 8), "level": Heading("级别", "Level", width=8),
    "flags": Heading("复听标记及依据", "Flags and evidence", width=36), "recording": Heading("录音", "Recording", width=24),
    "reviewed_by": Heading("复听人", "Reviewed by", width=11), "reviewed": Heading("复听时间", "Reviewed", "moment", 19),
    "heard_seconds": Heading("复听时长（秒）", "Heard (s)", "count", 10), "review_result": Heading("复听结论", "Review result", width=20),
    "hops": Heading("流转", "Hops", width=48), "due": Heading("应办时限", "Due", "moment", 19), "last_day": Heading("最后期限", "Last day", "moment", 19),
    "due_why": Heading("时限说明", "Why due then", width=30), "law_due": Heading("法定期限", "Due by law", "moment", 19),
    "law_why": Heading("法定期限说明", "Why by law", width=30), "authority_why": Heading("交办期限说明", "Why by authority", width=24),
    "extended_until": Heading("延期至", "Extended until", "moment", 19), "extension_reason": Heading("延期原因", "Reason", width=24),
    "extension_approver": Heading("延期批准人", "Approver", width=11), "customer_told": Heading("告知客户时间", "Customer told", "moment", 19),
    "told_how": Heading("告知方式", "How told", width=11), "answered": Heading("答复时间", "Answered", "moment", 19),
    "findings": Heading("调查核实情况", "Findings", width=48), "responsibility": Heading("责任人处理意见", "Responsibility", width=28),
    "lessons": Heading("教训及整改措施", "Lessons", width=28), "satisfaction": Heading("客户满意程度", "Satisfaction", width=12),
    "handler": Heading("经办人", "Handler", width=11), "handler_phone": Heading("经办人电话", "Handler's telephone", width=15),
    "remedies_told": Heading("救济途径告知", "Remedies told", width=14), "result": Heading("处理结果", "Result", width=12),
    "withdrawal": Heading("撤诉", "Withdrawal", width=16), "withdrawal_check": Heading("撤诉核实", "Its check", width=16),
    "closed": Heading("办结时间", "Closed", "moment", 19), "closed_by": Heading("办结人", "Closed by", width=11),
    "archive_place": Heading("归档位置", "Archive", width=16), "retain_until": Heading("保存至", "Kept until", "day", 12),
    "legal_hold": Heading("封存", "Legal hold", "yes", 8),
}
assert set(HEADINGS) == {field.name for field in fields(RegisterRow)}

#: Who the customer is, and how much of it a masked register shows (P-6), as on a slip.
_HIDDEN: Mapping[str, Callable[[str], str]] = {
    "customer": mask, "agent": mask, "phone": mask_phone, "id_number": lambda text: mask(text, 4),
    "account": lambda text: mask(text, 4), "address": lambda text: mask(text, 6),
}
#: Free words, in which a customer's name, telephone or account may stand as well.
_FREE = ("facts", "claim", "flags", "extension_reason", "findings", "responsibility", "lessons", "withdrawal", "withdrawal_check", "review_result", "remedies_told")


def masked(row: RegisterRow) -> RegisterRow:
    """Return a row without who the customer is (P-6).

    Their own fields show as little as a slip to a third unit; in free words their name, long numbers (telephones,
    accounts, identity numbers) and mail addresses are starred.
    """
    names = tuple(name for name in (row.customer, row.agent, row.phone, row.account, row.id_number, row.address) if len(name) > 1)
    changed: dict[str, str] = {name: hide(value) for name, hide in _HIDDEN.items() if (value := getattr(row, name))}
    for name in _FREE:
        value = getattr(row, name)
        if value:
            changed[name] = starred(value, names)
    return replace(row, **changed)      # type: ignore[arg-type]    # all of these fields are text
