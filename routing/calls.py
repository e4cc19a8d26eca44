"""What exchanges tell of calls while they happen, and what they are asked to do: words shared by doors and rooms (P-9.1, P-21)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from routing.telephone import emergency, same

Stage = Literal["ringing", "talking", "ended"]
Result = Literal["acknowledged", "heard", "busy", "no-answer", "failed", "unknown"]
RECEIVED = "1"              # the key by which a unit says that it has heard


@dataclass(frozen=True, slots=True)
class LiveCall:
    """A call as it stands at this moment; the same `exchange` and `global_id` again is the same call, further on.

    `ani` is written as `routing.telephone.plain` writes it; `call_id` is what a seat's form will name.
    """

    exchange: str
    global_id: str
    call_id: str
    stage: Stage
    at: datetime
    ani: str = ""
    hotline: str = ""
    seat: str = ""
    queue: str = ""


Live = Callable[[LiveCall], None]       # told by a door for every turn of a call; returns at once, never raises


@dataclass(frozen=True, slots=True)
class CallOrder:
    """A call to be placed: to whom, what is played, how long it rings. `token` is ours, and unique for ever.

    `sound` is a WAV file (8 kHz, mono, 16 bit) as the exchange sees it; after it one key is read.
    """

    token: str
    number: str
    sound: str
    caller_id: str
    ring_seconds: int

    def __post_init__(self) -> None:
        """ValueError where no machine may call, whoever asks for it."""
        if emergency(self.number):
            msg = "this is an emergency number; people call it, no machine does"
            raise ValueError(msg)


@dataclass(frozen=True, slots=True)
class CallEnd:
    """How a placed call ended: `result`, the key that was pressed ("" for none), the exchange's own words."""

    result: Result
    pressed: str = ""
    said: str = ""


@dataclass(frozen=True, slots=True)
class CallRules:
    """What the bank says of its calls: which are complaints for certain, and how long call and form wait for each other."""

    hotlines: frozenset[str] = frozenset()
    queues: frozenset[str] = frozenset()
    wait_minutes: int = 30
    home_area: str = ""                 # area code of landlines that come without one
    place_hint: bool = True

    def complains(self, hotline: str, queue: str) -> bool:
        """Whether a call to this number, or in this queue, is a complaint before anybody has written a word (P-3)."""
        return hotline in self.hotlines or queue in self.queues or any(same(hotline, one) for one in self.hotlines if hotline)


@dataclass(frozen=True, slots=True)
class VoiceRules:
    """How units are chased by telephone: `way` the exchange is told ("" where people make all calls), how often and how far apart (P-21).

    `announces`: whether new flagged cases and overdue ones are called out at the centre.
    """

    way: str = ""                       # manager | call-file | socket
    tries: int = 3
    again_minutes: int = 30
    at_once: int = 2
    ring_seconds: int = 45
    caller_id: str = ""                 # "" is the hotline of the case
    announces: bool = False
    abroad: bool = False                # whether a machine may dial numbers from abroad
