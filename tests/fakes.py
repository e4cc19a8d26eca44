"""Small honest stand-ins for what lies outside: a door papers are handed in at, a relay, a clock one can set."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Shanghai")


@dataclass
class SetClock:
    """A clock that stands still until somebody moves it."""

    now: datetime = datetime(2026, 7, 22, 9, 30, tzinfo=ZONE)

    def __call__(self) -> datetime:
        return self.now

    def to(self, text: str) -> None:
        """Go to a moment, in Shanghai's time."""
        self.now = datetime.fromisoformat(text).replace(tzinfo=ZONE)

    def on(self, **span: float) -> None:
        """Go on by so many days, hours, minutes."""
        self.now += timedelta(**span)


@dataclass(frozen=True)
class Handed:
    key: str
    kind: str
    body: bytes
    cursor: str = ""


@dataclass
class WalkIn:
    """A door: what was put there waits until it was accepted."""

    name: str = "walk-in"
    waits: dict[str, Handed] = field(default_factory=dict)
    count: int = 0

    def mail(self, raw: bytes) -> None:
        self.put("mail", raw)

    def put(self, kind: str, body: bytes, key: str = "") -> None:
        self.count += 1
        paper = Handed(key or f"{self.count:05}", kind, body)
        self.waits[paper.key] = paper

    async def waiting(self, cursor: str) -> AsyncIterator[Handed]:
        for paper in list(self.waits.values()):
            yield paper

    async def accepted(self, paper: Handed) -> None:
        self.waits.pop(paper.key, None)

    async def more(self) -> None:
        return


@dataclass(frozen=True)
class Said:
    answer: str
    said: str = "250 2.0.0 ok"


@dataclass(frozen=True)
class Sent:
    """One letter the relay took, and whom it was for."""

    raw: bytes
    to: tuple[str, ...]
    envelope: str = ""

    @property
    def mail(self) -> EmailMessage:
        mail = message_from_bytes(self.raw, policy=default)
        assert isinstance(mail, EmailMessage)
        return mail

    @property
    def subject(self) -> str:
        return str(self.mail["Subject"])

    @property
    def text(self) -> str:
        body = self.mail.get_body(("plain",))
        assert body is not None
        return str(body.get_content())

    @property
    def message_id(self) -> str:
        return str(self.mail["Message-ID"]).strip("<>")


@dataclass
class Relay:
    """A mail relay: takes letters, unless told otherwise about an address, or that it is down."""

    sent: list[Sent] = field(default_factory=list)
    answers: dict[str, Said] = field(default_factory=dict)
    down: bool = False

    async def send(self, raw: bytes, sender: str, to: Sequence[str], envelope: str = "") -> Mapping[str, Said]:
        if self.down:
            raise ConnectionRefusedError("the relay is down")
        said = {address: self.answers.get(address, Said("accepted")) for address in to}
        taken = tuple(address for address in to if said[address].answer == "accepted")
        if taken:
            self.sent.append(Sent(raw, taken, envelope))
        return said

    def to(self, address: str) -> list[Sent]:
        """The letters an address got, in order."""
        return [one for one in self.sent if address in one.to]
