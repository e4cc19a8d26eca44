"""The turns of a call as FreeSWITCH's events tell them: it rings, somebody speaks, it is over."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
import re
from zoneinfo import ZoneInfo

from adapters.formats.event_socket import Event
from routing.calls import LiveCall

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECONDS = re.compile(r"[0-9]{15,16}")
_TALKING = frozenset({"CHANNEL_ANSWER", "CHANNEL_BRIDGE"})
_TURNS = frozenset({"CHANNEL_CREATE", "CHANNEL_HANGUP_COMPLETE", *_TALKING})


def global_id(event: Event) -> str:
    """The id all legs of one call share: the uuid of the leg that began it."""
    return event.said("Channel-Call-UUID", "Unique-ID")


@dataclass(frozen=True, slots=True)
class Turns:
    """How one exchange's turns are told: the name its calls are kept under, its zone, how numbers are written in their one form."""

    exchange: str
    zone: ZoneInfo
    number: Callable[[str], str]

    def turn(self, event: Event, known: LiveCall | None) -> LiveCall | None:
        """The call as it stands after this event, None where the event changes nothing.

        Calls that came from outside are told, not those the exchange places. That the menu takes a call (CHANNEL_ANSWER of
        the caller's own leg) is no conversation; one begins when a leg made for it answers, or is bridged with it.
        """
        at = _at(event, self.zone)
        if event.name not in _TURNS or at is None or not global_id(event):
            return None
        if event.said("Unique-ID") == global_id(event):
            return _of_caller(event, known or self._begun(event, at), at)
        return None if known is None else _of_seat(event, known, at)

    def _begun(self, event: Event, at: datetime) -> LiveCall | None:
        if event.said("Call-Direction") != "inbound":
            return None
        caller = self.number(event.said("Caller-Orig-Caller-ID-Number", "Caller-Caller-ID-Number", "Caller-ANI"))
        return LiveCall(self.exchange, global_id(event), event.said("Unique-ID"), "ringing", at, caller, event.said("Caller-Destination-Number"))


def _at(event: Event, zone: ZoneInfo) -> datetime | None:
    said = event.said("Event-Date-Timestamp")
    return (_EPOCH + timedelta(microseconds=int(said))).astimezone(zone) if _MICROSECONDS.fullmatch(said) else None


def _of_caller(event: Event, known: LiveCall | None, at: datetime) -> LiveCall | None:
    if known is None:
        return None
    if event.name == "CHANNEL_HANGUP_COMPLETE":
        return replace(known, stage="ended", at=at)
    queue = event.said("variable_cc_queue").partition("@")[0] or known.queue
    if event.name == "CHANNEL_BRIDGE":
        seat = known.seat or event.said("Other-Leg-Destination-Number", "Other-Leg-Callee-ID-Number")
        return replace(known, stage="talking", at=at, seat=seat, queue=queue)
    return replace(known, at=at, queue=queue)


def _of_seat(event: Event, known: LiveCall, at: datetime) -> LiveCall | None:
    seat = event.said("variable_dialed_user", "Caller-Destination-Number", "Caller-Callee-ID-Number")
    if event.name in _TALKING:
        return replace(known, stage="talking", at=at, seat=seat)
    if known.stage == "talking":
        return None         # another seat is rung, or one goes: the caller's own leg tells when it is over
    return replace(known, at=at, seat=seat if event.name == "CHANNEL_CREATE" else "")
