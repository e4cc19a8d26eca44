"""A complaint that is entered by hand, from JSON, TOML or a row of a spreadsheet: checked once, the same for all (P-9, law: article 13).

Nothing is forced but the channel and what it is about: what the bank holds already nobody need tell it. What cannot be
meant is refused, every mistake at once, in Chinese, and none of them repeats what the customer said (P-6).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any, Self
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field as Limited, ValidationError, ValidationInfo, field_validator, model_validator

from adapters.formats.entry_fields import ANSWERS, FIELDS, channel_of
from adapters.formats.form_json import BadForm, FieldMistake, Line, Long, Short
from routing.calendar import Hours
from routing.moments import CURE as DATES, begun, ended, written
from routing.papers import Channel, Form
from routing.parties import Customer
from routing.verdict import Category

SOURCE = "entry"
SKEW = timedelta(minutes=10)            # clocks differ; a letter of tomorrow is a misprint
PARTIES, AGENTS = ("个人", "单位"), ("代理人", "监护人", "继承人")
MOST_HEADS = 100_000
_ROUNDED = re.compile(r"[0-9](?:[.][0-9]+)?E[+]?[0-9]{1,2}", re.IGNORECASE)
_SEPARATE = re.compile(r"[、,，;；/\n]+")
_YES = {"是": True, "匿名": True, "true": True, "yes": True, "y": True, "1": True, "否": False, "不": False, "false": False, "no": False, "n": False, "0": False, "": False}


@dataclass(frozen=True, slots=True)
class Today:
    """What reading an entry needs to know: when it is, in which zone times are meant, and when the bank opens and closes."""

    now: datetime
    zone: ZoneInfo
    hours: Hours


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry: the form it makes, the writer's own number for it, and what was given, field by field."""

    form: Form
    ref: str
    given: Mapping[str, str]


def _figures(value: str) -> str:
    """A number that a spreadsheet has rounded is no number any more; an apostrophe before it is its way to say text."""
    value = value.removeprefix("'").removeprefix("’").strip()
    if _ROUNDED.fullmatch(value):
        raise ValueError("号码已被表格软件改成科学记数，原数字已丢失｜将该单元格设为“文本”后重新填写完整号码")
    return value


Digits = Annotated[Short, AfterValidator(_figures)]


def _today(info: ValidationInfo) -> Today:
    assert isinstance(info.context, Today)
    return info.context


class _Entered(BaseModel):
    model_config = ConfigDict(extra="forbid")

    ref: Short = ""
    channel: Short
    received: Short = ""
    taken_by: Short = ""
    hotline: Annotated[Short, Limited(pattern=r"^([0-9]{3,12})?$")] = ""
    party: Short = ""
    name: Short = ""
    id_type: Short = ""
    id_number: Digits = ""
    phone: Digits = ""
    contact: Short = ""
    address: Line = ""
    account: Digits = ""
    refuses_name: Annotated[Short, BeforeValidator(lambda value: "是" if value is True else "" if value is False else value)] = ""
    agent_name: Short = ""
    agent_as: Short = ""
    agent_authority: Line = ""
    representatives: Annotated[Line, BeforeValidator(lambda value: "、".join(map(str, value)) if isinstance(value, list) else value)] = ""
    heads: Short = ""
    complained_unit: Line = ""
    complained_person: Short = ""
    product: Line = ""
    category: Short = ""
    amount: Line = ""
    compensation: Line = ""
    narrative: Annotated[Long, Limited(min_length=1)]
    grounds: Long = ""
    demand: Long = ""
    authority: Short = ""
    authority_number: Short = ""
    authority_due: Short = ""
    answer_facts: Long = ""
    answer_people: Long = ""
    answer_lessons: Long = ""
    answer_satisfaction: Line = ""
    answer_handled: Short = ""
    answer_handler: Short = ""
    answer_phone: Digits = ""

    @field_validator("channel")
    @classmethod
    def _known(cls, value: str) -> str:
        if channel_of(value) is None:
            raise ValueError(f"没有这个渠道｜{'、'.join(channel.value for channel in Channel)} 之一（P-9）" if value else f"未填写｜{FIELDS['channel'].hint}")
        return value

    @field_validator("category")
    @classmethod
    def _one_of_eight(cls, value: str) -> str:
        if value and value not in {category.value for category in Category}:
            raise ValueError(f"没有这个类别｜{'、'.join(category.value for category in Category)} 之一，或不填（P-14）")
        return value

    @field_validator("party", "agent_as")
    @classmethod
    def _one_of_few(cls, value: str, info: ValidationInfo) -> str:
        few = PARTIES if info.field_name == "party" else AGENTS
        if value and value not in few:
            raise ValueError(f"不是可选的值｜{'、'.join(few)} 之一，或不填")
        return value

    @field_validator("refuses_name")
    @classmethod
    def _yes_or_no(cls, value: str) -> str:
        if value.lower() not in _YES:
            raise ValueError("不是“是”或“否”｜是 或 否")
        return value

    @field_validator("heads")
    @classmethod
    def _counted(cls, value: str) -> str:
        plain = value.removesuffix("人").removesuffix("名").removesuffix(".0").strip()
        if plain and not (plain.isascii() and plain.isdigit() and len(plain.lstrip("0")) <= 6 and int(plain) <= MOST_HEADS):
            raise ValueError(f"不是人数｜1 到 {MOST_HEADS} 的整数")
        return plain

    @field_validator("received", "authority_due")
    @classmethod
    def _a_day(cls, value: str, info: ValidationInfo) -> str:
        if not value:
            return value
        today = _today(info)
        try:
            at = written(value, today.zone)
        except ValueError as error:
            raise ValueError(f"{error}｜{DATES}") from None
        if info.field_name == "received" and begun(at, today.hours, today.zone) > today.now + SKEW and at != today.now.astimezone(today.zone).date():
            raise ValueError(f"在以后｜不晚于现在（{today.now.astimezone(today.zone):%Y-%m-%d %H:%M}）")
        return value

    @model_validator(mode="after")
    def _together(self, info: ValidationInfo) -> Self:
        if self.agent_as and not self.agent_name:
            raise ValueError("agent_name｜填写了代理关系而没有代理人｜填写代理人姓名，或清空代理关系")
        today = _today(info)
        if self.received and self.authority_due:
            due, came = ended(written(self.authority_due, today.zone), today.hours, today.zone), begun(written(self.received, today.zone), today.hours, today.zone)
            if due < came:
                raise ValueError("authority_due｜早于受理时间｜核对两个日期，年份是否写错")
        return self


