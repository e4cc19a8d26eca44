"""The header Range of HTTP: which bytes are asked for (RFC 9110, 14.1-14.2, 13.1.5)."""

import re

_ONE = re.compile(r"bytes=[ \t]*([0-9]{0,18})-([0-9]{0,18})[ \t]*", re.ASCII | re.IGNORECASE)


class Unsatisfiable(ValueError):
    """A range that lies behind the end: 416, and the length in Content-Range."""


def wanted(header: str, if_range: str, etag: str, size: int) -> tuple[int, int] | None:
    """The bytes asked for, first and behind the last; None for the whole.

    Several ranges at once, another unit and anything malformed mean the whole (a server may ignore Range), and so does an
    If-Range that is not this very `etag`, quotation marks included: a date or a weak one cannot vouch for the same bytes.
    Unsatisfiable where the range begins behind the end, or asks for the last 0 bytes.
    """
    found = _ONE.fullmatch(header)
    if found is None or not any(found.groups()) or (if_range and if_range != etag):
        return None
    first, last = found.groups()
    if not first:
        begin, end = max(0, size - int(last)), size
        if int(last) == 0:
            raise Unsatisfiable
    else:
        begin, end = int(first), min(int(last) + 1, size) if last else size
        if last and int(last) < int(first):
            return None
    if begin >= size:
        raise Unsatisfiable
    return begin, end
