"""What AMI's events tell of calls, as rows: a `Cdr` is a record like a line of the file, all others are parts of a call.

Spellings and keys from docs.asterisk.org, AMI Events, and main/cdr_manager.c of Asterisk 22. `Cdr` comes without a linkedid
unless cdr_manager.conf maps it; the channels' events, which always carry both ids, tell which call it belongs to.
"""

from collections.abc import Callable, Iterable, Mapping
import re

from adapters.formats.ami import Packet
from adapters.formats.cdr import queue_log, rows as r
from adapters.formats.cdr.asterisk import ALIASES
from adapters.formats.cdr.queue_log import EVENT

CHANNEL, HUNG_UP, RECORDED = "channel", "hangup", "recording"
RECORDING = "MIXMONITOR_FILENAME"
_ABOUT_THE_PACKET = frozenset({"event", "privilege", "timestamp", "sequencenumber", "file", "line", "func", "systemname"})


def rows_of(packets: Iterable[Packet], zone: str, form: str) -> list[dict[str, str]]:
    """The rows these events tell; damaged ones, and those that tell nothing of a call, give none."""
    found = []
    for packet in packets:
        tell = _TELLS.get(packet.event.lower())
        row = tell(packet) if tell and not packet.damage else None
        if row and (row.get("uniqueid") or row.get("channel")):
            found.append({**row, r.FORM: form, r.ZONE: zone})
    return found


def _record(packet: Packet) -> dict[str, str]:
    named = ((key.strip().lower(), value.strip()) for key, value in packet.pairs)
    return {ALIASES.get(key, key): value for key, value in reversed(list(named)) if key not in _ABOUT_THE_PACKET}


def _ids(packet: Packet) -> dict[str, str]:
    return {"uniqueid": packet.get("uniqueid"), "linkedid": packet.get("linkedid")}


def _channel(packet: Packet) -> dict[str, str]:
    said = {"channel": packet.get("channel"), "ani": r.caller(packet.get("calleridnum")), "exten": packet.get("exten")}
    return {EVENT: CHANNEL, **_ids(packet), **said}


def _hangup(packet: Packet) -> dict[str, str]:
    return {**_channel(packet), EVENT: HUNG_UP, "cause": packet.get("cause")}


def _variable(packet: Packet) -> dict[str, str] | None:
    if packet.get("variable") != RECORDING or not packet.get("value"):
        return None
    return {EVENT: RECORDED, **_ids(packet), "recording": written_name(packet.get("value"))}


def written_name(name: str) -> str:
    """The file MixMonitor writes under this name: `.wav49` becomes `.WAV` (main/file.c)."""
    return re.sub(r"\.wav49$", ".WAV", name)


def _queue(kind: str, packet: Packet, **more: str) -> dict[str, str]:
    return {EVENT: kind, **_ids(packet), "queue": packet.get("queue"), **{key: value for key, value in more.items() if value}}


_TELLS: Mapping[str, Callable[[Packet], dict[str, str] | None]] = {
    "cdr": _record,
    "newchannel": _channel,
    "hangup": _hangup,
    "varset": _variable,
    "queuecallerjoin": lambda one: _queue(queue_log.JOINED, one, ani=r.caller(one.get("calleridnum"))),
    "agentconnect": lambda one: _queue(
        queue_log.CONNECTED, one, agent_no=queue_log.seat_of(one.get("interface") or one.get("membername")), waited=one.get("holdtime"),
        bridged=one.get("destuniqueid"),
    ),
    "agentcomplete": lambda one: _queue(
        queue_log.COMPLETED, one, agent_no=queue_log.seat_of(one.get("interface") or one.get("membername")), waited=one.get("holdtime"),
        talked=one.get("talktime"),
    ),
    "queuecallerabandon": lambda one: _queue(queue_log.ABANDONED, one, waited=one.get("holdtime")),
}
