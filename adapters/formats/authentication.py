"""What mail servers noted about who sent a mail: Authentication-Results (RFC 8601), and whether a machine sent it (RFC 3834)."""

import re
from collections.abc import Iterator

from adapters.formats.headers import Headers
from adapters.formats.letter import LOOP_HEADER
from routing.papers import Check

MOST = 50                   # results of a mail that are read
LONGEST = 4_000             # characters of one header
_OPAQUE = "\x02"
_RESULT = re.compile(r"([a-z][a-z0-9-]{0,30})(?:\s*/\s*\d+)?\s*=\s*([a-z]{1,20})\b(.*)", re.IGNORECASE | re.DOTALL)
_PROPERTY = re.compile(r"([a-z-]{1,20}\.[a-z-]{1,30})\s*=\s*([^\s;]{1,300})", re.IGNORECASE)
#: For each method the property that says whom it speaks of, the better first (RFC 8601, 2.7).
_ABOUT = {"dmarc": ("header.from",), "dkim": ("header.d", "header.i"), "spf": ("smtp.mailfrom", "smtp.helo"), "auth": ("smtp.auth", "smtp.mailfrom")}
_SUPPRESS = re.compile(r"\b(?:all|autoreply)\b", re.IGNORECASE)
_PRECEDENCE = re.compile(r"(?:bulk|junk|list|auto[-_ ]?reply)\b", re.IGNORECASE)


def checks(headers: Headers) -> tuple[Check, ...]:
    """What every server noted, from the top; nobody is believed yet (RFC 8601, 5: anybody can write such a header).

    `depth` is how many Received headers stand above: what the same server noted stands together.
    """
    found: list[Check] = []
    depth = looked = 0
    for name, value in headers.fields:
        depth += name == "received"
        if name == "authentication-results" and looked < MOST:
            looked += 1
            found += _noted(value[:LONGEST], depth)
    return tuple(found[:MOST])


def _noted(value: str, depth: int) -> Iterator[Check]:
    server, *results = _bare(value).split(";")
    name = (server.split() or [""])[0].lower()
    for result in results[:MOST]:
        match = _RESULT.match(result.strip())
        if match is None:
            continue
        said: dict[str, str] = {}
        for key, text in _PROPERTY.findall(match[3]):
            said.setdefault(key.lower(), text)
        method = match[1].lower()
        about = next((said[key] for key in _ABOUT.get(method, ()) if said.get(key)), "")
        yield Check(name, method, match[2].lower(), "" if _OPAQUE in about else about.rpartition("@")[2].lower().strip("<>."), depth)


def _bare(value: str) -> str:
    """A header without comments, each quoted string one opaque sign (RFC 8601, 2.2); "" where one of them is never closed.

    A sender chooses the local part of the address a server writes down here: what stands in quotes must not be read.
    """
    out: list[str] = []
    depth, quoted, escaped = 0, False, False
    for sign in value:
        if escaped or sign == "\\":
            escaped = not escaped
        elif quoted:
            quoted = sign != '"'
        elif depth or sign == "(":
            depth += (sign == "(") - (sign == ")")
            out.append(" ")
        elif sign == '"':
            quoted = True
            out.append(_OPAQUE)
        else:
            out.append(sign)
    return "" if depth or quoted or escaped else "".join(out)


def automatic(headers: Headers) -> str:
    """Why a mail must get no automatic letter back; "" where a person may have written it (RFC 3834, 2 and 5)."""
    submitted = headers.raw("auto-submitted").split(";", 1)[0].strip().lower()
    if submitted and submitted != "no":
        return f"Auto-Submitted: {submitted[:40]}"
    precedence = headers.raw("precedence").strip()
    if _PRECEDENCE.match(precedence):
        return f"Precedence: {precedence[:20]}"
    if list_ := next((name for name in ("list-id", "list-post", "list-unsubscribe") if headers.has(name)), ""):
        return list_.title()
    if _SUPPRESS.search(headers.raw("x-auto-response-suppress")):
        return "X-Auto-Response-Suppress"
    return "Return-Path: <>" if headers.raw("return-path").replace(" ", "") == "<>" else ""


def bridge(headers: Headers) -> str:
    """The name of the bridge, this one or another, that wrote the mail or passed it on; "" where none did."""
    return headers.text(LOOP_HEADER.lower())[:100]
