"""FreeSWITCH as the tests need it: legs as its modules write and post them, after their documented behaviour.

FreeSWITCH has no package of Debian; nothing here was written by one. Names and order of fields follow mod_json_cdr.c,
mod_xml_cdr.c and switch_ivr_generate_xml_cdr, values are made up.
"""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote
from xml.sax.saxutils import escape, quoteattr

START = 1_772_413_200       # 2026-03-02 09:00:00 in Shanghai
CALLER, HOTLINE, SEAT = "13800000001", "95580", "8001"


def uuid(number: int, side: str = "a") -> str:
    return f"{side * 8}-0000-4000-8000-{number:012}"


@dataclass(frozen=True)
class Leg:
    """One leg: `bare` is what stands in it, before the switch encodes values."""

    uuid: str
    variables: Mapping[str, str]
    caller: str = CALLER
    dialled: str = HOTLINE
    answered: int = START + 2
    filling: int = 0            # more variables, as many as a real call has
    applications: tuple[tuple[str, str], ...] = (("answer", ""), ("record_session", "/recordings/20260302/a b.wav"), ("bridge", "user/8001"))
    times: Mapping[str, str] = field(default_factory=dict)

    def all_variables(self) -> dict[str, str]:
        more = {f"rtp_audio_in_statistic_{n}": f"{n * 7919}" for n in range(self.filling)}
        return {"uuid": self.uuid, **self.variables, **more}

    def all_times(self) -> dict[str, str]:
        return {"created_time": f"{START}000000", "profile_created_time": f"{START}000000", "progress_time": "0", "answered_time": f"{self.answered}000000" if self.answered else "0",
                "bridged_time": "0", "hangup_time": f"{START + 60}000000", "transfer_time": "0", **self.times}

    def profile(self) -> dict[str, str]:
        return {"username": "", "dialplan": "XML", "caller_id_name": "王<女士>", "ani": self.caller, "caller_id_number": self.caller, "network_addr": "192.0.2.10",
                "destination_number": self.dialled, "uuid": self.uuid, "source": "mod_sofia", "context": "public", "chan_name": f"sofia/external/{self.caller}@192.0.2.10"}

    def json(self, *, encoded: bool = True) -> str:
        """As mod_json_cdr writes it, values percent-encoded (encode-values) or not."""
        written = (lambda value: quote(value, safe="/")) if encoded else (lambda value: value)
        return json.dumps({
            "core-uuid": "c0000000-0000-4000-8000-000000000001", "switchname": "fs1",
            "channel_data": {"state": "CS_REPORTING", "direction": self.variables.get("direction", "inbound"), "state_number": "11", "flags": "0=1;1=1;37=1", "caps": "1=1;2=1"},
            "callStats": {"audio": {"inbound": {"raw_bytes": "572588", "packet_count": "3329", "mos": "4.50"}}},
            "variables": {name: written(value) for name, value in self.all_variables().items()},
            "app_log": {"applications": [{"app_name": name, "app_data": value, "app_stamp": f"{START}000001"} for name, value in self.applications]},
            "callflow": [{"dialplan": "XML", "profile_index": "1", "extension": {"name": "hotline", "number": self.dialled, "applications": [{"app_name": name, "app_data": value} for name, value in self.applications]},
                          "caller_profile": self.profile(), "times": self.all_times()}],
        }, ensure_ascii=False)

    def xml(self, *, encoded: bool = True) -> str:
        """As mod_xml_cdr writes it (switch_ivr_generate_xml_cdr)."""
        written = (lambda value: quote(value, safe="/")) if encoded else escape

        def tags(found: Mapping[str, str], indent: str) -> str:
            return "".join(f"{indent}<{name}>{escape(value)}</{name}>\n" for name, value in found.items())

        variables = "".join(f"    <{name}>{written(value)}</{name}>\n" for name, value in self.all_variables().items())
        applications = "".join(f'    <application app_name={quoteattr(name)} app_data={quoteattr(value)} app_stamp="{START}000001"></application>\n' for name, value in self.applications)
        planned = "".join(f"      <application app_name={quoteattr(name)} app_data={quoteattr(value)}></application>\n" for name, value in self.applications)
        return f"""<?xml version="1.0"?>
<cdr core-uuid="c0000000-0000-4000-8000-000000000001" switchname="fs1">
  <channel_data>
    <state>CS_REPORTING</state>
    <direction>{self.variables.get("direction", "inbound")}</direction>
    <state_number>11</state_number>
    <flags>0=1;1=1;37=1</flags>
    <caps>1=1;2=1</caps>
  </channel_data>
  <call-stats>
    <audio>
      <inbound>
        <raw_bytes>572588</raw_bytes>
        <packet_count>3329</packet_count>
        <mos>4.50</mos>
      </inbound>
    </audio>
  </call-stats>
  <variables>
{variables}  </variables>
  <app_log>
{applications}  </app_log>
  <callflow dialplan="XML" profile_index="1">
    <extension name="hotline" number="{self.dialled}">
{planned}    </extension>
    <caller_profile>
{tags(self.profile(), "      ")}    </caller_profile>
    <times>
{tags(self.all_times(), "      ")}    </times>
  </callflow>
</cdr>
"""

    def event(self, name: str = "CHANNEL_HANGUP_COMPLETE") -> bytes:
        """As the event socket tells it in the body of a text/event-plain."""
        profile, times = self.profile(), self.all_times()
        head = {
            "Event-Name": name, "Core-UUID": "c0000000-0000-4000-8000-000000000001", "Event-Date-Timestamp": f"{START + 60}000000",
            "Unique-ID": self.uuid, "Channel-Call-UUID": self.variables.get("call_uuid", self.uuid), "Call-Direction": self.variables.get("direction", "inbound"),
            "Hangup-Cause": self.variables.get("hangup_cause", ""), "Caller-Caller-ID-Name": profile["caller_id_name"], "Caller-Caller-ID-Number": self.caller,
            "Caller-ANI": self.caller, "Caller-Destination-Number": self.dialled, "Caller-Channel-Created-Time": times["created_time"],
            "Caller-Channel-Answered-Time": times["answered_time"], "Caller-Channel-Hangup-Time": times["hangup_time"],
            **{f"variable_{key}": value for key, value in self.all_variables().items()},
        }
        return "".join(f"{key}: {quote(value, safe='/')}\n" for key, value in head.items()).encode() + b"\n"


