"""Identity numbers, sealed: a case shows their mask, and only the bridge's own key opens the rest (P-6).

AES-SIV (RFC 5297) needs no random number, so the same number in the same case always gives the same seal; in another
case it gives another one, and a seal moved from case to case does not open.
"""

import base64
import binascii
import hashlib
import hmac

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from routing.papers import Unreadable
from routing.parties import SEALED, shown_id

_LABEL = b"identity numbers"            # each use of the bridge's key draws a key of its own from it


def sealed(key: bytes, id_number: str, about: str) -> str:
    """Seal an identity number for the case `about`; "" stays "". What comes out begins with its mask."""
    if not id_number:
        return ""
    closed = _cipher(key).encrypt(id_number.encode("utf-8", "surrogatepass"), [about.encode()])
    return f"{SEALED}{shown_id(id_number)}|{base64.urlsafe_b64encode(closed).decode('ascii')}"


def opened(key: bytes, id_number: str, about: str) -> str:
    """Return a sealed number in plain, one that never was sealed as it is; Unreadable under another key or in another case."""
    if not id_number.startswith(SEALED):
        return id_number
    try:
        closed = base64.urlsafe_b64decode(id_number.rpartition("|")[2])
        return _cipher(key).decrypt(closed, [about.encode()]).decode("utf-8", "surrogatepass")
    except (InvalidTag, binascii.Error, ValueError) as error:
        msg = "the identity number does not open: reply_key_file is another one than when it was sealed; put the old key back"
        raise Unreadable(msg) from error


def _cipher(key: bytes) -> AESSIV:
    return AESSIV(hmac.new(key, _LABEL, hashlib.sha256).digest())
