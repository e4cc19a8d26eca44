"""A ticket for the player: a page and a sound cannot send a header, so for ten minutes their address says who asks (P-6).

It is for one case and one person, sealed with the bank's own key, and only as good as that person's token: who is taken out of
`people` has none.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from hotline_bridge.console.door import Visitor

GOOD_FOR = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Shown:
    """A genuine ticket: whose, for which case, and until when it opens anything new."""

    visitor: Visitor
    number: str
    until: datetime


def issue(visitor: Visitor, number: str, now: datetime, key: bytes) -> str:
    """A ticket for this person and this case."""
    until = int((now + GOOD_FOR).timestamp())
    body = json.dumps([visitor.name, number, until, visitor.token_sha256[:16]], ensure_ascii=False, separators=(",", ":")).encode()
    return f"{_text(body)}.{_text(_seal(body, key))}"


def shown(ticket: str, visitors: Collection[Visitor], key: bytes) -> Shown | None:
    """Whose ticket it is; None where it is forged, damaged, or of somebody who may not come in any more."""
    body, _, seal = ticket.partition(".")
    try:
        said, sealed = (base64.urlsafe_b64decode(part.encode("ascii") + b"==") for part in (body, seal))
    except ValueError:
        return None
    if not hmac.compare_digest(sealed, _seal(said, key)):
        return None
    name, number, until, token = json.loads(said)
    visitor = next((one for one in visitors if one.name == name and one.token_sha256[:16] == token), None)
    return Shown(visitor, number, datetime.fromtimestamp(until, UTC)) if visitor else None


def _seal(body: bytes, key: bytes) -> bytes:
    own = hmac.digest(key, b"hotline-bridge: ticket of the player", hashlib.sha256)      # no seal of an address can be taken for one of these
    return hmac.digest(own, body, hashlib.sha256)


def _text(body: bytes) -> str:
    return base64.urlsafe_b64encode(body).rstrip(b"=").decode()
