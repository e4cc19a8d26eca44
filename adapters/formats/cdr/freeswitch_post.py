"""What FreeSWITCH posts, writes to disk when a post is lost, or tells by its event socket: one leg, in its wrapping.

After mod_json_cdr.c and mod_xml_cdr.c: bare, behind `cdr=`, percent-encoded or in base64. The declared Content-Type says
nothing: with `disable-100-continue` the module forgets it, so the bytes decide.
"""

import base64
import binascii
import hashlib
import re
from urllib.parse import unquote_to_bytes
from zoneinfo import ZoneInfo

from adapters.formats.cdr import freeswitch, lines
from adapters.formats.cdr.freeswitch_event import columns_of
from adapters.formats.cdr.freeswitch_xml import object_of
from adapters.formats.cdr.rows import FORM, ZONE
from adapters.formats.event_socket import event_of
from routing.papers import Call, Unreadable

EVENT = "CHANNEL_HANGUP_COMPLETE"
#: XML is told in the names of JSON, so that the same leg is the same row.
JSON_FORM, EVENT_FORM = "freeswitch-json", freeswitch.EVENT_FORM
_BARE = (b"{", b"<")
_ENCODED = re.compile(rb"%(?:7[Bb]|3[Cc]|EF%BB%BF)")


def bare_of(body: bytes) -> bytes:
    """The JSON, the XML or the event without its wrapping; Unreadable where it is none of them, for the reason said."""
    text = _trimmed(body).removeprefix(b"cdr=")
    if _ENCODED.match(text):
        text = _trimmed(unquote_to_bytes(text))         # not unquote_plus: the + of +86 is written as it is
    if text.startswith(_BARE) or _is_event(text):
        return text
    if not text:
        raise Unreadable("the body is empty; expected a telephone record as mod_json_cdr or mod_xml_cdr posts it")
    try:
        packed = b"".join(unquote_to_bytes(text).split())
        text = _trimmed(base64.b64decode(packed + b"=" * (-len(packed) % 4), validate=True))
    except (binascii.Error, ValueError):
        text = b""
    if not text.startswith(_BARE):
        raise Unreadable("neither JSON nor XML, plain, percent-encoded or in base64; expected a telephone record as mod_json_cdr or mod_xml_cdr posts it")
    return text


def is_xml(bare: bytes) -> bool:
    """Whether mod_xml_cdr wrote it: that one takes no answer but 200."""
    return bare.startswith(b"<")


def is_whole(body: bytes) -> bool:
    """Whether a file's content is written to its end, as far as one can see without asking what it says."""
    try:
        bare = bare_of(body)
        return bare.endswith(b"</cdr>") if is_xml(bare) else bool(lines.objects(bare))
    except (Unreadable, lines.Damaged):
        return False


def key_of(bare: bytes) -> str:
    """The same for the same leg in any wrapping: sent again, sent to another `url`, or found in err-log-dir."""
    return f"leg:{hashlib.sha256(bare).hexdigest()}"


def leg_of_post(body: bytes, source: str, zone: ZoneInfo) -> Call:
    """The leg in these bytes; Unreadable with reason and cure where there is none."""
    bare = bare_of(body)
    try:
        row = _event_row(bare) if _is_event(bare) else freeswitch.flattened(_object(bare)) | {FORM: JSON_FORM}
        row[ZONE] = zone.key
        freeswitch.check(row)
    except ValueError as error:      # lines.Damaged, and columns that hold nonsense
        raise Unreadable(f"telephone record of {source}: {error}") from None
    return freeswitch.call_of(source, [row])


def _trimmed(text: bytes) -> bytes:
    return text.strip(b" \r\n\t\0").removeprefix(b"\xef\xbb\xbf")


def _is_event(text: bytes) -> bool:
    return text.startswith(b"Event-Name:")


def _object(bare: bytes) -> dict[str, object]:
    if is_xml(bare):
        return object_of(bare)
    found = lines.objects(bare)
    if len(found) != 1 or not freeswitch.is_object(found[0]):
        raise lines.Damaged("JSON, but no record of mod_json_cdr: one object with variables and callflow; correct the url of whatever posts here")
    return found[0]


def _event_row(bare: bytes) -> dict[str, str]:
    event = event_of(bare + b"\n\n")
    if event.name != EVENT:
        raise lines.Damaged(f"an event that is no {EVENT}; only that one carries a telephone record")
    return columns_of(event.headers) | {FORM: EVENT_FORM}
