"""One row of telephone records by column name, and the small questions every form asks of it."""

from collections.abc import Iterable, Mapping
from datetime import datetime
import re
from zoneinfo import ZoneInfo

from adapters.formats.cdr.dates import moment_of

Row = Mapping[str, str]

#: Beside the columns a row keeps how it was read, so that a Call is a function of its rows and of nothing else.
FORM, ZONE = "@form", "@zone"

#: The worst first: which result stands where the legs of one call disagree.
RESULTS = ("unknown", "failed", "busy", "no-answer", "abandoned", "answered")

RECORDING_COLUMNS = (
    "recordingfile", "recording", "record_path", "sofia_record_file", "cc_record_filename", "record_file",
    "record_filename", "recording_file", "mixmonitor_filename",
)
_SOUND = re.compile(r"\.(?:wav|wav49|wav16|mp3|gsm|ogg|opus|flac|au|amr|m4a|sln|sln16|raw|g729|ulaw|alaw)$", re.IGNORECASE)
_NUMBER = re.compile(r"\+?[0-9]{3,20}")
_SECONDS = re.compile(r"-?[0-9]{1,9}(?:\.[0-9]+)?")
#: FreeSWITCH's caller without a number is 0000000000, which Excel saves as 0.
_NOBODY = frozenset({"", "0", "0000000000", "<unknown>", "unknown", "anonymous", "asterisk", "private", "restricted"})


def columns(names: str) -> tuple[str, ...]:
    """Column names written with spaces between them."""
    return tuple(names.split())


def first(row: Row, *names: str) -> str:
    """The first of these columns that says something, "" where none does."""
    for column in names:
        said = row.get(column, "").strip()
        if said:
            return said
    return ""


def moment(row: Row, *names: str) -> datetime | None:
    """The first of these columns that names a moment; ValueError names the column that holds nonsense."""
    zone = ZoneInfo(row[ZONE])
    for column in names:
        try:
            found = moment_of(row.get(column, ""), zone)
        except ValueError as error:
            raise ValueError(f"column {column}: {error}") from None
        if found is not None:
            return found
    return None


def seconds(row: Row, column: str) -> int:
    """A length in whole seconds, 0 where the column is empty or negative; ValueError for anything else."""
    said = row.get(column, "").strip()
    if not said:
        return 0
    if not _SECONDS.fullmatch(said):
        raise ValueError(f"column {column}: {said[:40]!r} is no number of seconds")
    return max(0, int(float(said)))


def number(said: str) -> str:
    """The text where it is a telephone number of three digits or more, else ""."""
    return said if _NUMBER.fullmatch(said) else ""


def caller(said: str) -> str:
    """The caller's number, "" for the many ways of saying that there is none."""
    return "" if said.lower() in _NOBODY else said


def is_sound(said: str) -> bool:
    """Whether the text names a sound file."""
    return bool(_SOUND.search(said))


def recording(row: Row) -> str:
    """Where the recording lies: a column made for it, the userfield, or any column of the bank's own."""
    said = first(row, *RECORDING_COLUMNS)
    if said:
        return said
    parts = row.get("userfield", "").split(";")          # Asterisk joins the userfields of both sides with ";"
    extra = (text for column, text in row.items() if column.startswith("extra"))
    return next((part.strip() for part in (*parts, *extra) if is_sound(part.strip())), "")


def userfield_number(row: Row) -> str:
    """A telephone number in the userfield: dialplans note the hotline there."""
    return next((part.strip() for part in row.get("userfield", "").split(";") if number(part.strip())), "")


def userfield_words(row: Row) -> str:
    """What the userfield says beside number and recording."""
    parts = (part.strip() for part in row.get("userfield", "").split(";"))
    return ";".join(part for part in parts if part and not number(part) and not is_sound(part))


def distinct(rows: Iterable[Row]) -> list[Row]:
    """The rows without repetition, in an order that does not depend on the order given."""
    return [dict(items) for items in sorted({tuple(sorted(row.items())) for row in rows})]


def best(results: Iterable[str]) -> str:
    """The result that stands for the whole call."""
    return max(results, key=RESULTS.index, default="unknown")


def epoch(at: datetime | None, missing: float) -> float:
    """For comparing: datetimes of one zone compare by the clock on the wall, which repeats an hour each autumn."""
    return missing if at is None else at.timestamp()


def earliest(times: Iterable[datetime | None]) -> datetime | None:
    """The earliest of the moments there are."""
    return min((at for at in times if at is not None), key=datetime.timestamp, default=None)


def latest(times: Iterable[datetime | None]) -> datetime | None:
    """The latest of the moments there are."""
    return max((at for at in times if at is not None), key=datetime.timestamp, default=None)


def spoken(lengths: Iterable[int], answer: datetime | None, end: datetime | None) -> int:
    """Seconds spoken in all: legs that overlap in time do not count twice."""
    listed = list(lengths)
    total = sum(listed)
    if len(listed) < 2 or answer is None or end is None:
        return total
    return min(total, max(*listed, int(end.timestamp() - answer.timestamp())))
