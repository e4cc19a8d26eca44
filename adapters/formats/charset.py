"""Bytes to text whatever the label says: Chinese mail declares one encoding and sends another.

The label is a hint, the bytes are the witness. The GB family (gb2312, gbk, x-gbk, cp936 ...) is always read as gb18030,
its superset: real Outlook mail puts GBK-only characters under `gb2312`. Valid UTF-8 with Han in it beats every label.
Only where nothing is declared, or nothing anybody knows, the bytes are guessed at.
"""

import codecs
import re
from dataclasses import dataclass
from functools import lru_cache

from charset_normalizer import from_bytes

#: Labels Python does not know, or knows too narrowly, and the codecs that read them, the best first.
LABELS: dict[str, tuple[str, ...]] = {
    "big5": ("big5", "cp950", "big5hkscs"),
    "x-x-big5": ("big5", "cp950", "big5hkscs"),
    "cn-big5": ("big5", "cp950", "big5hkscs"),
    "cp950": ("cp950", "big5hkscs"),
    "big5-hkscs": ("big5hkscs",),
    # Notes writes Chinese names under iso-2022-jp; the -2 variant knows the GB2312 escape, -ext the rest of JIS.
    "iso-2022-jp": ("iso2022_jp", "iso2022_jp_2", "iso2022_jp_ext", "iso2022_jp_3"),
    "hz-gb-2312": ("hz",),
    "shift_jis": ("cp932", "shift_jis_2004"),
    "x-sjis": ("cp932", "shift_jis_2004"),
    "ks_c_5601-1987": ("cp949",),
    "euc-kr": ("cp949",),
    "iso-8859-1": ("cp1252", "latin-1"),       # what mailers call latin-1 is Windows' superset of it
    "latin-1": ("cp1252", "latin-1"),
    "utf-8-purple": ("utf-8",),
    "utf8": ("utf-8",),
    "unicodebig": ("utf-16-be",),
    "baltic": ("cp1257",),
}
GB_FAMILY = re.compile(
    r"(?:x-)?(?:gb[-_ ]?2312|gbk|gb[-_ ]?18030|cp-?936|ms936|936|windows-936|euc-?cn|gb_?2312-80|cn-gb|gb|chinese)[-_\d]*",
)
#: Labels that say nothing about the eight-bit bytes below them.
SAYS_NOTHING = frozenset({
    "", "us-ascii", "ascii", "ansi_x3.4-1968", "x-unknown", "unknown", "unknown-8bit", "8bit", "7bit", "default",
    "default_charset", "binary", "none",
})
LATIN = frozenset({"iso-8859-1", "latin-1", "latin1", "iso-8859-15", "windows-1252", "cp1252"})
#: Codecs in which bytes below 0x80 are not ASCII.
STATEFUL = re.compile(r"iso-?2022|hz|utf-?7|utf-?16|utf-?32|unicode|ucs|utf_?16|cp037|cp500|ebcdic")
#: Text codecs only: Python's registry also holds punycode, idna, unicode_escape, base64, ...
TEXT_CODEC = re.compile(r"ascii|utf|iso|cp\d|mac|big5|gb|euc|shift|koi8|hz|johab|tis|kz|ptcp|hp")

