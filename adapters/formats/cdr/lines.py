"""From the bytes of a file of telephone records to its records: lines, cells, JSON objects."""

import base64
import binascii
from collections.abc import Iterator
import csv
from dataclasses import dataclass
import json
import re
from urllib.parse import unquote_to_bytes

from adapters.formats.exchange_text import words

#: Asterisk builds a CSV row in 1024 bytes; FreeSWITCH's rows are a little longer. Nothing real comes near this.
LONGEST_ROW = 64 * 1024
#: FreeSWITCH posts about 13 kB of JSON per leg; call centres with many variables write ten times that.
LONGEST_OBJECT = 1024 * 1024

_BASE64_LINE = re.compile(rb"[A-Za-z0-9+/]+={0,2}")
_BASE64_OBJECT = re.compile(rb"(?:e[wy]|W[3y])[A-Za-z0-9+/]+={0,2}")   # "{" and "[" as base64 begins them
#: A line that does not go on with an object begun above: neither indented, nor its end, nor a name with a colon.
_OPENING = re.compile(rb'^(?:[^\s}\]"]|"(?![^"\n]*"\s*:))', re.MULTILINE)
_CLOSING = re.compile(rb"^\]", re.MULTILINE)
#: FreeSWITCH's template asterisk writes "${caller_id}", which is ""name" <number>", without doubling the quotes inside.
_BARE_CALLER = re.compile(r'(?<=,)""([^",][^"]*)" <([^">]*)>"(?=,)')
_OBJECT = json.JSONDecoder(strict=False, parse_int=str, parse_float=str)


class Damaged(ValueError):
    """A record that cannot be read; the text gives the reason and the cure."""


@dataclass(frozen=True, slots=True)
class Record:
    """One record as it lies in the file: where it begins and its bytes, not yet read."""

    line_number: int
    content: bytes


def records(content: bytes) -> Iterator[Record]:
    """Cut a file into its records: a line each, but JSON objects and base64 may go over many lines."""
    at, line_number = (3 if content.startswith(b"\xef\xbb\xbf") else 0), 1
    while at < len(content):
        end = _end_of_record(content, at)
        piece = content[at:end]
        if piece.strip():
            yield Record(line_number, piece.strip(b"\r\n"))
        line_number += piece.count(b"\n")
        at = end


def _end_of_line(content: bytes, at: int) -> int:
    found = content.find(b"\n", at)
    return len(content) if found < 0 else found + 1


def _end_of_record(content: bytes, at: int) -> int:
    end = _end_of_line(content, at)
    line = content[at:end].strip()
    if line.startswith((b"{", b"[")):
        return _end_of_object(content, at, end)
    if line.startswith(b"cdr=") and _BASE64_LINE.fullmatch(line[4:]):
        while end < len(content) and _BASE64_LINE.fullmatch(content[end:_end_of_line(content, end)].strip()):
            end = _end_of_line(content, end)
    return end


def _end_of_object(content: bytes, at: int, end_of_line: int) -> int:
    """Where the object that begins here ends: with its line, or else where the next one begins at a line's start."""
    if content[at:end_of_line].rstrip().endswith((b"}", b"]")):
        return end_of_line
    if content.startswith(b"[", at):
        closing = _CLOSING.search(content, end_of_line)
        return _end_of_line(content, closing.start()) if closing else len(content)
    following = _OPENING.search(content, end_of_line)
    return following.start() if following else len(content)


def cells(raw: bytes) -> list[str]:
    """The cells of one CSV row. Damaged where it was torn.

    Split byte by byte before decoding: neither the quote nor the comma occurs inside a character of GBK or UTF-8, and a
    name cut in the middle of a character spoils only its own cell.
    """
    if b"\0" in raw:
        raise Damaged("the row holds NUL bytes, left by a crash or a full disk; take the row from the exchange's backup")
    if len(raw) > LONGEST_ROW:
        raise Damaged(f"the row has {len(raw)} bytes, more than {LONGEST_ROW}; it is no telephone record, take it out")
    found = _split(raw.decode("latin-1"))
    return [words(cell.encode("latin-1")) for cell in found]


def _split(text: str) -> list[str]:
    if "\r" in text:
        raise Damaged("carriage returns inside the row; save the file with a line feed after each row")
    mended = _BARE_CALLER.sub(r'"""\1"" <\2>"', text) if '""' in text else text
    try:
        return next(csv.reader([mended], strict=True, skipinitialspace=True))
    except csv.Error:
        raise Damaged("a quotation mark is not closed or not doubled; take the row from the exchange's backup") from None


def objects(raw: bytes) -> list[dict[str, object]]:
    """The JSON objects of one record: bare, after `cdr=`, percent-encoded or in base64. Damaged where it was torn."""
    if len(raw) > LONGEST_OBJECT:
        raise Damaged(f"the record has {len(raw)} bytes, more than {LONGEST_OBJECT}; it was cut, read it from the exchange")
    bare = _unwrapped(raw.strip())
    try:
        found = _OBJECT.decode(words(bare).strip("\0 \r\n\t"))
    except (ValueError, RecursionError) as error:
        raise Damaged(f"no JSON: {str(error)[:80]}; the record is cut off or mixed up, read it from the exchange") from None
    listed = found if isinstance(found, list) else [found]
    if not all(isinstance(one, dict) for one in listed):
        raise Damaged("JSON, but no object; a telephone record is an object of names and values")
    return listed


def looks_like_object(raw: bytes) -> bool:
    """Whether this record is JSON in one of its wrappings."""
    start = raw.lstrip()
    return start.startswith((b"{", b"[", b"cdr=", b"%7B", b"%7b")) or bool(_BASE64_OBJECT.fullmatch(start.strip()))


def _unwrapped(raw: bytes) -> bytes:
    bare = raw.removeprefix(b"cdr=")
    if bare.startswith((b"%7B", b"%7b", b"%5B", b"%5b")):
        return unquote_to_bytes(bare)                    # not unquote_plus: the + of +86 is written as it is
    if bare.startswith((b"{", b"[")):
        return bare
    packed = b"".join(unquote_to_bytes(bare).split())
    try:
        return base64.b64decode(packed + b"=" * (-len(packed) % 4), validate=True)
    except binascii.Error:
        raise Damaged("neither JSON nor base64 of it; set `encode` of mod_json_cdr to false, true or base64") from None
