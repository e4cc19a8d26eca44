"""HTTP logins as clients write them: Basic (RFC 7617) and Digest (RFC 7616 with MD5 and SHA-256, RFC 2617), checked by hand-made values.

aiohttp only speaks the client's side of Digest. Nonces are signed, not remembered; what is remembered is how often one was used.
"""

import base64
import binascii
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
import hashlib
import hmac
import re
from typing import Literal

REALM = "hotline-bridge"
ALGORITHMS = {"SHA-256": hashlib.sha256, "MD5": hashlib.md5}     # the better first, as RFC 7616 wants them offered
LIFE = 300                  # seconds a nonce may be used
REMEMBERED = 20_000         # nonces of which the count is kept: a minute of 300 posts a second

_PAIR = re.compile(r'\s*([A-Za-z0-9_*-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]*))\s*(?:,|$)')
_COUNT = re.compile(r"[0-9a-fA-F]{8}")
Standing = Literal["in", "out", "stale"]


def basic_of(header: str) -> tuple[str, str] | None:
    """User and password of an Authorization header; None where it is no Basic."""
    scheme, _, packed = header.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        user, colon, password = base64.b64decode(packed.strip(), validate=True).decode("utf-8", "surrogateescape").partition(":")
    except (binascii.Error, ValueError):
        return None
    return (user, password) if colon else None


def same(one: str, other: str) -> bool:
    """Whether two secrets are the same, in a time that does not tell where they differ."""
    return hmac.compare_digest(one.encode("utf-8", "surrogateescape"), other.encode("utf-8", "surrogateescape"))


def pairs_of(header: str) -> dict[str, str] | None:
    """The parameters of a Digest header; None where it is none, or cannot be read."""
    scheme, _, rest = header.partition(" ")
    if scheme.lower() != "digest" or len(rest) > 4096:
        return None
    found: dict[str, str] = {}
    at = 0
    while at < len(rest):
        pair = _PAIR.match(rest, at)
        if pair is None or pair[1].lower() in found:     # a name twice: who checks the first and who uses the second?
            return None
        found[pair[1].lower()] = re.sub(r"\\(.)", r"\1", pair[2]) if pair[2] is not None else pair[3]
        at = pair.end()
    return found


@dataclass(slots=True)
class Nonces:
    """Nonces as they are given out and come back; `key` signs them, `now` is any clock of seconds that only goes forward."""

    key: bytes
    _given: int = 0
    _used: OrderedDict[str, int] = field(default_factory=OrderedDict)
    _forgotten: float = -1.0        # nonces up to this age are not taken any more: nobody remembers how often they were used

    def fresh(self, now: float) -> str:
        """A nonce that holds from now on; no two are the same."""
        self._given += 1
        return self._signed(f"{int(now * 1000):x}-{self._given:x}")

    def take(self, nonce: str, count: int, now: float) -> bool:
        """Whether this nonce is ours, young enough, and was not used with this count before; it is used up then."""
        made = nonce.partition(".")[0]
        if not same(nonce, self._signed(made)):
            return False
        at = _second(made)
        if not -1 <= now - at <= LIFE or at <= self._forgotten or count <= self._used.get(nonce, 0):
            return False
        self._used[nonce] = count
        while len(self._used) > REMEMBERED:
            self._forgotten = max(self._forgotten, _second(self._used.popitem(last=False)[0].partition(".")[0]))
        return True

    def _signed(self, made: str) -> str:
        return f"{made}.{hmac.new(self.key, made.encode('utf-8', 'surrogateescape'), hashlib.sha256).hexdigest()[:32]}"


def _second(made: str) -> float:
    """When a nonce was given out; it is ours, so it can be read."""
    return int(made.partition("-")[0], 16) / 1000


def challenges(nonce: str, *, stale: bool) -> list[str]:
    """The WWW-Authenticate headers of a 401 by Digest, one for each algorithm."""
    worn = ", stale=true" if stale else ""
    return [f'Digest realm="{REALM}", qop="auth", algorithm={name}, nonce="{nonce}"{worn}' for name in ALGORITHMS]


@dataclass(frozen=True, slots=True)
class Request:
    """What is signed of a request: its method and its target as the client wrote it."""

    method: str
    target: str


def digest_standing(header: str, request: Request, login: tuple[str, str], nonces: Nonces, now: float) -> Standing:
    """Whether a Digest login is right ("in"), wrong ("out"), or right with a nonce that is used up or too old ("stale").

    `qop=auth` is required: without it nothing would tell a repeated login from a new one.
    """
    said = pairs_of(header)
    if said is None or said.get("realm") != REALM or said.get("uri") != request.target or said.get("qop") != "auth" or not _COUNT.fullmatch(said.get("nc", "")):
        return "out"
    expected = _response(said, request, login)
    if expected is None or not same(said.get("username", ""), login[0]) or not same(said.get("response", "").lower(), expected):
        return "out"
    return "in" if nonces.take(said.get("nonce", ""), int(said["nc"], 16), now) else "stale"


def _response(said: Mapping[str, str], request: Request, login: tuple[str, str]) -> str | None:
    """What a client that knows the password answers (RFC 7616 section 3.4.1)."""
    made = ALGORITHMS.get(said.get("algorithm", "MD5").upper())
    if made is None:
        return None

    def hashed(*parts: str) -> str:
        return made(":".join(parts).encode("utf-8", "surrogateescape")).hexdigest()

    nonce, count, own = (said.get(name, "") for name in ("nonce", "nc", "cnonce"))
    return hashed(hashed(login[0], REALM, login[1]), nonce, count, own, "auth", hashed(request.method, request.target))
