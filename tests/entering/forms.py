"""Entries, tables and authorities' letters with sensible defaults."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import replace
from importlib import resources
from types import MappingProxyType
from typing import Any

import openpyxl

from adapters.formats.entry_fields import FIELDS
from adapters.formats.entry_form import Entry, Today, read_entry
from hotline_bridge.entering import Entered
from hotline_bridge.tables import toml_of
from hotline_bridge.steps.enter import enter
from routing.authority import Authorities, Authority, Template, parse_template
from routing.papers import Channel
from tests.conftest import Bank
from tests.make import a_mail

NARRATIVE = "客户称7月20日在上地路营业所办理存款，柜员态度冷淡，要求道歉。"
ID = "110105199001011232"       # a made-up number whose check sign is right
ANSWER = {
    "answer_facts": "经查看监控，当日柜员语气生硬，情况属实。", "answer_people": "对柜员批评教育，扣减当月绩效。",
    "answer_lessons": "组织全员学习服务规范，加强晨会讲评。", "answer_satisfaction": "满意", "answer_handled": "2026年7月22日",
    "answer_handler": "陆大成", "answer_phone": "010-55500017",
}
LETTER = """京北分行：
现将以下消费投诉转你行办理，请于收到之日起15日内办结，并将结果报我局。

转办编号：银监转〔2026〕7号
投诉人：王小明　联系电话：13800000001
被投诉机构：上地路营业所
投诉内容：本人7月1日在该营业所办理存款，柜员态度冷淡，
多次催促本人离开。
投诉请求：赔礼道歉。

请妥善处理并按期回复。
某监管局
2026年7月21日
"""
REGULATOR = "zhuanban@regulator.example"


def an_entry(bank: Bank, **fields: Any) -> Entry:
    given = {"channel": "信件", "narrative": NARRATIVE, "name": "王小明", "phone": "13800000001", "complained_unit": "上地路营业所", "received": "2026-07-22 09:00"}
    return read_entry({name: value for name, value in (given | fields).items() if value is not None}, today(bank))


def today(bank: Bank) -> Today:
    pack = bank.house.rules.packs[bank.house.rules.default_pack]
    return Today(bank.clock(), pack.zone, pack.hours)


async def entered(bank: Bank, who: str = "接待员甲", **fields: Any) -> Entered:
    entry, now, rules = an_entry(bank, **fields), bank.clock(), bank.house.rules
    return await bank.house.store.run(lambda tx: enter(tx, entry, who, now, rules))


def a_book(rows: Sequence[Sequence[object]], headings: Sequence[str] = ()) -> bytes:
    """An .xlsx with these rows below these headings (all fields where none are named)."""
    book = openpyxl.Workbook()
    for row in (headings or [field.zh for field in FIELDS.values()], *rows):
        book.active.append(list(row))
    return saved(book)


def saved(book: openpyxl.Workbook) -> bytes:
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


def a_template(name: str = "12378", **changes: Any) -> Template:
    raw: Mapping[str, Any] = toml_of((resources.files("routing") / "authorities" / f"{name}.toml").read_bytes(), name)
    return parse_template({**raw, **changes}, name)


VERIFIED = {"Authentication-Results": "mx.bank.example; dmarc=pass header.from=regulator.example"}


def from_regulator(text: str, message_id: str = "<z1@regulator.example>", subject: str = "投诉转办单", headers: Mapping[str, str] = MappingProxyType({}), **more: Any) -> bytes:
    """A regulator's letter that the bank's own server has confirmed."""
    return a_mail(text, sender=REGULATOR, subject=subject, message_id=message_id, headers={**VERIFIED, **headers}, **more)


def registered(bank: Bank, channel: Channel = Channel.REGULATOR, template: str = "12378", mailbox: str = REGULATOR) -> None:
    """Register an authority with a bank whose own server confirms senders."""
    one = Authority("某监管局", channel, frozenset({mailbox}), a_template(template))
    shelf = bank.house.shelf
    identity = replace(shelf.rules.identity, trusted_servers=("mx.bank.example",), accept_unverified=True)
    shelf.rules = replace(shelf.rules, identity=identity, authorities=Authorities((one,), (one.template,)))
