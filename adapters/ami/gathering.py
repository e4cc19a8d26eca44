"""Collects an Asterisk's events by the telephone call they belong to, and follows each call while it lasts.

Events of one call share a linkedid; a `Cdr` may come without, then its channel is known from the events before. What was
collected is handed over verbatim: at once for a seat's form, otherwise a moment after the first event of a call that was
not handed over yet, or after the call's end. Of a call that has ended and was handed over nothing is kept but its ids.
"""

import hashlib
import re
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from adapters.formats.ami import Packet
from adapters.formats.cdr.ami import RECORDING
from adapters.formats.cdr.queue_log import seat_of
from adapters.formats.cdr.rows import caller
from routing.calls import Live, LiveCall, Stage
from routing.telephone import plain

KEPT = frozenset({
    "cdr", "hangup", "newchannel", "mixmonitorstop", "agentconnect", "agentcomplete", "queuecallerjoin", "queuecallerabandon",
})
#: Events that only say how a call stands at this moment.
FOLLOWED = frozenset({"newcallerid", "bridgeenter", "coreshowchannel"})
CLASSES = "system,call,dialplan,user,cdr,agent"
MOST_OF_ONE = 256 << 10                 # bytes of one call that wait; beyond it they are handed over
REMEMBERED = 20_000                     # channels that have ended, calls under way: no exchange of a bank has more
_SHORT, _OUTSIDE = 3, 7                 # digits: fewer are keys of a menu; so many only a number outside has
_SERVICE = re.compile(r"(?:9[56][0-9]{3,4}|1[0-9]{4}|400[0-9]{7}|800[0-9]{7})")      # the country's short service numbers
_SUFFIX = re.compile(r"-[0-9a-f]{4,}(?:;[12])?$")


def filters(form_event: str) -> tuple[str, ...]:
    """Patterns for Action: Filter; an event that matches none of them is not sent at all."""
    names = (
        "Cdr", "Hangup", "Newchannel", "NewCallerid", "BridgeEnter", "MixMonitorStop", "AgentConnect", "AgentComplete",
        "QueueCallerJoin", "QueueCallerAbandon", "FullyBooted", "Shutdown",
    )
    return (f"Event: ({'|'.join(names)})", f"Variable: {RECORDING}", f"UserEvent: {re.escape(form_event)}")


@dataclass(frozen=True, slots=True)
class AmiPaper:
    """What is handed in: `kind` is "ami", "ami-form", "ami-damaged" or "ami-gap"; `cursor` is when."""

    key: str
    kind: str
    body: bytes = field(repr=False)
    cursor: str


def paper(kind: str, body: bytes, at: datetime) -> AmiPaper:
    """A paper whose key is its content: the same events handed in again are the same paper."""
    return AmiPaper(hashlib.sha256(kind.encode() + b"\0" + body).hexdigest()[:32], kind, body, at.isoformat())


@dataclass(frozen=True, slots=True)
class Listening:
    """What is listened for: the UserEvent with a seat's form, our own hotlines, whether seats' calls among each other count."""

    form_event: str
    hotlines: Collection[str] = ()
    seats: bool = False
    home_area: str = ""


@dataclass(slots=True)
class _Talk:
    """One call under way."""

    linkedid: str
    channels: set[str] = field(default_factory=set)
    pending: list[bytes] = field(default_factory=list)
    size: int = 0
    since: float = 0.0
    numbers: set[str] = field(default_factory=set)
    ani: str = ""
    dialled: str = ""
    seat: str = ""
    queue: str = ""
    talking: bool = False
    told: LiveCall | None = None

    @property
    def over(self) -> bool:
        """Whether no channel of it is left."""
        return not self.channels


