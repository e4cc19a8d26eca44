"""What an Asterisk tells of a made-up call, by AMI and into its file: a caller, a seat that picks up, one recording."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Shanghai")
FIRST = datetime(2026, 7, 22, 9, 0, tzinfo=ZONE)


def event(name: str, **fields: str) -> bytes:
    """One event as AMI writes it; `_` in a key stands for `-`."""
    lines = [f"Event: {name}", *(f"{key.replace('_', '-')}: {value}" for key, value in fields.items())]
    return "\r\n".join(lines).encode() + b"\r\n\r\n"


@dataclass(frozen=True)
class Talked:
    """The n-th call of a day: the caller's channel and the seat's, one after the other within a minute."""

    number: int
    mapped: bool = True             # whether cdr_manager.conf maps linkedid

    @property
    def began(self) -> datetime:
        return FIRST + timedelta(seconds=self.number)

    @property
    def linkedid(self) -> str:
        return f"{int(self.began.timestamp())}.{2 * self.number}"

    @property
    def seats_id(self) -> str:
        return f"{int(self.began.timestamp())}.{2 * self.number + 1}"

    @property
    def caller(self) -> str:
        return f"1380000{self.number:04}"

    @property
    def seat(self) -> str:
        return str(8001 + self.number % 50)

    @property
    def channel(self) -> str:
        return f"PJSIP/trunk-{2 * self.number:08x}"

    @property
    def seats_channel(self) -> str:
        return f"PJSIP/{self.seat}-{2 * self.number + 1:08x}"

    @property
    def recording(self) -> str:
        return f"/var/spool/asterisk/monitor/20260722/{self.linkedid}.wav"

    def at(self, seconds: int) -> str:
        return f"{self.began + timedelta(seconds=seconds):%Y-%m-%d %H:%M:%S}"

    def of_channel(self, name: str, **more: str) -> bytes:
        """An event of the caller's channel."""
        return event(
            name, Privilege="call,all", Channel=self.channel, ChannelState="6", CallerIDNum=self.caller, CallerIDName="王女士",
            ConnectedLineNum="<unknown>", AccountCode="", Context="from-trunk", Exten="95580", Priority="1", Uniqueid=self.linkedid, Linkedid=self.linkedid, **more,
        )

    def of_seat(self, name: str, **more: str) -> bytes:
        """An event of the seat's channel."""
        return event(
            name, Privilege="call,all", Channel=self.seats_channel, ChannelState="6", CallerIDNum=self.seat, CallerIDName="",
            ConnectedLineNum=self.caller, AccountCode="", Context="from-internal", Exten="", Priority="1", Uniqueid=self.seats_id, Linkedid=self.linkedid, **more,
        )

    def _cdr(self, columns: list[str]) -> bytes:
        names = ["AccountCode", "Source", "Destination", "DestinationContext", "CallerID", "Channel", "DestinationChannel", "LastApplication", "LastData", "StartTime", "AnswerTime", "EndTime", "Duration", "BillableSeconds", "Disposition", "AMAFlags", "UniqueID", "UserField"]
        linked = {"LinkedId": self.linkedid} if self.mapped else {}
        return event("Cdr", Privilege="cdr,all", **dict(zip(names, columns, strict=True)), **linked)

    @property
    def columns(self) -> list[list[str]]:
        """The two records of this call, as cdr_csv has them up to userfield."""
        said = ["", self.caller, "95580", "from-trunk", f'"{self.caller}" <{self.caller}>', self.channel]
        talk = [*said, self.seats_channel, "Dial", f"PJSIP/{self.seat},30", self.at(0), self.at(5), self.at(35), "35", "30", "ANSWERED", "DOCUMENTATION", self.linkedid, ""]
        end = [*said, "", "Hangup", "", self.at(35), self.at(35), self.at(35), "0", "0", "ANSWERED", "DOCUMENTATION", self.linkedid, ""]
        return [talk, end]

    @property
    def events(self) -> list[bytes]:
        """Everything AMI tells, in its order."""
        first, second = (self._cdr(columns) for columns in self.columns)
        return [
            self.of_channel("Newchannel"), self.of_channel("VarSet", Variable="MIXMONITOR_FILENAME", Value=self.recording),
            self.of_seat("Newchannel"), self.of_channel("BridgeEnter"), self.of_seat("BridgeEnter"),
            self.of_seat("Hangup", Cause="16", Cause_txt="Normal Clearing"), first, self.of_channel("MixMonitorStop"),
            self.of_channel("Hangup", Cause="16", Cause_txt="Normal Clearing"), second,
        ]

    @property
    def rows(self) -> list[bytes]:
        """The lines of Master.csv, 21 columns."""
        return self.narrow_rows(21)

    def narrow_rows(self, width: int) -> list[bytes]:
        """The lines of Master.csv where cdr.conf logs no more than so many columns."""
        return [_line([*columns, "", self.linkedid, str(2 * self.number + place)][:width], {12, 13, 20}) for place, columns in enumerate(self.columns)]

    def form(self, **more: object) -> dict[str, object]:
        """What the seat writes down."""
        return {
            "call_id": self.linkedid, "hotline": "95580", "caller": self.caller, "seat": self.seat, "started_at": self.began.isoformat(),
            "form": {"narrative": "客户反映网点多收手续费 12.5 元，要求退还。", "customer": {"name": "王女士"}, **more},
        }


def _line(columns: list[str], bare: set[int]) -> bytes:
    doubled = [column.replace('"', '""') for column in columns]
    return ",".join(said if place in bare or (9 <= place <= 11 and not said) else f'"{said}"' for place, said in enumerate(doubled)).encode()
