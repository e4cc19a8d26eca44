"""The many ways telephone systems write a moment, and the many ways they write that there is none."""

from datetime import UTC, datetime, timedelta, timezone, tzinfo
import re

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NULLS = frozenset({"", "-", "none", "null", "nil", "undefined", "\\n"})
#: 1900-01-01 and 0001-01-01 are how databases write "none", 1970-01-01 is a clock that was never set; no exchange is as old, and none tells of 2201.
_FIRST_YEAR, _LAST_YEAR = 1980, 2200
_ZEROES = re.compile(r"[0\s:/.T-]+")
_WRITTEN = re.compile(
    r"(?P<year>[0-9]{4})(?P<mark>[-/.])(?P<month>[0-9]{1,2})(?P=mark)(?P<day>[0-9]{1,2})"
    r"(?:[ T]+(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2})(?:[.,](?P<fraction>[0-9]{1,9}))?)?)?"
    r"\s*(?P<zone>Z|[+-][0-9]{2}:?[0-9]{2})?"
)
_PACKED = re.compile(r"(?:19|20|21)[0-9]{12}")
#: How many digits an epoch of seconds, milliseconds, microseconds has between 1973 and 2286; 14 digits are a date.
_UNITS = {9: 1, 10: 1, 12: 1_000, 13: 1_000, 15: 1_000_000, 16: 1_000_000}
_DECIMAL = re.compile(r"([0-9]{9,10})\.([0-9]{1,9})")


def moment_of(text: str, zone: tzinfo) -> datetime | None:
    """The moment a text writes, shown in `zone`; None for every spelling of "there is none".

    Known are `2026-11-23 13:41:56`, the same with `/`, without seconds, with `+0800`, `+08:00` or `Z`, with `T`,
    `20261123134156`, and epochs in seconds, milliseconds and microseconds. Moments without a zone are in `zone`.
    What was before 1980 is no moment of a call, whoever writes it. ValueError for anything else.
    """
    said = text.strip().strip('"').strip()
    if said.lower() in _NULLS or _ZEROES.fullmatch(said):
        return None
    try:
        at = _of_our_days(_moment(said, zone))
        return None if at.year < _FIRST_YEAR else at.astimezone(zone)
    except (ValueError, OverflowError):
        raise ValueError(
            f"{said[:40]!r} is no date; write it as 2026-11-23 13:41:56, with +0800 where it is not local time,"
            " or as seconds since 1970"
        ) from None


def _of_our_days(at: datetime) -> datetime:
    if at.year > _LAST_YEAR:
        raise ValueError(at.year)
    return at


def _moment(said: str, zone: tzinfo) -> datetime:
    if len(said) == 19 and said[4] == said[7] == "-" and said[10] in " T":
        return datetime.fromisoformat(said).replace(tzinfo=zone)             # nearly all there is, and the quickest way
    if _PACKED.fullmatch(said):
        return datetime.strptime(said, "%Y%m%d%H%M%S").replace(tzinfo=zone)
    if said.isascii() and said.isdigit():
        return _EPOCH + timedelta(microseconds=int(said) * 1_000_000 // _unit(len(said)))
    decimal = _DECIMAL.fullmatch(said)
    if decimal:
        return _EPOCH + timedelta(seconds=int(decimal[1]), microseconds=_micro(decimal[2]))
    written = _WRITTEN.fullmatch(said)
    if not written:
        raise ValueError(said)
    numbers = (int(written[part] or 0) for part in ("year", "month", "day", "hour", "minute", "second"))
    year, month, day, hour, minute, second = numbers
    return datetime(year, month, day, hour, minute, second, _micro(written["fraction"]), _offset(written["zone"], zone))


def _unit(digits: int) -> int:
    if digits not in _UNITS:
        raise ValueError(f"{digits} digits")
    return _UNITS[digits]


def _micro(fraction: str | None) -> int:
    return int((fraction or "0").ljust(6, "0")[:6])


def _offset(written: str | None, zone: tzinfo) -> tzinfo:
    if written is None:
        return zone
    if written == "Z":
        return UTC
    digits = written[1:].replace(":", "")
    minutes = int(digits[:2]) * 60 + int(digits[2:])
    return timezone(timedelta(minutes=-minutes if written[0] == "-" else minutes))
