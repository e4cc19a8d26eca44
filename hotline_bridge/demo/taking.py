"""Monday: calls and mails come in, slips go out, one is held and signed, one has no unit."""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from hotline_bridge.demo import exchange
from hotline_bridge.demo.mailboxes import Received
from hotline_bridge.demo.settings import CALL_RECORDS, DESK, RECORDINGS, REVIEWER, SEAT
from hotline_bridge.demo.stage import Stage, expect, words_of
from hotline_bridge.demo.writing import customer_mail

HOTLINE = "95580"
OUTLET, UNION = "ts-b1010101@branch.example", "gonghui@hq.example"


async def a_call(stage: Stage) -> None:
    """A form and three rows of call records become one case; its slip reaches the outlet (P-9.1, P-9.2)."""
    await stage.at("2026-07-20 09:10")
    ring = await posted(stage, "attitude")
    rows = exchange.append_rows(stage.folder / CALL_RECORDS, ring)
    exchange.record(stage.folder / RECORDINGS, ring)
    case = await stage.case_where("attitude", "its call records are joined", lambda case: "话单关联" in words_of(case))
    expect(case["recording"]["reference"] == ring.recording, "the recording named by the call records is the case's")
    stage.tell.says(f"交换机写出 {rows} 行话单，录音已关联", f"{rows} CDR rows joined: {ring.recording.rpartition('/')[2]}")
    slip = await sent(stage, "attitude", OUTLET)
    stage.tell.says(f"转办单送达 {slip.owner}：{slip.subject}", "slip delivered, Word form attached")
    expect(slip.forms, "the slip brings its Word form")
    expect(case["category"] == "服务态度", "triage calls it 服务态度 (P-14)")


async def a_gbk_mail(stage: Stage) -> None:
    """A customer's mail in GBK under the name of GB2312, with a sign that GB2312 does not have."""
    await stage.at("2026-07-20 09:30")
    case = await mailed(stage, "gbk")
    expect("陈喆" in case["text"], "the name outside GB2312 arrives as it was written")
    await sent(stage, "gbk", "ts-b1010102@branch.example")
    stage.tell.says(f"邮件声明 gb2312，实为 GBK；已立案 {case['number']}，{case['category']}，已转清河镇营业所", "GBK decoded, case opened, slip out")


async def a_utf8_mail(stage: Stage) -> None:
    """A channel complaint: the channel department leads, the outlet assists (P-14.1)."""
    await stage.at("2026-07-20 09:40")
    case = await mailed(stage, "utf8")
    lead = await sent(stage, "utf8", "qudao@hq.example")
    assist = await sent(stage, "utf8", "ts-b1010103@branch.example")
    expect("主办" in lead.text and "协办" in assist.text, "both slips say who leads and who assists (P-14.1)")
    stage.tell.says(f"已立案 {case['number']}，{case['category']}：渠道管理部主办，学院南路营业所协办", "the department leads, the outlet assists")


async def a_large_sum(stage: Stage) -> None:
    """More than ¥50,000: no slip before somebody else than the seat has heard the recording and signed (P-9.1)."""
    await stage.at("2026-07-20 10:05")
    outlet = "ts-b1010201@branch.example"
    ring = ring_of(stage, "large")
    exchange.append_rows(stage.folder / CALL_RECORDS, ring)
    exchange.record(stage.folder / RECORDINGS, ring)
    await posted(stage, "large", ring)
    case = await stage.case_where("large", "it is held and its recording known", lambda case: case["state"] == "HELD" and case["recording"]["reference"])
    expect("over_50k" in case["flags"], "it is flagged for its sum")
    expect(not stage.mailboxes.of(outlet), "no slip arrived while the case is held")
    stage.tell.says(f"{case['number']} 涉及六万元，待复核，转办单未发出", "held: over CNY 50,000, no slip has left")
    path = f"cases/{case['number']}/review"
    refused = await stage.decide(SEAT, path, {"findings": "已复听"})
    expect(refused.status == 409, f"the seat may not sign its own call: 409, not {refused.status}")
    expect(not stage.mailboxes.of(outlet), "no slip arrived after the refused signature")
    stage.tell.says(f"座席 {SEAT} 复核自己的来电：409 拒绝", "the seat may not sign its own call")
    await stage.at("2026-07-20 10:20")
    signed = await stage.decide(REVIEWER, path, {"findings": "已复听录音，与转办单一致。"})
    expect(signed.status == 200, f"the reviewer's signature is taken: 200, not {signed.status}")
    slip = await sent(stage, "large", outlet)
    case = await stage.case("large")
    expect(REVIEWER in slip.text, "the slip says who has heard the recording")
    expect(len(case["recording"]["sha256"]) == 64, "the signature is bound to the recording's hash")
    expect(len(stage.mailboxes.of(outlet)) == 1, "one slip arrived, not two")
    stage.tell.says(f"{REVIEWER}复听并签字（录音 SHA-256 {case['recording']['sha256'][:12]}…），转办单发出", "signed, the slip leaves")


