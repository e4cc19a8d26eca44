"""A seat's form that came through the exchange as a UserEvent: the same form as one that is posted (P-9.1).

The event carries it as JSON in `Form`, in base64 in `FormB64`, or field by field under the names of the posted form
(`Narrative`, `Complained_Unit`, `Customer_Name`, …). A line of an AMI action has room for about 1,000 bytes only: longer
JSON is cut into `Form1`, `Form2`, … (`FormB641`, …), which are put together in the order of their numbers.
"""

import base64
import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from adapters.formats.ami import Packet
from adapters.formats.form_json import FieldMistake, BadForm
from adapters.formats.cdr.rows import caller
from routing.papers import Unreadable

_PIECE = re.compile(r"(?P<kind>form|formb64)[-_]?(?P<number>[0-9]{0,3})", re.IGNORECASE)
_AROUND = ("call_id", "hotline", "caller", "seat", "started_at", "ended_at", "recording")
_INSIDE = (
    "complained_unit", "complained_person", "category", "amount", "product", "narrative", "demand", "authority",
    "authority_number", "authority_due",
)
_CUSTOMER = ("name", "phone", "id_number", "account", "address", "agent_name", "refuses_name")
_HOTLINE = re.compile(r"[0-9]{3,12}")
_BEGUN = re.compile(r"(?:.*-)?([0-9]{9,10})\.[0-9]+")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def form_of(packet: Packet, source: str) -> bytes:
    """The body that `adapters.formats.form_json.read_form` reads, made of one UserEvent; its source is the exchange.

    What the form leaves out and the channel knows is taken from the channel: call id, caller, hotline, when it began.
    Unreadable (or BadForm) where nothing in the event can be a form.
    """
    if packet.damage:
        raise Unreadable(f"the UserEvent is damaged: {packet.damage}; send the form as JSON or base64 on one line")
    row = _packed(packet) or _by_fields(packet)
    if not row:
        raise BadForm((FieldMistake("/form", "is missing", "Form (JSON), FormB64 (base64 of JSON), or one key for each field"),))
    known = {name: said for name, said in _of_channel(packet).items() if said and not row.get(name)}
    return json.dumps({**row, **known, "source": source}, ensure_ascii=False, sort_keys=True).encode("utf-8", "surrogatepass")


def _packed(packet: Packet) -> dict[str, Any] | None:
    pieces: dict[str, list[tuple[int, str]]] = {}
    for key, value in packet.pairs:
        found = _PIECE.fullmatch(key)
        if found:
            pieces.setdefault(found["kind"].lower(), []).append((int(found["number"] or 0), value))
    if not pieces:
        return None
    kind, parts = min(pieces.items())
    text = "".join(value for _, value in sorted(parts, key=lambda part: part[0]))
    try:
        row = json.loads(_unpacked(text) if kind == "formb64" else text)
    except (ValueError, RecursionError):
        raise BadForm((FieldMistake("/form", "is no JSON", "one JSON object as for POST /api/v1/calls; a long one in pieces Form1, Form2, …"),)) from None
    if not isinstance(row, dict):
        raise BadForm((FieldMistake("/form", "is no JSON object", "one JSON object as for POST /api/v1/calls"),))
    return row


def _unpacked(text: str) -> bytes:
    packed = "".join(text.split()).replace("-", "+").replace("_", "/")
    return base64.b64decode(packed + "=" * (-len(packed) % 4), validate=True)


def _by_fields(packet: Packet) -> dict[str, Any]:
    said = {key.strip().lower().replace("-", "_"): value for key, value in reversed(packet.pairs)}
    form: dict[str, Any] = _named(said, _INSIDE, "")
    customer = _named(said, _CUSTOMER, "customer_")
    if "refuses_name" in customer:
        customer["refuses_name"] = str(customer["refuses_name"]).lower() in {"1", "true", "yes", "是"}
    if not form and not customer:
        return {}
    return {**_named(said, _AROUND, ""), "form": {**form, **({"customer": customer} if customer else {})}}


def _named(said: Mapping[str, str], names: tuple[str, ...], prefix: str) -> dict[str, Any]:
    return {name: said[prefix + name] for name in names if said.get(prefix + name)}


def _of_channel(packet: Packet) -> dict[str, str]:
    """What the channel's own keys tell about the call."""
    begun = _BEGUN.fullmatch(packet.get("linkedid") or packet.get("uniqueid"))
    callers = packet.get("uniqueid") == packet.get("linkedid")          # the seat's own channel dialled nobody's hotline
    exten = packet.get("exten")
    return {
        "call_id": packet.get("linkedid") or packet.get("uniqueid"),
        "caller": caller(packet.get("calleridnum")) if callers else "",
        "hotline": exten if callers and _HOTLINE.fullmatch(exten) else "",
        "started_at": (_EPOCH + timedelta(seconds=int(begun[1]))).isoformat() if begun else "",
    }
