"""A seat's form as JSON, as desktops post it: bytes to a Form, or every field that is wrong.

Posted to POST /api/v1/calls (P-9.1). The answer to a bad body is RFC 9457 (problem details), made elsewhere; here are
the mistakes, none of which echoes what the customer said (P-6).
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, field_validator

from routing.papers import Channel, Form, Unreadable
from routing.parties import Customer
from routing.verdict import Category


@dataclass(frozen=True, slots=True)
class FieldMistake:
    """One field that cannot be used: its JSON pointer (RFC 6901), what is wrong, what is expected."""

    pointer: str
    wrong: str
    expected: str


class BadForm(Unreadable):
    """The body is JSON of some kind, but no form; every mistake at once."""

    def __init__(self, mistakes: tuple[FieldMistake, ...]) -> None:
        self.mistakes = mistakes
        super().__init__("; ".join(f"{m.pointer}: {m.wrong}" for m in mistakes))


def _plain(value: object) -> object:
    """Numbers for texts are what desktops send; control characters and halves of a pair are what nobody means."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        value = str(value)
    if isinstance(value, str):
        value = "".join(c for c in value if (c >= " " and not "\ud800" <= c <= "\udfff") or c in "\n\t").strip()
    return "" if value is None else value


Short = Annotated[str, BeforeValidator(_plain), Field(max_length=80)]
Line = Annotated[str, BeforeValidator(_plain), Field(max_length=400)]
Long = Annotated[str, BeforeValidator(_plain), Field(max_length=20_000)]


def _of_our_days(at: datetime) -> datetime:
    """A clock that was never set says 1970; beyond the calendar no working day can be counted."""
    if not 2000 <= at.year < 2100:
        msg = "a year from 2000 to 2099"
        raise ValueError(msg)
    return at


At = Annotated[AwareDatetime, AfterValidator(_of_our_days)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _Customer(_Strict):
    name: Short = ""
    phone: Short = ""
    id_number: Short = ""
    account: Short = ""
    address: Line = ""
    agent_name: Short = ""
    refuses_name: bool = False


class _Form(_Strict):
    customer: _Customer = _Customer()
    complained_unit: Line = ""
    complained_person: Short = ""
    category: Short = ""
    amount: Line = ""
    product: Line = ""
    narrative: Annotated[str, BeforeValidator(_plain), Field(min_length=1, max_length=20_000)]
    demand: Long = ""
    channel: Short = Channel.PHONE.value
    authority: Line = ""
    authority_number: Short = ""
    authority_due: At | None = None

    @field_validator("category")
    @classmethod
    def _one_of_eight(cls, value: str) -> str:
        """P-14 knows eight; a seat may leave it open."""
        if value and value not in {category.value for category in Category}:
            msg = f"one of {'、'.join(category.value for category in Category)}, or empty"
            raise ValueError(msg)
        return value

    @field_validator("channel")
    @classmethod
    def _known_channel(cls, value: str) -> str:
        """P-9's channels."""
        if value not in {channel.value for channel in Channel}:
            msg = f"one of {'、'.join(channel.value for channel in Channel)}"
            raise ValueError(msg)
        return value


class _Post(_Strict):
    source: Annotated[str, BeforeValidator(_plain), Field(min_length=1, max_length=60)]
    call_id: Annotated[str, BeforeValidator(_plain), Field(min_length=1, max_length=120)]
    hotline: Annotated[str, BeforeValidator(_plain), Field(pattern=r"^[0-9]{3,12}$")]
    caller: Short = ""
    seat: Annotated[str, BeforeValidator(_plain), Field(min_length=1, max_length=80)]
    started_at: At
    ended_at: At | None = None
    recording: Line = ""
    form: _Form


def read_form(content: bytes) -> tuple[Form, str]:
    """Read one posted form; returns it with the digest of its content, whatever its white space or key order.

    Raises Unreadable where the bytes are no JSON object, BadForm with every wrong field where they are.
    """
    row = _json_object(content)
    try:
        post = _Post.model_validate(row)
    except ValidationError as error:
        raise BadForm(tuple(_mistake(one) for one in error.errors(include_url=False, include_input=False))) from None
    canonical = json.dumps(row, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return _form(post), hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()


def _json_object(content: bytes) -> Mapping[str, Any]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("gb18030", "replace")     # old desktops post in the code page of the machine
    try:
        row = json.loads(text)
    except RecursionError:
        msg = "the body is nested too deeply; a form is an object of plain fields"
        raise Unreadable(msg) from None
    except ValueError as error:
        msg = f"the body is no JSON ({getattr(error, 'msg', 'broken')} at character {getattr(error, 'pos', 0)}); send one JSON object"
        raise Unreadable(msg) from None
    if not isinstance(row, dict):
        msg = "the body is JSON but no object; send one JSON object with source, call_id, hotline, seat, started_at, form"
        raise Unreadable(msg)
    return row


def _form(post: _Post) -> Form:
    said = post.form
    customer = Customer(**said.customer.model_dump())
    same = ("complained_unit", "complained_person", "category", "amount", "product", "narrative", "demand", "authority", "authority_number")
    return Form(
        source=post.source, call_id=post.call_id, hotline=post.hotline, caller=post.caller, seat=post.seat,
        started_at=post.started_at, ended_at=post.ended_at, recording=post.recording, customer=customer,
        channel=Channel(said.channel), authority_due=said.authority_due, **{name: getattr(said, name) for name in same},
    )


_EXPECTED = {
    "missing": "this field is required", "extra_forbidden": "no such field; look at its spelling",
    "string_too_long": "a shorter text", "string_too_short": "a text that is not empty", "string_type": "a text",
    "too_short": "a text that is not empty",
    "timezone_aware": "an ISO 8601 time with its zone, e.g. 2026-11-24T09:00:00+08:00",
    "datetime_from_date_parsing": "an ISO 8601 time with its zone, e.g. 2026-11-24T09:00:00+08:00",
    "datetime_parsing": "an ISO 8601 time with its zone, e.g. 2026-11-24T09:00:00+08:00",
    "datetime_type": "an ISO 8601 time with its zone, e.g. 2026-11-24T09:00:00+08:00",
    "string_pattern_mismatch": "digits only, e.g. 95580", "model_type": "a JSON object", "bool_type": "true or false",
    "bool_parsing": "true or false",
}
_WRONG = {
    "missing": "is missing", "extra_forbidden": "is unknown", "string_too_long": "is too long", "string_too_short": "is empty",
    "too_long": "is too long", "too_short": "is empty",
    "timezone_aware": "has no zone",
}


def _mistake(row: Mapping[str, Any]) -> FieldMistake:
    pointer = "/" + "/".join(str(part).replace("~", "~0").replace("/", "~1") for part in row["loc"])
    kind, message = str(row["type"]), str(row["msg"]).removeprefix("Value error, ")
    limit = row.get("ctx", {}).get("max_length")
    expected = f"at most {limit} characters" if kind in {"string_too_long", "too_long"} else _EXPECTED.get(kind, message)
    return FieldMistake(pointer, _WRONG.get(kind, "cannot be used"), expected)
