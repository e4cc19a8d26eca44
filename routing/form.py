"""The slip's Word form as a value: what stands still, and what is filled in for each slip (P-9.1, P-12)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from routing.elements import ELEMENTS
from routing.errors import BadTable

BODY = "word/document.xml"
#: What a form must say, and why; each at least once. The elements besides once each, for the unit writes into one place.
REQUIRED: Mapping[str, str] = {
    "title": "P-9.1", "number": "P-9.1", "received": "T-2", "channel": "P-9", "customer": "P-6", "phone": "P-11.1", "unit": "P-9.1", "category": "P-14", "text": "P-9.1",
    "demand": "law:13", "flags": "P-9.1", "review": "P-9.1", "due": "P-11", "reply_to": "P-9.2", "asks": "P-12",
}
ANSWERS: tuple[str, ...] = tuple(f"element_{number}" for number in ELEMENTS)
#: Every placeholder a form may have, in both languages; with .label behind it, what the field is called on this slip.
PLACES: Mapping[str, tuple[str, str]] = {
    "title": ("表单名称", "what the form is called"), "number": ("编号", "the case number"), "head": ("抬头（行名）", "the bank"), "received": ("受理时间", "when it was received"),
    "channel": ("受理渠道", "the channel"), "authority": ("交办单位", "who handed it down"), "authority_number": ("交办文号", "their number"), "seat": ("受理人/座席", "who took it"),
    "customer": ("客户姓名", "the customer"), "phone": ("客户联系电话", "their telephone"), "id_number": ("证件号码", "their identity number"), "account": ("账号", "their account"),
    "address": ("联系地址", "their address"), "agent": ("代理人", "who acts for them"), "unit": ("被投诉单位", "the unit complained about"), "person": ("被投诉人员", "the person complained about"),
    "category": ("投诉类别", "the category"), "amount": ("涉及金额", "the amount"), "product": ("涉及产品", "the product"), "text": ("投诉内容", "what the customer says"),
    "demand": ("客户诉求", "what they ask for"), "flags": ("复听要求", "whether and why the recording is heard again"), "review": ("复核情况", "the review"),
    "roles": ("主办/协办", "who leads, who assists"), "due": ("办理时限", "the limit"), "reply_to": ("回复地址", "where the answer goes"), "asks": ("回复要求", "what the answer must have"),
    **{f"element_{number}": (name, f"element {number} of the answer") for number, name in ELEMENTS.items()}, "answered_on": ("回复日期", "the day of the answer"),
    "head_of_unit": ("单位负责人（盖章）", "the head of the unit"), "created": ("制表时间（文件属性）", "the time in the file's properties"),
}
LABELLED = frozenset(PLACES) - {"title", "number", "head", "created"}


@dataclass(frozen=True, slots=True)
class Hole:
    """A place that is filled in: which field, and whether its value or its label."""

    key: str
    part: Literal["value", "label"] = "value"


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of a form's XML with its holes; one that is `only_with` some fields stands only where the slip has one of them."""

    pieces: tuple[str | Hole, ...]
    only_with: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Form:
    """A Word form, taken apart: the package without what is filled in, and the stretches of each part that is."""

    file: str
    still: bytes = field(repr=False)
    moving: tuple[tuple[str, tuple[Stretch, ...]], ...] = field(repr=False)


NO_FORM = Form("", b"", ())      # of rules that were never loaded


def lacks(form: Form) -> list[str]:
    """Return what a form's body lacks of what it must have, each with its rule; head and foot are not read back."""
    said = [hole.key for part, stretches in form.moving if part == BODY for one in stretches for hole in one.pieces if isinstance(hole, Hole) and hole.part == "value"]
    missing = [f"{{{{{key}}}}} is missing: {PLACES[key][0]} must stand on every slip ({rule})" for key, rule in REQUIRED.items() if key not in said]
    missing += [f"{{{{{key}}}}} is missing: the answer needs it (P-12)" for key in ANSWERS if key not in said]
    return missing + [f"{{{{{key}}}}} stands {said.count(key)} times: the unit writes into one place only (P-12)" for key in ANSWERS if said.count(key) > 1]


def refuse(file: str, mistakes: list[str]) -> None:
    """Raise BadTable where there is any mistake."""
    if mistakes:
        raise BadTable(file, mistakes)
