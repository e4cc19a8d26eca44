"""What a person is shown of a reminder that is theirs to see to: one shape for the API and the command line (P-6, P-21)."""

from collections.abc import Sequence
from datetime import datetime

from hotline_bridge.store.calls_out import DIALLING, CallOut
from hotline_bridge.store.reminders import TELEPHONE, Errand
from routing.case import Case
from routing.recipients import phone_of
from routing.rules import Rules
from routing.telephone import shown

CALLED = {TELEPHONE: "电话", "console": "屏幕"}
RESULTS = {
    DIALLING: "拨打中", "acknowledged": "已按键确认收到", "heard": "接听后未按键确认", "busy": "占线", "no-answer": "无人接听", "failed": "未能接通", "unknown": "结果不明",
}


def row(errand: Errand, case: Case, now: datetime, rules: Rules, tried: Sequence[CallOut] = ()) -> dict[str, object]:
    """One line of the list: whom to call about which case, and how late it is; nothing of the customer.

    The number is the directory's of this moment; `tried` are the bridge's own calls about it.
    """
    zone = rules.pack(case.pack).zone
    unit = rules.directory.get(errand.unit) if errand.unit else None
    lead = rules.directory.get(case.lead) if case.lead else None
    late = None if case.due is None else max(0.0, (now - case.due).total_seconds() / 3600)
    return {
        "id": errand.id, "case_number": case.number, "channel": errand.channel, "channel_zh": CALLED[errand.channel], "rung": errand.name,
        "urgent": errand.urgent, "person": errand.attention, "phone": shown(phone_of(rules.directory, errand.unit, errand.attention)),
        "unit": errand.unit or None, "unit_name": unit.full_name if unit else None, "lead_name": lead.full_name if lead else None,
        "due": case.due.astimezone(zone).isoformat(timespec="seconds") if case.due else None, "hours_overdue": None if late is None else round(late, 1),
        "at": errand.at.astimezone(zone).isoformat(timespec="seconds"), "tried": [RESULTS[call.result] for call in tried],
    }


def placed(call: CallOut, case: Case, rules: Rules) -> dict[str, object]:
    """One call the bridge placed: to whom, about which case, and how it ended; nothing of the customer."""
    zone = rules.pack(case.pack).zone
    unit = rules.directory.get(call.unit)
    return {
        "id": call.id, "case_number": case.number, "reminder": call.reminder, "attempt": call.attempt, "unit": call.unit, "unit_name": unit.full_name if unit else None,
        "person": call.person, "phone": call.number, "way": call.way, "at": call.at.astimezone(zone).isoformat(timespec="seconds"),
        "ended": call.settled.astimezone(zone).isoformat(timespec="seconds") if call.settled else None,
        "result": call.result, "result_zh": RESULTS[call.result], "pressed": call.pressed, "said": call.said,
    }
