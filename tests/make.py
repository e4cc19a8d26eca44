"""Builders with sensible defaults: a seat's form, a mail, an answer."""

import json
from email.message import EmailMessage
from typing import Any

NARRATIVE = "客户称7月20日在上地路营业所办理存款，柜员态度冷淡，多次催促客户离开，要求道歉。"


def a_form(call_id: str = "1784683800.17", *, narrative: str = NARRATIVE, unit: str = "上地路营业所", **more: Any) -> dict[str, Any]:
    """A form as a desktop posts it; `form__x` sets a field of the inner form."""
    inner = {
        "customer": {"name": "张某某", "phone": "13800000001"}, "complained_unit": unit, "category": "", "amount": "",
        "narrative": narrative, "demand": "道歉",
    }
    inner |= {key.removeprefix("form__"): value for key, value in more.items() if key.startswith("form__")}
    outer = {
        "source": "seat", "call_id": call_id, "hotline": "95580", "caller": "13800000001", "seat": "8001",
        "started_at": "2026-07-22T09:20:00+08:00", "ended_at": "2026-07-22T09:26:00+08:00", "recording": "", "form": inner,
    }
    return outer | {key: value for key, value in more.items() if not key.startswith("form__")}


def form_bytes(form: dict[str, Any]) -> bytes:
    return json.dumps(form, ensure_ascii=False).encode()


def a_mail(
    text: str, *, sender: str = "someone@customer.example", to: str = "hotline@bank.example", subject: str = "投诉",
    message_id: str = "<m1@customer.example>", reply_to_id: str = "", charset: str = "utf-8", headers: dict[str, str] | None = None,
    docx: bytes = b"",
) -> bytes:
    """A mail as bytes."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"], mail["Message-ID"] = sender, to, subject, message_id
    mail["Date"] = "Wed, 22 Jul 2026 09:25:00 +0800"
    if reply_to_id:
        mail["In-Reply-To"] = mail["References"] = f"<{reply_to_id}>"
    for name, value in (headers or {}).items():
        mail[name] = value
    mail.set_content(text, charset=charset)
    if docx:
        mail.add_attachment(docx, maintype="application", subtype="vnd.openxmlformats-officedocument.wordprocessingml.document", filename="回复.docx")
    return mail.as_bytes()


WHOLE_ANSWER = """一、投诉事由及调查核实情况：经调阅监控和走访，当日柜员在客户较多时语气生硬，客户反映属实。
二、对相关责任人处理意见：对柜员通报批评，扣减当月绩效。
三、应吸取的教训及整改措施：组织全员学习服务规范，增加大堂引导。
四、客户对处理结果的满意程度：满意
五、处理时间：2026年7月22日
六、经办人：陆经理
七、联系电话：010-55500017
"""
HALF_ANSWER = """一、投诉事由及调查核实情况：经核实，柜员当日语气生硬，客户反映属实。
二、对相关责任人处理意见：对柜员通报批评。
"""
