"""How another vendor's call records read: a mapping, in TOML, from what is pushed or fetched to the fields of a Call (P-9.1).

A mapping is a bank's table like any other: strict, frozen, every mistake told at once with its path.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

import jmespath
from jmespath.exceptions import JMESPathError
from jmespath.functions import Functions
from pydantic import AfterValidator, Field, model_validator

from routing.table import Number, Table, Text, Truth, read_table

DIRECTIONS = ("in", "out", "internal")
RESULTS = ("answered", "no-answer", "busy", "failed", "abandoned", "unknown")
SIDES = ("caller", "callee", "system")
STAGES = ("ring", "answer", "later", "end")         # the last is heard first where two pushes of one call disagree
#: What a text that is signed may be made of.
_PART = re.compile(r"\{(?:(secret|body|query|sorted)|(header|query|field):([^{}]+))\}")
_BRACES = re.compile(r"[{}]")


def _path(written: str) -> str:
    try:
        unknown = sorted(_functions(jmespath.compile(written).parsed) - set(Functions.FUNCTION_TABLE))
        wrong = f"there is no function {', '.join(unknown)}" if unknown else ""
    except (JMESPathError, RecursionError) as error:
        wrong = str(error).splitlines()[0]
    if wrong:
        msg = f"{written!r} is no JMESPath expression: {wrong}; names with signs in them stand in quotation marks, as in '\"CDR(userfield)\"'"
        raise ValueError(msg)
    return written


def _functions(node: Mapping[str, Any]) -> set[str]:
    """The functions an expression calls."""
    own = {str(node["value"])} if node["type"] == "function_expression" else set()
    return own.union(*(_functions(child) for child in node["children"] if isinstance(child, dict)))


Path = Annotated[Text, AfterValidator(_path)]       # where something is found: an expression (jmespath.org)
Words = Mapping[str, str]


class Fields(Table):
    """Where each field of a Call is found; one that the vendor does not tell is left out."""

    call_id: Path
    global_call_id: Path | None = None
    other_ids: Path | None = None           # one or a list: other ids under which the same call is told of, or named by a form
    form_ids: Path | None = None            # one or a list: ids that other calls bear too, a counter; a form may name the call by them
    direction: Path | None = None
    ani: Path | None = None
    hotline: Path | None = None
    agent_no: Path | None = None
    agent_name: Path | None = None
    queue: Path | None = None
    t_start: Path | None = None
    t_answer: Path | None = None
    t_end: Path | None = None
    talk_s: Path | None = None
    result: Path | None = None
    hangup_side: Path | None = None
    ivr_keys: Path | None = None
    satisfaction: Path | None = None
    recording: Path | None = None
    ticket_no: Path | None = None
    remark: Path | None = None


class Spellings(Table):
    """Value tables: the vendor's word -> ours. `*` stands for every word that has no line of its own."""

    direction: Mapping[str, Literal["in", "out", "internal"]] = Field(default_factory=dict)
    result: Mapping[str, Literal["answered", "no-answer", "busy", "failed", "abandoned", "unknown"]] = Field(default_factory=dict)
    hangup_side: Mapping[str, Literal["caller", "callee", "system"]] = Field(default_factory=dict)
    satisfaction: Words = Field(default_factory=dict)


class Events(Table):
    """Which push is which moment of a call. Without `found` everything is the record of a call that has ended."""

    found: Path | None = None
    ring: tuple[Text, ...] = ()
    answer: tuple[Text, ...] = ()
    end: tuple[Text, ...] = ()
    later: tuple[Text, ...] = ()            # what comes behind: satisfaction, a recording
    ignored: tuple[Text, ...] = ()          # not about calls
    keep: Literal["ended", "all"] = "ended"     # whether what is told before the end is part of the record as well

    @model_validator(mode="after")
    def _one_meaning(self) -> "Events":
        words = [word for group in (self.ring, self.answer, self.end, self.later, self.ignored) for word in group]
        if twice := sorted({word for word in words if words.count(word) > 1}):
            msg = f"{', '.join(twice)} stands in two lists; a word has one meaning"
            raise ValueError(msg)
        if words and self.found is None:
            msg = "lists of words without found; expected in found where the push says which event it is"
            raise ValueError(msg)
        return self


class Reply(Table):
    """The literal answer the vendor expects."""

    status: Annotated[Number, Field(ge=200, le=299)] = 200
    type: Text = "text/plain; charset=utf-8"
    body: str = ""