async def no_unit(stage: Stage) -> None:
    """Nobody can tell which outlet is meant: the desk assigns it (P-3)."""
    await stage.at("2026-07-20 10:40")
    await posted(stage, "nowhere")
    case = await stage.case_where("nowhere", "it waits at the desk", lambda case: case["state"] == "DESK")
    expect(not case["letters"], "nothing leaves before the unit is known")
    stage.tell.says(f"{case['number']} 被投诉单位不明，转投诉处理岗", "unit unknown: the desk must assign it")
    assigned = await stage.decide(DESK, f"cases/{case['number']}/assign", {"unit": "B1010202", "says": "回电核实为玉泉路营业所"})
    expect(assigned.status == 200, f"the desk may assign: 200, not {assigned.status}")
    slip = await sent(stage, "nowhere", "ts-b10102@branch.example")
    expect("玉泉路营业所" in slip.text, "the slip names the outlet")
    stage.tell.says("已分派玉泉路营业所；该网点无邮箱，送上级海棠区支行", "assigned; without a mailbox of its own the slip goes one level up")


async def far_away(stage: Stage) -> None:
    """Outside Beijing the slip goes to the first-level branch with the head-office union in copy (P-9.3)."""
    await stage.at("2026-07-20 11:20")
    await posted(stage, "afar")
    slip = await sent(stage, "afar", "ts-e1@branch.example")
    copy = await sent(stage, "afar", UNION)
    expect(slip.message_id == copy.message_id, "branch and union get the same letter")
    expect(not stage.mailboxes.of("ts-e1010101@branch.example"), "the outlet gets it from its branch, not from us")
    stage.tell.says("湖南路营业所（江东）：转江东分行投诉邮箱，抄送总行工会", "first-level branch, union in copy")


async def wrong_posts(stage: Stage) -> None:
    """A repeat is no second case, another content under the same call a conflict, nonsense is kept in quarantine."""
    await stage.at("2026-07-20 11:40")
    before = len(await stage.cases())
    form = form_of(stage, "attitude", stage.rings["attitude"])
    again = await stage.post_form(_bytes(form))
    expect(again.status == 200 and again.said["case_number"] == stage.numbers["attitude"], "the same form again: 200 with the same number")
    other = await stage.post_form(_bytes(form | {"seat": "8002"}))
    expect(other.status == 409, f"the same call with other content: 409, not {other.status}")
    broken = await stage.post_form(_bytes(form)[:-20])
    expect(broken.status == 422, f"broken JSON: 422, not {broken.status}")
    kept = (await stage.look_up("quarantine"))["papers"]
    expect(f"Q-{broken.said['quarantine']}" in [paper["number"] for paper in kept], "the broken body is kept in quarantine")
    expect(len(await stage.cases()) == before, "none of them opened a case")
    stage.tell.says(f"重复登记 200；内容不同 409；残缺 JSON 422（隔离件 Q-{broken.said['quarantine']}）", "repeat, conflict, quarantine; no new case")


# the hands of it -------------------------------------------------------------------------------------------------------
async def posted(stage: Stage, name: str, ring: exchange.Ring | None = None) -> exchange.Ring:
    """A seat posts the form of a call; 202 with a number."""
    ring = ring or ring_of(stage, name)
    stage.rings[name] = ring
    answer = await stage.post_form(_bytes(form_of(stage, name, ring)))
    expect(answer.status == 202, f"the form is taken: 202, not {answer.status} {dict(answer.said)}")
    stage.numbers[name] = answer.said["case_number"]
    stage.tell.says(f"座席 {ring.seat} 登记来电 {ring.call_id}：{stage.numbers[name]}", f"the seat posts the form: {answer.status}")
    return ring


def ring_of(stage: Stage, name: str) -> exchange.Ring:
    """The call as it ended just now."""
    said, now = stage.texts["calls"][name], stage.clock()
    started = now - timedelta(minutes=said["minutes"])
    return exchange.Ring(f"{int(started.timestamp())}.{len(stage.numbers) + 17}", said["caller"], SEAT, started, now)


def form_of(stage: Stage, name: str, ring: exchange.Ring) -> dict[str, Any]:
    """The form as the seat's desktop writes it."""
    said = stage.texts["calls"][name]
    return {
        "source": "seat", "call_id": ring.call_id, "hotline": HOTLINE, "caller": ring.caller, "seat": ring.seat,
        "started_at": ring.started.isoformat(), "ended_at": ring.ended.isoformat(),
        "form": {
            "customer": {"name": said["customer"], "phone": ring.caller}, "complained_unit": said["unit"],
            "narrative": said["narrative"], "demand": said["demand"],
        },
    }


def _bytes(form: Mapping[str, Any]) -> bytes:
    return json.dumps(form, ensure_ascii=False).encode()


async def mailed(stage: Stage, name: str) -> Mapping[str, Any]:
    """A customer's mail comes and becomes a case; returns it once its slip is out."""
    said, known = stage.texts["mails"][name], set(stage.numbers.values())
    mailbox = stage.config.bank.mailbox
    await stage.send(customer_mail(said, mailbox, stage.clock()), said["sender"], mailbox)
    stage.tell.says(f"来信《{said['subject']}》（{said['label']}）", "a customer's mail arrives by SMTP and is read by IMAP")

    async def look() -> str | None:
        return next((case["number"] for case in await stage.cases() if case["number"] not in known), None)

    stage.numbers[name] = await stage.until(f"the mail of {said['sender']} becomes a case", look)
    return await stage.case_where(name, "its slip is out", lambda case: case["state"] == "SENT")


async def sent(stage: Stage, name: str, address: str) -> Received:
    """The slip in a mailbox, once the case says too that the relay took it."""
    letter = await stage.letter(address, stage.numbers[name])
    await stage.case_where(name, f"the relay's word on {address} is written down", lambda case: any(
        one["recipient"] == address and one["answer"] == "accepted" for one in case["letters"]))
    return letter


