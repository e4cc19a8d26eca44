"""A case and its slip, as tests of the slip, its formats and letters want them."""

from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal

from routing.case import Case, CaseId, State
from routing.number import case_number
from routing.papers import Channel
from routing.parties import Customer, UnitCode
from routing.slip import Slip, SlipContext, slip_of
from routing.verdict import Category, Complaint, Flag, Verdict

ZONE = timezone(timedelta(hours=8))
RECEIVED = datetime(2026, 7, 22, 9, 31, tzinfo=ZONE)
NUMBER = case_number("95580", date(2026, 7, 22), 13)
TEXT = "客户反映：7月20日在河东支行办理定期存款，柜员未经同意将6万元转为保险产品。\n客户多次到网点交涉，均被推诿，称将向电视台反映。"
VERDICT = Verdict(
    Category.BREACH, (Category.ATTITUDE,), (Decimal(60_000),),
    (Flag("over_50k", "6万元", "P-9.1", "业务金额超过五万元"), Flag("reputation", "将向电视台反映", "P-9.1", "可能影响我行声誉")),
)
CUSTOMER = Customer("王小某", "13800000000", "130000199001010000", "6217000000000000001", "河东市某某路1号")
CONTEXT = SlipContext(
    "河东市分行河东支行", ZONE, role="主办", bank="某某银行客户服务中心", leads=("河东支行",), assists=("个人金融部",),
    reply_to="hotline@bank.example", reviewed="已复听，复核人：复核员甲",
)


def a_case(**changed) -> Case:
    complaint = Complaint(TEXT, "seat-note", RECEIVED, customer=CUSTOMER, person_hint="柜员（工号0017）", demand="要求退还本金并道歉。")
    whole = Case(
        id=CaseId(1), number=NUMBER, pack="psbc-95580", state=State.HELD, complaint=complaint, source="http", call_id="c1",
        hotline="95580", seat="座席0123", received=RECEIVED, verdict=VERDICT, unit=UnitCode("X1"),
        due=datetime(2026, 7, 31, 17, 30, tzinfo=ZONE), last_day=datetime(2026, 8, 5, 17, 30, tzinfo=ZONE),
    )
    about = {name: changed.pop(name) for name in ("text", "channel", "customer", "demand", "authority", "authority_number", "authority_due", "amount_hint", "product") if name in changed}
    return replace(whole, complaint=replace(complaint, **about), **changed)


def a_slip(context: SlipContext = CONTEXT, **changed) -> Slip:
    return slip_of(a_case(**changed), context)


ANONYMOUS = {"category": Category.ANONYMOUS, "customer": Customer(), "channel": Channel.LETTER}
