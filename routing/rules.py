"""The rules in force: packs, calendar, directory, lexicons, and who we are. One immutable value, swapped whole."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from zoneinfo import ZoneInfo

from routing.authenticity import doubt
from routing.authority import Authorities
from routing.calendar import Calendar
from routing.calls import CallRules, VoiceRules
from routing.case import Case
from routing.codes import CodeTable
from routing.clocks import Event
from routing.deadline import Deadline, deadline
from routing.directory import Directory
from routing.errors import RuleError
from routing.form import NO_FORM
from routing.hollow import Hollow
from routing.numberplaces import NumberPlaces
from routing.pack import Pack
from routing.papers import Mail
from routing.stationery import Templates
from routing.telephone import same
from routing.triage import TriageTables, triage
from routing.vendor import Vendor


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the bridge is towards others: its bank, its mailbox, its desk, and the key of its reply addresses."""

    bank: str
    mailbox: str
    desk: str
    centre: str = ""                    # directory code of the hotline centre's unit; "" is head office (P-9.3)
    reply_key: bytes = field(default=b"", repr=False)
    subaddresses: bool = True           # the mailbox takes hotline+anything@… (RFC 5233); Domino often does not
    trusted_servers: tuple[str, ...] = ()               # authserv-ids of the bank's own mail servers (RFC 8601)
    accept_unverified: bool = False     # a mail that none of them says anything about may answer a case
    aliases: Mapping[str, str] = field(default_factory=dict)    # address → the mailbox of the directory it speaks for

    @property
    def domain(self) -> str:
        """The part of our address behind the @, which our Message-IDs carry too."""
        return self.mailbox.rpartition("@")[2]

    def speaks_as(self, sender: str) -> str:
        """The mailbox of the directory that an address speaks for: a registered alias's own, else itself."""
        return self.aliases.get(sender.lower(), sender)

    def doubt(self, mail: Mail) -> str:
        """Why it is not certain that a mail comes from whom it names; "" where nothing speaks against it."""
        return doubt(mail, self.trusted_servers, accept_unverified=self.accept_unverified)


@dataclass(frozen=True, slots=True)
class Limits:
    """How many letters and slips go out by themselves because of mails: anybody can write one (P-6, P-9.6)."""

    slips_of_sender: int = 3            # a day
    cases_of_sender: int = 50           # a day; beyond it mails wait in quarantine
    slips_to_unit: int = 20             # a day
    letters_in_ten_minutes: int = 10    # automatic letters to one address
    letters_a_day: int = 30
    patience_minutes: int = 120         # a letter put off so long counts as not delivered (P-20)
    read_receipts: bool = True          # slips ask for one


@dataclass(frozen=True, slots=True)
class Exchange:
    """How a telephone exchange writes its records: the zone of its times, and the form of its rows ("auto": by looks).

    `name` is what its calls are kept under: one for all doors by which the same exchange tells of them; "" is the door's own.
    `b_legs`: whether legs made for a caller's one, those of seats, are kept with it.
    """

    zone: ZoneInfo
    form: str = "auto"
    name: str = ""
    b_legs: bool = True


@dataclass(frozen=True, slots=True)
class Rules:
    """Everything a decision may ask; `digest` names this very set in each line of a case's book."""

    identity: Identity
    packs: Mapping[str, Pack]
    default_pack: str
    by_hotline: Mapping[str, str]
    calendar: Calendar
    directory: Directory
    tables: Mapping[str, TriageTables]  # by pack, since each has its own limit of money
    digest: str
    exchanges: Mapping[str, Exchange] = field(default_factory=dict)     # by the name of their door
    limits: Limits = Limits()
    calls: CallRules = field(default_factory=CallRules)
    vendors: Mapping[str, Vendor] = field(default_factory=dict)         # by the name of [intake.vendor.NAME]
    voice: VoiceRules = field(default_factory=VoiceRules)
    numbers: NumberPlaces = field(default_factory=NumberPlaces)              # where telephone numbers are at home
    codes: CodeTable = field(default_factory=CodeTable)      # of JR/T 0169, where the bank has loaded them
    authorities: Authorities = field(default_factory=Authorities)       # who hands complaints down by mail (D-6)
    hollow: Hollow = field(default_factory=Hollow)           # what an answer may say without saying anything (P-12)
    sheets: Templates = field(default_factory=lambda: Templates({}, NO_FORM))     # the words of letters

    def exchange(self, source: str) -> Exchange:
        """How this source writes its records; one that is not configured any more is read by its looks."""
        return self.exchanges.get(source) or Exchange(self.packs[self.default_pack].zone)

    def pack(self, name: str) -> Pack:
        """The pack of this name; RuleError where the bank no longer has it."""
        if name not in self.packs:
            msg = f"the policy pack {name} is not loaded; put it back into bank.pack_files, since cases are handled under it"
            raise RuleError(msg)
        return self.packs[name]

    def deadlines(self, case: Case, events: Sequence[Event]) -> Deadline:
        """All limits of the case, as its category and channel now stand, with what its events moved (P-11, P-11.2, D-6)."""
        return deadline(self.pack(case.pack), self.calendar, case.category, case.received, case.complaint.authority_due, events)

    def timed(self, case: Case, events: Sequence[Event] = ()) -> Case:
        """The case with its deadlines; `events` are all that moved its clocks, none for a case just taken."""
        limits = self.deadlines(case, events)
        return replace(case, due=limits.due, last_day=limits.last_day, law_due=limits.law_due, provisional=limits.provisional)

    def judged(self, case: Case) -> Case:
        """The case with what triage says of its words now, its unit and category left as they are.

        Where triage fails on it the case stays as it was; one that was never judged is then held for a person (P-9.1).
        """
        try:
            return replace(case, verdict=triage(case.complaint, self.tables[case.pack]))
        except Exception:  # noqa: BLE001 (triage's own task is parked with the reason; a person's decision must not fail with it)
            return case

    def holds(self, case: Case) -> bool:
        """Whether the slip waits for a reviewer: a flag the pack holds for, and equipment to hear it (P-9.1).

        A case that triage could not judge waits too: nobody knows what is in it.
        """
        review = self.pack(case.pack).review
        if case.verdict is None:
            return review.recording_equipment
        return review.recording_equipment and any(flag.name in review.holds for flag in case.verdict.flags)

    def pack_for(self, hotline: str) -> str:
        """The name of the pack for a hotline's new cases."""
        known = self.by_hotline.get(hotline)
        return known or next((pack for one, pack in self.by_hotline.items() if hotline and same(hotline, one)), self.default_pack)     # 010-95580, +8695580