def read_entry(row: Mapping[str, Any], today: Today) -> Entry:
    """Read one entry, its fields by name; BadForm with every wrong field, its JSON pointer, what is wrong and what is expected."""
    try:
        entered = _Entered.model_validate(dict(row), context=today)
    except ValidationError as error:
        raise BadForm(tuple(_mistake(one) for one in error.errors(include_url=False, include_input=False))) from None
    given = {name: value for name, value in entered.model_dump().items() if value}
    return Entry(_form(entered, today), entered.ref, given)


def _form(said: _Entered, today: Today) -> Form:
    customer = Customer(
        name=said.name, phone=said.phone, id_number=said.id_number, account=said.account, address=said.address, agent_name=said.agent_name,
        refuses_name=_YES[said.refuses_name.lower()], party=said.party, id_type=said.id_type, contact=said.contact, agent_as=said.agent_as,
        agent_authority=said.agent_authority, representatives=tuple(filter(None, (one.strip() for one in _SEPARATE.split(said.representatives)))),
    )
    channel = channel_of(said.channel)
    assert channel is not None
    same = ("complained_unit", "complained_person", "category", "amount", "product", "narrative", "demand", "authority", "authority_number", "grounds", "compensation")
    return Form(
        source=SOURCE, call_id="", hotline=said.hotline, caller="", seat=said.taken_by,
        started_at=min(begun(written(said.received, today.zone), today.hours, today.zone), today.now) if said.received else None,
        ended_at=None, recording="", customer=customer, channel=channel, heads=int(said.heads or 0),
        authority_due=ended(written(said.authority_due, today.zone), today.hours, today.zone) if said.authority_due else None,
        answer={number: value for name, number in ANSWERS.items() if (value := getattr(said, name))}, **{name: getattr(said, name) for name in same},
    )


def _mistake(row: Mapping[str, Any]) -> FieldMistake:
    """A mistake in Chinese; ours say themselves what is expected, behind a bar."""
    kind, parts = str(row["type"]), str(row["msg"]).removeprefix("Value error, ").split("｜")
    loc = [str(part).replace("~", "~0").replace("/", "~1") for part in row["loc"]]
    name = loc[0] if loc else parts.pop(0) if len(parts) == 3 else ""
    if kind == "value_error" and len(parts) == 2:
        return FieldMistake(f"/{name}", *parts)
    limit = row.get("ctx", {}).get("max_length")
    wrong, expected = {
        "missing": ("未填写", FIELDS[name].hint if name in FIELDS else "必填"), "string_too_short": ("未填写", FIELDS[name].hint if name in FIELDS else "必填"),
        "extra_forbidden": ("没有这个字段", f"字段名之一：{'、'.join(FIELDS)}"), "string_too_long": ("过长", f"不超过 {limit} 个字"),
        "string_pattern_mismatch": ("不是热线号码", "只含数字，如 95580"), "string_type": ("不是文字", "文字"),
    }.get(kind, ("不能使用", "文字"))
    return FieldMistake(f"/{name}", wrong, expected)
