"""Content-Transfer-Encoding as mailers use it: unknown labels, wrong labels, footers in the clear below base64."""

import binascii
import re

from adapters.formats import charset
from adapters.formats.headers import base64_bytes

QP_BYTES = re.compile(rb"(?:=[89A-Fa-f][0-9A-Fa-f]){3}")
BASE64_LINE = re.compile(rb"[A-Za-z0-9+/= \t\r]*")
WHOLE_BASE64 = re.compile(rb"\s*(?:[A-Za-z0-9+/]{40,}\r?\n)*[A-Za-z0-9+/]{4,}={0,2}\s*")


def transfer_decoded(raw: bytes, label: str, *, is_text: bool) -> tuple[bytes, str]:
    """The bytes a part stands for, and a word where its Content-Transfer-Encoding was wrong ("" otherwise).

    `is_text` allows guessing: a file is decoded as its label says or not at all.
    """
    encoding = re.sub(r"[^a-z0-9-]", "", label.split(";", 1)[0].lower())
    if encoding == "quoted-printable":
        return binascii.a2b_qp(raw), ""
    if encoding == "base64":
        return _base64(raw, is_text=is_text)
    if encoding in {"x-uuencode", "uuencode", "x-uue", "uue"}:
        return _uuencoded(raw), ""
    return _mislabelled(raw) if is_text else (raw, "")


def _base64(raw: bytes, *, is_text: bool) -> tuple[bytes, str]:
    """Base64 up to the first line that is none: mailing lists append their footer in the clear."""
    if not is_text:
        return base64_bytes(raw), ""
    lines = raw.split(b"\n")
    end = next((n for n, line in enumerate(lines) if not BASE64_LINE.fullmatch(line)), len(lines))
    if end == len(lines):
        return base64_bytes(raw), ""
    coded, rest = b"".join(lines[:end]), b"\n".join(lines[end:])
    if not coded.strip():
        return raw, "declared base64, is not"
    return base64_bytes(coded) + b"\n" + rest, "plain text below base64"


def _uuencoded(raw: bytes) -> bytes:
    out = []
    for line in raw.split(b"\n"):
        if line.startswith((b"begin ", b"end")):
            continue
        try:
            out.append(binascii.a2b_uu(line.rstrip(b"\r")))
        except binascii.Error:
            continue
    return b"".join(out)


def _mislabelled(raw: bytes) -> tuple[bytes, str]:
    """Text declared to need no decoding that is quoted-printable or base64 all the same."""
    if not raw.isascii():
        return raw, ""
    if QP_BYTES.search(raw):
        return binascii.a2b_qp(raw), "quoted-printable without saying so"
    if len(raw) > 40 and WHOLE_BASE64.fullmatch(raw):
        decoded = base64_bytes(raw)
        if not decoded.isascii() and (charset.HAN_IN_UTF8.search(decoded) or charset.reads_as_gb(decoded)):
            return decoded, "base64 without saying so"
    return raw, ""
