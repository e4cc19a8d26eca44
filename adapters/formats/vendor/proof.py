"""Whether a push comes from whom it says: a token, a user and password, or a signature over named parts (constant time)."""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from adapters.formats.cdr.dates import moment_of
from adapters.formats.vendor.body import pairs_of, tree_of
from routing.papers import Unreadable
from routing.vendor import Proof, signed_parts

MISSING, WRONG, OLD = "missing", "wrong", "old"


@dataclass(frozen=True, slots=True)
class Post:
    """A push as it arrived: headers by lower-case name, the raw query, the body."""

    headers: Mapping[str, str]
    query: str
    body: bytes = field(repr=False)

    def said(self, where: str, name: str) -> str:
        """The header, parameter or field of this name, "" where there is none."""
        if where == "header":
            return self.headers.get(name.lower(), "")
        found = self.parameters().get(name) if where == "query" else self.fields().get(name)
        return str(found) if isinstance(found, str | int) and not isinstance(found, bool) else ""

    def parameters(self) -> Mapping[str, object]:
        """The parameters of the query; of one that cannot be read, none."""
        try:
            return pairs_of(self.query)
        except Unreadable:
            return {}

    def fields(self) -> Mapping[str, object]:
        """The fields at the top of the body; of a GET those of its query."""
        try:
            found = tree_of(self.body) if self.body.strip() else self.parameters()
        except Unreadable:
            return {}
        return found if isinstance(found, dict) else {}


def doubt_of(proof: Proof, secret: str, post: Post, now: datetime) -> str:
    """"" where the push proves itself; else "missing", "wrong" or "old". Without a secret only the proof "none" holds.

    Where the mapping asks for none but a secret is set, it is expected as the parameter or header `token`, or as a bearer token.
    """
    if proof.kind == "none":
        return _token(secret, _any_token(post)) if secret else ""
    if not secret:
        return WRONG
    if proof.kind == "basic":
        wanted = base64.b64encode(secret.encode()).decode()
        return _token(wanted, post.said("header", "authorization").partition(" ")[2].strip())
    shown = post.said(proof.where, proof.name)
    if proof.prefix and not shown.startswith(proof.prefix):
        return WRONG if shown else MISSING
    shown = shown.removeprefix(proof.prefix).strip()
    if proof.kind == "token":
        return _token(secret, shown)
    return _signature(proof, secret, shown, post) or _age(proof, post, now)


def doubt_at_once(proof: Proof, secret: str, post: Post, now: datetime) -> str:
    """What headers and query alone say against a push, before its body is there; "" where the body has to be seen."""
    if proof.kind not in {"none", "basic"} and secret:
        if proof.where == "field":
            return ""
        if proof.kind == "signature":
            return "" if post.said(proof.where, proof.name) else MISSING
    return doubt_of(proof, secret, post, now)


def _any_token(post: Post) -> str:
    bearer = post.said("header", "authorization")
    return post.said("query", "token") or post.said("header", "token") or (bearer[7:].strip() if bearer[:7].lower() == "bearer " else "")


def _token(wanted: str, shown: str) -> str:
    if not shown:
        return MISSING
    return "" if hmac.compare_digest(wanted.encode(), _bytes(shown)) else WRONG


def _bytes(text: str) -> bytes:
    """The bytes a text came as; of what no bytes make (half a letter, written out in JSON) those that stand for it."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")


def _signature(proof: Proof, secret: str, shown: str, post: Post) -> str:
    if not shown:
        return MISSING
    wanted = signature_of(proof, secret, post)
    if proof.encoding == "hex":
        wanted, shown = wanted.lower(), shown.lower()       # vendors write hexadecimal digits in both cases
    return _token(wanted, shown)


def signature_of(proof: Proof, secret: str, post: Post) -> str:
    """The signature this push must bear."""
    text = b"".join(_part(proof, secret, post, kind, name) for kind, name in signed_parts(proof.over))
    name = proof.algorithm.removeprefix("hmac-")
    if proof.algorithm.startswith("hmac-"):
        digest = hmac.new(secret.encode(), text, name).digest()
    else:
        digest = hashlib.new(name, text, usedforsecurity=False).digest()    # the vendor's choice, not ours
    return digest.hex() if proof.encoding == "hex" else base64.b64encode(digest).decode()


def _part(proof: Proof, secret: str, post: Post, kind: str, name: str) -> bytes:
    if kind == "body":
        return post.body
    if kind == "sorted":
        return _bytes(_sorted(proof, post))
    plain = {"": name, "secret": secret}
    if kind in plain:
        return plain[kind].encode()
    return _bytes(post.said(kind, name) if name else post.query)


def _sorted(proof: Proof, post: Post) -> str:
    """Every parameter and field but the signature and empty ones, by name: `a=1&b=2`."""
    fields = {name: value for name, value in post.fields().items() if isinstance(value, str | int) and not isinstance(value, bool)}
    every = {**post.parameters(), **fields}
    return "&".join(f"{name}={value}" for name, value in sorted(every.items()) if name != proof.name and value not in {"", None} and isinstance(value, str | int))


def _age(proof: Proof, post: Post, now: datetime) -> str:
    """A signature that was caught on the wire is no good for ever."""
    if not proof.when:
        return ""
    where, _, name = proof.when.partition(":")
    try:
        at = moment_of(post.said(where, name), ZoneInfo("Asia/Shanghai"))
    except ValueError:
        return WRONG
    return OLD if at is None or abs(now - at) > timedelta(seconds=proof.within) else ""
