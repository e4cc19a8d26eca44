"""How pushes prove themselves: tokens, basic authentication, signatures; every proof computed here by itself."""

import base64
import hashlib
import hmac
from datetime import datetime, timedelta

import pytest

from adapters.formats.vendor import Post, doubt_at_once, doubt_of
from routing.vendor import Proof
from tests.fakes import ZONE

NOW = datetime(2026, 7, 22, 9, 30, tzinfo=ZONE)
KEY = "a key of the tests"


def doubt(proof: Proof, post: Post, secret: str = KEY, now: datetime = NOW) -> str:
    return doubt_of(proof, secret, post, now)


def post(body: bytes = b'{"id":"c1"}', query: str = "", **headers: str) -> Post:
    return Post({name.replace("_", "-"): value for name, value in headers.items()}, query, body)


@pytest.mark.parametrize(("proof", "shown"), [
    (Proof(kind="token", where="header", name="X-Token"), post(x_token=KEY)),
    (Proof(kind="token", where="header", name="Authorization", prefix="Bearer "), post(authorization=f"Bearer {KEY}")),
    (Proof(kind="token", where="query", name="key"), post(query="key=a%20key+of%20the%20tests")),
    (Proof(kind="token", where="field", name="key"), post(f'{{"key": "{KEY}"}}'.encode())),
    (Proof(kind="token", where="field", name="key"), post(b"key=a+key+of+the+tests&id=1")),
    (Proof(kind="basic"), post(authorization="Basic " + base64.b64encode(KEY.encode()).decode())),
    (Proof(), post(query="token=a+key+of+the+tests")),
    (Proof(), post(authorization=f"bearer {KEY}")),
])
def test_the_right_token_opens_and_another_or_none_does_not(proof: Proof, shown: Post) -> None:
    assert doubt(proof, shown) == ""
    assert doubt(proof, shown, "another key") == "wrong"
    assert doubt(proof, post()) == "missing"


def test_without_a_secret_only_the_proof_none_holds() -> None:
    assert doubt(Proof(), post(), "") == ""
    for kind in ("token", "basic", "signature"):
        assert doubt(Proof(kind=kind, name="x", over="{body}"), post(x="", authorization="Basic "), "") == "wrong"


@pytest.mark.parametrize("encoding", ["hex", "base64"])
@pytest.mark.parametrize("algorithm", ["sha256", "sha1", "md5"])
def test_a_signature_over_the_body_and_the_moment(algorithm: str, encoding: str) -> None:
    body, moment = b'{"id":"c1"}', str(int(NOW.timestamp()))
    digest = hmac.new(KEY.encode(), moment.encode() + b"\n" + body, algorithm).digest()
    shown = digest.hex().upper() if encoding == "hex" else base64.b64encode(digest).decode()
    proof = Proof(kind="signature", name="X-Sign", algorithm=f"hmac-{algorithm}", encoding=encoding, over="{header:X-Time}\n{body}", when="header:X-Time")
    assert doubt(proof, post(body, x_sign=shown, x_time=moment)) == ""
    assert doubt(proof, post(body + b" ", x_sign=shown, x_time=moment)) == "wrong"
    assert doubt(proof, post(body, x_sign=shown, x_time=str(int(moment) + 1))) == "wrong"
    assert doubt(proof, post(body, x_time=moment)) == "missing"
    assert doubt(proof, post(body, x_sign=shown, x_time=moment), now=NOW + timedelta(seconds=301)) == "old"


def test_a_digest_over_sorted_parameters_with_the_secret_behind_them() -> None:
    """The way most vendors of China sign: MD5 over a=1&b=2 and the key, the signature itself and what is empty left out."""
    sign = hashlib.md5(f"a=1&b=张{KEY}".encode(), usedforsecurity=False).hexdigest()
    proof = Proof(kind="signature", where="field", name="sign", algorithm="md5", over="{sorted}{secret}")
    assert doubt(proof, post(f"b=%E5%BC%A0&empty=&sign={sign}&a=1".encode())) == ""
    assert doubt(proof, post(f"b=%E5%BC%A1&empty=&sign={sign}&a=1".encode())) == "wrong"
    in_query = Proof(kind="signature", where="query", name="sign", algorithm="md5", over="{sorted}{secret}")
    assert doubt(in_query, post(b"", f"b=%E5%BC%A0&a=1&sign={sign}")) == ""


def test_a_digest_without_the_secret_is_no_proof() -> None:
    with pytest.raises(ValueError, match="proves nothing"):
        Proof(kind="signature", name="sign", algorithm="md5", over="{body}")


@pytest.mark.parametrize("over", ["{field:x}", "{sorted}", "{query:x}"])
def test_what_no_bytes_make_is_a_wrong_proof_and_no_defect(over: str) -> None:
    """Half a letter, written out in JSON; a query of more fields than anybody reads."""
    half = post(b'{"x": "\\ud83d", "key": "\\ud83d"}', "&" * 6000)
    assert doubt(Proof(kind="token", where="field", name="key"), half) == "wrong"
    assert doubt(Proof(kind="signature", where="field", name="key", algorithm="hmac-md5", over=over), half) == "wrong"
    assert doubt(Proof(kind="token", where="query", name="key"), half) == "missing"


def test_before_the_body_only_what_headers_and_query_say_is_judged() -> None:
    empty = post(b"")
    assert [doubt_at_once(proof, KEY, empty, NOW) for proof in (
        Proof(), Proof(kind="basic"), Proof(kind="token", where="query", name="key"), Proof(kind="signature", name="X-Sign", algorithm="hmac-md5", over="{body}"),
    )] == ["missing"] * 4
    assert doubt_at_once(Proof(kind="token", where="field", name="key"), KEY, empty, NOW) == ""
    assert doubt_at_once(Proof(kind="token", where="field", name="key"), "", empty, NOW) == "wrong"
    assert doubt_at_once(Proof(kind="signature", name="X-Sign", algorithm="hmac-md5", over="{body}"), KEY, post(b"", x_sign="f"), NOW) == ""
    assert doubt_at_once(Proof(kind="basic"), KEY, post(b"", authorization="Basic eA=="), NOW) == "wrong"