HAN_IN_UTF8 = re.compile(rb"[\xe3-\xe9][\x80-\xbf]{2}|\xef[\xbc-\xbf][\x80-\xbf]")
#: A whole run of eight-bit bytes that is UTF-8 Han, two characters at least: found inside parts that are GBK otherwise.
UTF8_RUN = re.compile(rb"(?<![\x80-\xff])((?:[\xe3-\xe9][\x80-\xbf]{2}|\xef[\xbc-\xbf][\x80-\xbf]){2,})(?![\x80-\xff])")
#: The common characters of GB2312 (level 1) as bytes.
COMMON_GB = re.compile(rb"[\xb0-\xd7][\xa1-\xfe]")
NOT_STORABLE = re.compile("[\x00\ud800-\udfff]")
SAMPLE = 4096           # bytes looked at when guessing


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text, the codec that gave it, and a word where the label lied or characters were lost ("" otherwise)."""

    text: str
    charset: str
    warning: str = ""


def decode(raw: bytes, declared: str = "") -> Decoded:
    """Read `raw` by its declared label where that holds and by the bytes where it does not; never raises.

    The text holds no NUL and no lone surrogate: databases and JSON refuse them.
    """
    label = tidy(declared)
    if raw.isascii() and not STATEFUL.search(label):
        return Decoded(raw.decode("ascii").replace("\x00", ""), "us-ascii")
    found = _decode(raw, label)
    if NOT_STORABLE.search(found.text):
        return Decoded(NOT_STORABLE.sub(_storable, found.text), found.charset, found.warning)
    return found


def tidy(label: str) -> str:
    """A label as it may be compared: lower case, without quotes, RFC 2231 language and stray signs."""
    return label[:80].split("*", 1)[0].strip(" \t\r\n\"';").lower()


def _storable(match: re.Match[str]) -> str:
    return "" if match[0] == "\x00" else "\N{REPLACEMENT CHARACTER}"


def _decode(raw: bytes, label: str) -> Decoded:
    if raw.startswith(codecs.BOM_UTF8):
        return _decode(raw[3:], "utf-8")
    if GB_FAMILY.fullmatch(label):
        return _gb_family(raw, label)
    if label in SAYS_NOTHING or not candidates(label):
        unknown = "" if label in SAYS_NOTHING else f"unknown charset {label}"
        guessed = guess(raw)
        return Decoded(guessed.text, guessed.charset, guessed.warning or unknown)
    if (utf8 := _utf8_with_han(raw)) is not None:
        return Decoded(utf8, "utf-8", "" if candidates(label)[0] == "utf-8" else f"labelled {label}, is utf-8")
    if label in LATIN and _all_gb2312(raw):
        return Decoded(raw.decode("gb18030", "replace"), "gb18030", f"labelled {label}, is gb18030")
    return _by_label(raw, label)


def _by_label(raw: bytes, label: str) -> Decoded:
    codecs_of_label = candidates(label)
    for codec in codecs_of_label:
        if (text := _strict(raw, codec)) is not None:
            return Decoded(text, codec)
    if codecs_of_label[0] != "utf-8" or not HAN_IN_UTF8.search(raw):
        guessed = guess(raw)
        if not guessed.warning:
            return Decoded(guessed.text, guessed.charset, f"labelled {label}, is {guessed.charset}")
    return Decoded(raw.decode(codecs_of_label[0], "replace"), codecs_of_label[0], f"damaged {label}")


def _gb_family(raw: bytes, label: str) -> Decoded:
    if (utf8 := _utf8_with_han(raw)) is not None:
        return Decoded(utf8, "utf-8", f"labelled {label}, is utf-8")
    if not UTF8_RUN.search(raw):
        return _gb18030(raw)
    # Some gateways paste a UTF-8 subject into a GBK page; every other piece is a stretch of the page around it.
    pieces = UTF8_RUN.split(raw)
    texts = [piece.decode("utf-8") if n % 2 else _gb18030(piece).text for n, piece in enumerate(pieces)]
    return Decoded("".join(texts), "gb18030", "utf-8 inside a gb18030 part")


def _gb18030(raw: bytes) -> Decoded:
    text = _strict(raw, "gb18030")
    if text is not None:
        return Decoded(text, "gb18030")
    return Decoded(raw.decode("gb18030", "replace"), "gb18030", "damaged gb18030")


def guess(raw: bytes) -> Decoded:
    """Read bytes nobody labelled: UTF-8 where it is valid, GB where it reads as Chinese, else what a detector says."""
    if (utf8 := _strict(raw, "utf-8")) is not None:
        return Decoded(utf8, "utf-8")
    if reads_as_gb(raw):
        return _gb18030(raw)
    best = from_bytes(raw[:SAMPLE]).best()
    if best is not None and (text := _strict(raw, best.encoding)) is not None:
        return Decoded(text, best.encoding)
    if HAN_IN_UTF8.search(raw):
        return Decoded(raw.decode("utf-8", "replace"), "utf-8", "damaged utf-8")
    if (text := _strict(raw, "gb18030")) is not None:
        return Decoded(text, "gb18030")
    return Decoded(raw.decode("latin-1"), "latin-1", "charset unknown")


def reads_as_gb(raw: bytes) -> bool:
    """Whether the bytes are gb18030 and most of their Han are everyday ones; detectors fail on short Chinese."""
    text = _strict(raw, "gb18030")
    if text is None:
        return False
    sample = text[:SAMPLE]
    han = sum("\u3400" <= sign <= "\u9fff" for sign in sample)
    kana = sum("\u3040" <= sign <= "\u30ff" for sign in sample)       # EUC-JP reads as GB, and is not
    return han > 2 * kana and len(COMMON_GB.findall(sample.encode("gb2312", "ignore"))) >= 0.7 * han


def _all_gb2312(raw: bytes) -> bool:
    runs = re.findall(rb"[\x80-\xff]+", raw)
    whole = all(re.fullmatch(rb"(?:[\xa1-\xa9\xb0-\xf7][\xa1-\xfe])+", run) for run in runs)
    return whole and len(COMMON_GB.findall(b"".join(runs))) > 1


def _utf8_with_han(raw: bytes) -> str | None:
    """The text where `raw` is strict UTF-8 that yields three-byte Han; two-byte pairs alone are valid GBK as well."""
    return _strict(raw, "utf-8") if HAN_IN_UTF8.search(raw) else None


def _strict(raw: bytes, codec: str) -> str | None:
    try:
        return raw.decode(codec)
    except (UnicodeError, LookupError):
        return None


@lru_cache(maxsize=256)
def candidates(label: str) -> tuple[str, ...]:
    """The codecs to try for a tidy label; empty where nobody knows it."""
    if label in LABELS:
        return LABELS[label]
    try:
        name = codecs.lookup(label).name
    except (LookupError, ValueError):
        return ()
    return (name,) if TEXT_CODEC.match(name) else ()