class Gathering:
    """Takes event after event by `hear`, gives papers by `ready`; tells `live` of every turn of a hotline's call."""

    def __init__(self, exchange: str, listening: Listening, clock: Callable[[], datetime], live: Live, linger: float) -> None:
        self._exchange, self._for, self._clock, self._live, self._linger = exchange, listening, clock, live, linger
        self._talks: OrderedDict[str, _Talk] = OrderedDict()
        self._waiting: OrderedDict[str, None] = OrderedDict()      # calls with events not handed over, the longest waiting first
        self._linked: OrderedDict[str, str] = OrderedDict()         # channel → call, of those that have ended too
        self._now: list[AmiPaper] = []
        self._shown: set[str] | None = None
        self.size = 0

    def hear(self, packet: Packet, at: float) -> None:
        """Take one event; `at` is any clock that only goes forward."""
        name = packet.event.lower()
        if packet.damage:
            if not name or name in KEPT or name == "userevent":
                self._now.append(paper("ami-damaged", packet.raw, self._clock()))
                self.size += len(packet.raw)
        elif name == "userevent":
            if packet.get("userevent") == self._for.form_event:
                self._now.append(paper("ami-form", packet.raw, self._clock()))
                self.size += len(packet.raw)
        elif name in KEPT or (name == "varset" and packet.get("variable") == RECORDING):
            self._follow(self._keep(packet, at), name, packet)
        elif name in FOLLOWED:
            self._follow(self._talk(packet), name, packet)
        elif name == "coreshowchannelscomplete":
            self.recounted()

    def recount(self) -> None:
        """The channels there are now are about to be listed: calls that are not among them have ended meanwhile."""
        self._shown = set()

    def recounted(self) -> None:
        """Every channel was listed: what is not there has hung up while nobody listened."""
        shown, self._shown = self._shown, None
        if shown is None:
            return
        for talk in list(self._talks.values()):
            if not talk.channels & shown:
                self._end(talk)
            talk.channels &= shown

    def due(self) -> float | None:
        """When something is ready: 0 for at once, None where nothing waits."""
        if self._now:
            return 0.0
        first = next(iter(self._waiting), None)
        return None if first is None else self._talks[first].since + self._linger

    def ready(self, at: float, *, everything: bool = False) -> Iterator[AmiPaper]:
        """What is to be handed in by now; `everything` that waits where the line has broken."""
        yield from self._now
        self.size -= sum(len(one.body) for one in self._now)
        self._now = []
        while self._waiting:
            talk = self._talks[next(iter(self._waiting))]
            if not everything and talk.since + self._linger > at:
                return
            body = self._taken(talk)
            if body:
                yield paper("ami", body, self._clock())

    # inside ------------------------------------------------------------------------------------------------------------
    def _talk(self, packet: Packet) -> _Talk:
        uniqueid = packet.get("uniqueid")
        linkedid = packet.get("linkedid") or self._linked.get(uniqueid) or uniqueid or packet.get("channel")
        before = self._linked.get(uniqueid)
        if uniqueid:
            self._linked[uniqueid] = linkedid
            if len(self._linked) > REMEMBERED:
                self._linked.popitem(last=False)
        talk = self._talks.get(linkedid)
        if talk is None:
            talk = self._talks[linkedid] = _Talk(linkedid)
            if len(self._talks) > REMEMBERED:
                self._end(next(iter(self._talks.values())))
        if before and before != linkedid and before in self._talks:     # a transfer: the channel goes on in another call
            self._left(self._talks[before], uniqueid)
        return talk

    def _keep(self, packet: Packet, at: float) -> _Talk:
        talk = self._talk(packet)
        if not talk.pending:
            talk.since = at
        talk.pending.append(packet.raw)
        talk.size += len(packet.raw)
        self.size += len(packet.raw)
        if talk.size > MOST_OF_ONE:
            talk.since = 0.0
            self._waiting[talk.linkedid] = None
            self._waiting.move_to_end(talk.linkedid, last=False)
        else:
            self._waiting.setdefault(talk.linkedid)
        return talk

    def _taken(self, talk: _Talk) -> bytes:
        """The events of a call that wait, no more kept here; none of a call that is nobody's business."""
        self._waiting.pop(talk.linkedid, None)
        body, talk.pending = b"".join(talk.pending), []
        self.size -= talk.size
        talk.size = 0
        if talk.over:
            self._talks.pop(talk.linkedid, None)
        return b"" if self._inside(talk) else body

    def _inside(self, talk: _Talk) -> bool:
        """Whether it is a call of seats among each other: only short numbers, none of them a hotline's."""
        return not self._for.seats and not talk.queue and bool(talk.numbers) and not any(map(self._outside, talk.numbers))

    def _outside(self, number: str) -> bool:
        return len(number) >= _OUTSIDE or number in self._for.hotlines or bool(_SERVICE.fullmatch(number))

    def _follow(self, talk: _Talk, name: str, packet: Packet) -> None:
        uniqueid = packet.get("uniqueid")
        self._number(talk, packet)
        if name in {"newchannel", "newcallerid", "coreshowchannel", "bridgeenter"}:
            talk.channels.add(uniqueid)
        if self._shown is not None and name == "coreshowchannel":
            self._shown.add(uniqueid)
        talk.queue = talk.queue or (packet.get("queue") if name != "cdr" else "")
        if name == "agentconnect":
            talk.seat, talk.talking = seat_of(packet.get("interface") or packet.get("membername")), True
        elif (name == "bridgeenter" or packet.get("bridgeid")) and uniqueid != talk.linkedid and not packet.get("channel").startswith("Local/"):
            talk.talking = True
            if len(caller(packet.get("calleridnum")).lstrip("+")) < _OUTSIDE:      # else another caller, whom a seat has led here
                talk.seat = seat_of(_SUFFIX.sub("", packet.get("channel")))
        if name == "hangup":
            self._left(talk, uniqueid)
        elif name != "cdr" and talk.channels:
            self._tell(talk)

    def _number(self, talk: _Talk, packet: Packet) -> None:
        """Note the numbers of a call, and of its first channel who calls whom."""
        named = [caller(packet.get(key)).lstrip("+") for key in ("calleridnum", "connectedlinenum", "exten", "source", "destination")]
        talk.numbers.update(one for one in named if one.isascii() and one.isdigit() and len(one) >= _SHORT)
        if packet.get("uniqueid") == talk.linkedid:
            talk.ani = named[0] or talk.ani
            talk.dialled = talk.dialled or (named[2] if named[2].isascii() and named[2].isdigit() and len(named[2]) >= _SHORT else "")

    def _comes_in(self, talk: _Talk) -> bool:
        """Whether somebody outside calls: a hotline, a service number, or whatever short number his call was led to."""
        if talk.dialled in self._for.hotlines or _SERVICE.fullmatch(talk.dialled):
            return True
        return len(talk.ani) >= _OUTSIDE > len(talk.dialled)

    def _tell(self, talk: _Talk, stage: Stage | None = None) -> None:
        if talk.told is None and (stage or not self._comes_in(talk)):
            return
        stands: Stage = stage or ("talking" if talk.talking else "ringing")
        at = self._clock()
        now = LiveCall(
            self._exchange, talk.linkedid, talk.linkedid, stands, talk.told.at if talk.told and talk.told.stage == stands else at,
            plain(talk.ani, self._for.home_area), talk.dialled, talk.seat, talk.queue,
        )
        if now != talk.told:
            talk.told = now
            self._live(now)

    def _left(self, talk: _Talk, uniqueid: str) -> None:
        talk.channels.discard(uniqueid)
        if talk.over:
            self._end(talk)

    def _end(self, talk: _Talk) -> None:
        talk.channels.clear()
        self._tell(talk, "ended")
        if not talk.pending:
            self._talks.pop(talk.linkedid, None)