class Proof(Table):
    """How a push proves whose it is; the secret stands in token_file of [intake.vendor.NAME]."""

    kind: Literal["none", "token", "basic", "signature"] = "none"
    where: Literal["header", "query", "field"] = "header"
    name: str = ""                          # of the header, query parameter or field with the token or the signature
    prefix: str = ""                        # stands before it, as in `Bearer `
    algorithm: Literal["hmac-sha256", "hmac-sha1", "hmac-md5", "md5", "sha1", "sha256"] = "hmac-sha256"
    encoding: Literal["hex", "base64"] = "hex"
    over: str = ""                          # the text signed: {secret} {body} {query} {sorted} {header:X} {query:X} {field:X}
    when: str = ""                          # where the moment of signing stands, as in header:X-Timestamp
    within: Annotated[Number, Field(ge=10)] = 300       # seconds a signature is good for

    @model_validator(mode="after")
    def _whole(self) -> "Proof":
        wrong = []
        if self.kind in {"token", "signature"} and not self.name:
            wrong.append(f"a {self.kind} without name; expected the name of its {self.where}")
        if self.kind == "signature":
            wrong += _mistakes_of_text(self.over, keyed=self.algorithm.startswith("hmac"))
        if self.when and not re.fullmatch(r"(header|query|field):.+", self.when):
            wrong.append(f"when is {self.when!r}; expected header:NAME, query:NAME or field:NAME")
        if wrong:
            raise ValueError("; ".join(wrong))
        return self


def _mistakes_of_text(over: str, *, keyed: bool) -> list[str]:
    if not over:
        return ["a signature without over; expected the text that is signed, e.g. {body}"]
    wrong = []
    if _BRACES.search(_PART.sub("", over)):
        wrong.append(f"over is {over!r}; expected only {{secret}} {{body}} {{query}} {{sorted}} {{header:X}} {{query:X}} {{field:X}} in braces")
    if not keyed and "{secret}" not in over:
        wrong.append("a plain digest over a text without {secret} proves nothing; expected {secret} in over, or an hmac algorithm")
    return wrong


class Pull(Table):
    """How records are fetched, where the vendor pushes none."""

    kind: Literal["aliyun", "huawei"]
    action: Text
    page: Annotated[Number, Field(ge=1, le=1000)] = 100
    overlap_minutes: Annotated[Number, Field(ge=1)] = 30        # asked for again each time: records come late
    first_hours: Annotated[Number, Field(ge=1)] = 24            # how far back the first fetch goes
    start: Path                             # where a record says when it began
    ready: Path | None = None               # where it says that its recording is there
    patience_hours: Annotated[Number, Field(ge=1)] = 24         # how long a recording that is not there yet is asked for


class VendorMapping(Table):
    """A whole mapping. `body`: auto tells JSON, XML and forms apart by looking; `inside`: a field that holds the real body as text."""

    name: Text
    body: Literal["auto", "json", "form", "xml"] = "auto"
    inside: Path | None = None
    mojibake: Truth = False                 # words may be UTF-8 that somebody took for ISO-8859-1
    zone: ZoneInfo = ZoneInfo("Asia/Shanghai")
    nulls: tuple[str, ...] = ()             # spellings of "nothing", beside those everybody uses
    records: Path = "@"                     # where the record lies, or a list of them
    talk_unit: Literal["s", "ms"] = "s"
    events: Events = Events()
    fields: Fields
    words: Spellings = Spellings()
    reply: Reply = Reply()
    proof: Proof = Proof()
    pull: Pull | None = None


@dataclass(frozen=True, slots=True)
class Vendor:
    """One [intake.vendor.NAME]: its mapping, and what the bank set beside it."""

    mapping: VendorMapping
    zone: ZoneInfo
    hotline: str = ""
    reply: str | None = None
    networks: tuple[IPv4Network | IPv6Network, ...] = ()

    @property
    def thanks(self) -> Reply:
        """The literal answer to a push."""
        return self.mapping.reply if self.reply is None else self.mapping.reply.model_copy(update={"body": self.reply})


def parse_mapping(raw: Mapping[str, Any], name: str) -> VendorMapping:
    """Read a mapping (parsed TOML); BadTable with all its mistakes."""
    return read_table(VendorMapping, raw, name)


def signed_parts(over: str) -> list[tuple[str, str]]:
    """What a text that is signed is made of, in order: (kind, name); literal words have the kind ""."""
    parts, at = [], 0
    for found in _PART.finditer(over):
        parts += [("", over[at:found.start()]), (found[1] or found[2], found[3] or "")]
        at = found.end()
    return [part for part in (*parts, ("", over[at:])) if part != ("", "")]
