"""What FreeSWITCH's event socket says and understands: blocks of `Name: value`, events inside them, commands.

After mod_event_socket and switch_event_serialize: a block ends with an empty line, Content-Length tells how many bytes
follow it, values inside an event are percent-encoded. A command is a line with lines of headers, ended by an empty one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
import re
from urllib.parse import unquote_to_bytes

from adapters.formats.exchange_text import clean, words
from routing.papers import Unreadable

LONGEST_BLOCK = 256 << 10       # bytes of headers; a CHANNEL_HANGUP_COMPLETE has about 20 KiB
LONGEST_BODY = 4 << 20
LONGEST_COMMAND = 8 << 10

_LENGTH = re.compile(r"[0-9]{1,9}")
_VARIABLE = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,79}")
_APPLICATION = re.compile(r"[a-z][a-z_]{0,39}")
_CHANNEL = re.compile(r"[A-Za-z0-9_]+(?:/[A-Za-z0-9_.@:+*#-]+)+")
#: What ends a value, a list of variables, an argument or the whole command in `originate`; it has no safe way to quote them.
_SETS_APART = re.compile(r"""[\x00-\x1f\x7f"'\\{}\[\]<>(),^$|;`&]""")


class Refused(ValueError):
    """A value that must not go to an exchange; the text names it without showing it."""


@dataclass(frozen=True, slots=True)
class Event:
    """One event: its headers, decoded, and the body some have (BACKGROUND_JOB); `raw` is the block as it came."""

    headers: Mapping[str, str]
    body: str = ""
    raw: bytes = b""

    @property
    def name(self) -> str:
        """CHANNEL_CREATE and so on; that of a CUSTOM event is its subclass."""
        said = self.headers.get("Event-Name", "")
        return self.headers.get("Event-Subclass", said) if said == "CUSTOM" else said

    def said(self, *names: str) -> str:
        """The first of these headers that says something, "" where none does."""
        return next(filter(None, (self.headers.get(name, "").strip() for name in names)), "")


def block_of(raw: bytes) -> dict[str, str]:
    """The headers of one block around an event, as they stand; Unreadable where a line has no colon."""
    found: dict[str, str] = {}
    for line in raw.split(b"\n"):
        name, colon, value = line.rstrip(b"\r").partition(b":")
        if not line.strip():
            continue
        if not colon:
            raise Unreadable("event socket: a line without a colon among the headers; is another service on this port?")
        found.setdefault(clean(words(name)).strip(), clean(words(value)).strip())
    return found


def length_of(headers: Mapping[str, str]) -> int:
    """How many bytes follow the block; Unreadable where that is no length, or more than we take."""
    said = headers.get("Content-Length", "0")
    if not _LENGTH.fullmatch(said) or int(said) > LONGEST_BODY:
        raise Unreadable(f"event socket: Content-Length {said[:20]!r}; expected a number up to {LONGEST_BODY}")
    return int(said)


def event_of(raw: bytes) -> Event:
    """The event in the body of a `text/event-plain`; Unreadable where it is none or cut."""
    head, _, rest = raw.partition(b"\n\n")
    headers = {name: clean(words(unquote_to_bytes(value))) for name, value in block_of(head).items()}
    if "Event-Name" not in headers:
        raise Unreadable("event socket: an event without Event-Name")
    length = length_of(headers)
    if length > len(rest):
        raise Unreadable("event socket: an event is shorter than its Content-Length says")
    return Event(headers, words(rest[:length]), raw)


def command(words_: str, headers: Mapping[str, str] | None = None) -> bytes:
    """A command as it is sent. Refused where it, or a header, holds what would end its line, or is too long."""
    written = [words_, *(f"{name}: {value}" for name, value in (headers or {}).items())]
    if not words_.strip() or any(re.search(r"[\x00-\x1f\x7f]", line) for line in written):
        raise Refused("a command to the exchange is empty or holds a control character; it was not sent")
    sent = "\n".join(written).encode() + b"\n\n"
    if len(sent) > LONGEST_COMMAND:
        raise Refused(f"a command to the exchange has {len(sent)} bytes, more than {LONGEST_COMMAND}; it was not sent")
    return sent


def originate(channel: str, variables: Mapping[str, str], applications: Sequence[tuple[str, str]]) -> str:
    """The words of `originate`: call this channel with these variables, then run these applications with their arguments.

    E.g. originate("user/8001", {"originate_timeout": "30"}, [("playback", "/sounds/x.wav")]). Refused where a name, a
    value or an argument holds anything that sets words of the command apart: braces, commas, quotes, parentheses, line ends.
    """
    if not _CHANNEL.fullmatch(channel):
        raise Refused("voice.dial makes no channel of FreeSWITCH with this number; expected e.g. sofia/gateway/bank/01055500001")
    if not all(map(_VARIABLE.fullmatch, variables)) or not applications or not all(_APPLICATION.fullmatch(name) for name, _ in applications):
        raise Refused("a variable or an application of a call has a name FreeSWITCH does not know")
    for name, value in (*variables.items(), *applications):
        if _SETS_APART.search(value) or (name in variables and " " in value):
            raise Refused(f"the value of {name} holds a sign that would change the command; the call was not placed")
    told = ",".join(f"{name}={value}" for name, value in variables.items())
    then = f"'{','.join(f'{name}:{value}' for name, value in applications)}' inline"
    if len(applications) == 1:
        then = "&{}({})".format(*applications[0])
    return f"originate {{{told}}}{channel} {then}" if told else f"originate {channel} {then}"