def caller_leg(number: int = 1, **more: str) -> Leg:
    """The leg of somebody who called the hotline and spoke with a seat."""
    return Leg(uuid(number), {
        "direction": "inbound", "caller_id": f'"王" <{CALLER}>', "sip_to_user": HOTLINE, "start_epoch": f"{START}", "answer_epoch": f"{START + 2}", "end_epoch": f"{START + 60}",
        "start_stamp": "2026-03-02 01:00:00", "duration": "60", "billsec": "58", "hangup_cause": "NORMAL_CLEARING", "bridge_uuid": uuid(number, "b"),
        "sip_hangup_disposition": "recv_bye", "remark": "投诉 100% +86", **more,
    })


def seat_leg(number: int = 1, **more: str) -> Leg:
    """The leg made for it, to the seat."""
    return Leg(uuid(number, "b"), {
        "direction": "outbound", "call_uuid": uuid(number), "dialed_user": SEAT, "start_epoch": f"{START + 3}", "answer_epoch": f"{START + 10}", "end_epoch": f"{START + 60}",
        "duration": "57", "billsec": "50", "hangup_cause": "NORMAL_CLEARING", **more,
    }, dialled=SEAT, answered=START + 10, applications=(), times={"created_time": f"{START + 3}000000"})


#: The body of each setting of `encode`, and the Content-Type the module declares with it.
JSON_POSTS = {
    "false": (lambda text: text.encode(), "application/json"),
    "true": (lambda text: b"cdr=" + quote(text, safe="").encode(), "application/x-www-form-urlencoded"),
    "base64": (lambda text: b"cdr=" + base64.b64encode(text.encode()), "application/x-www-form-base64-encoded"),
    "disable-100-continue": (lambda text: text.encode(), "application/x-www-form-urlencoded"),
}
XML_POSTS = {
    "none": (lambda text: b"cdr=" + text.encode(), "application/x-www-form-plaintext"),
    "true": (lambda text: b"cdr=" + quote(text, safe="").encode(), "application/x-www-form-urlencoded"),
    "base64": (lambda text: b"cdr=" + base64.b64encode(text.encode()), "application/x-www-form-base64-encoded"),
    "textxml": (lambda text: text.encode(), "text/xml"),
}
