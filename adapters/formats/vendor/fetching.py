"""What is asked of vendors that push nothing, and what their answers hold: Alibaba Cloud CCC and Huawei Cloud CEC.

Alibaba's signature is ACS3-HMAC-SHA256 (help.aliyun.com, "V3 request structure and signature"); Huawei exchanges key and
secret for a token (tokenByAkSk), which then opens queryCallDetailRecord. Times go in milliseconds at both.
"""

import hashlib
import hmac
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import parse_qsl, quote, urlsplit

from adapters.formats.exchange_text import words

ALGORITHM = "ACS3-HMAC-SHA256"
CCC_VERSION = "2020-07-01"
NO_BODY = hashlib.sha256(b"").hexdigest()
HUAWEI_TOKEN = "/apigovernance/api/oauth/tokenByAkSk"  # noqa: S105 (a path)
HUAWEI_PATH = "/apiaccess/CC-Management/v1/mobileAgent/"
TOKEN_SECONDS = 600
_CODE = re.compile(r"[A-Za-z0-9_.-]{1,60}")
_PORTS = {"http": 80, "https": 443}


class Refusal(OSError):
    """The vendor answered, but not with records: its own code says why."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One request: where to, with which headers, and its body."""

    url: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class Leaf:
    """One page of an answer: how many records there are in all, and those on it."""

    total: int
    records: Sequence[Mapping[str, object]]


@dataclass(frozen=True, slots=True)
class Span:
    """What is asked for: calls that began between two moments, and which page of them, counted from 0."""

    start: datetime
    end: datetime
    page: int
    size: int


def aliyun_asked(base: str, user: str, secret: str, action: str, span: Span, *, now: datetime, nonce: str) -> Asked:  # noqa: PLR0913 (what a signature is over)
    """A signed request for a page of calls. Parameters that stand in `base` (InstanceId) go with it."""
    parts = urlsplit(base)
    params = dict(parse_qsl(parts.query)) | {
        "StartTime": str(_ms(span.start)), "EndTime": str(_ms(span.end)), "PageNumber": str(span.page + 1), "PageSize": str(span.size), "SortOrder": "ASC",
    }
    query = "&".join(f"{_quoted(name)}={_quoted(value)}" for name, value in sorted(params.items()))
    path = parts.path or "/"
    headers = {
        "host": host_of(base), "x-acs-action": action, "x-acs-content-sha256": NO_BODY,
        "x-acs-date": now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"), "x-acs-signature-nonce": nonce, "x-acs-version": CCC_VERSION,
    }
    signed = acs3(user, secret, "POST", path, query, headers)
    return Asked(f"{parts.scheme}://{parts.netloc}{path}?{query}", {**headers, "Authorization": signed})


def acs3(user: str, secret: str, method: str, path: str, query: str, headers: Mapping[str, str]) -> str:
    """The Authorization header over a request whose query is canonical already and whose body's hash stands in its headers."""
    names = sorted(headers)
    signed = ";".join(names)
    lines = "".join(f"{name}:{headers[name].strip()}\n" for name in names)
    canonical = f"{method}\n{path}\n{query}\n{lines}\n{signed}\n{headers['x-acs-content-sha256']}"
    text = f"{ALGORITHM}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    signature = hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()
    return f"{ALGORITHM} Credential={user},SignedHeaders={signed},Signature={signature}"


def huawei_token_asked(base: str, user: str, secret: str) -> Asked:
    """The request for a token."""
    body = json.dumps({"app_key": user, "app_secret": secret}).encode()
    return Asked(_joined(base, HUAWEI_TOKEN), {"Content-Type": "application/json", "X-Token-Expire": str(TOKEN_SECONDS)}, body)


def huawei_asked(base: str, user: str, token: str, action: str, span: Span) -> Asked:
    """The request for a page of calls."""
    body = {
        "startTime": str(_ms(span.start)), "endTime": str(_ms(span.end)), "offset": str(span.page * span.size), "limit": str(span.size),
        "taskType": "0", **dict(parse_qsl(urlsplit(base).query)),
    }
    headers = {"Content-Type": "application/json", "X-APP-Key": user, "Authorization": f"Bearer {token}"}
    return Asked(_joined(base, HUAWEI_PATH + action), headers, json.dumps(body).encode())


def aliyun_leaf(answer: bytes) -> Leaf:
    """The records in an answer; Refusal where its code is not OK."""
    found = _object(answer)
    if str(found.get("Code", "")) != "OK":
        raise Refusal(f"the vendor answers {_code(found.get('Code'))} instead of records")
    listed = _table(found.get("Data"))
    return Leaf(_count(listed.get("TotalCount")), _records(listed.get("List")))


def huawei_token(answer: bytes) -> tuple[str, int]:
    """The token and how many seconds it lasts; Refusal where there is none."""
    found = _object(answer)
    token = found.get("AccessToken")
    if not isinstance(token, str) or not token.isprintable() or not token:
        raise Refusal(f"no token is given: {_code(found.get('retCode') or found.get('resultCode'))}")
    return token, _count(found.get("Expires")) or TOKEN_SECONDS


def huawei_leaf(answer: bytes) -> Leaf:
    """The records in an answer; Refusal where its code is not 0."""
    found = _object(answer)
    if str(found.get("retCode", "")) != "0":
        raise Refusal(f"the vendor answers {_code(found.get('retCode'))} instead of records")
    listed = _table(found.get("result"))
    return Leaf(_count(listed.get("total")), _records(listed.get("callInfo")))


def host_of(url: str) -> str:
    """The Host header of this address: its port only where it is not the scheme's own."""
    parts = urlsplit(url)
    port = parts.port
    return parts.hostname or "" if port in {None, _PORTS.get(parts.scheme)} else f"{parts.hostname}:{port}"


def _joined(base: str, path: str) -> str:
    parts = urlsplit(base)
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}{path}"


def _quoted(text: str) -> str:
    return quote(text, safe="-_.~")


def _ms(at: datetime) -> int:
    return int(at.timestamp() * 1000)


def _object(answer: bytes) -> Mapping[str, object]:
    try:
        found = json.loads(words(answer), strict=False)
    except (ValueError, RecursionError):
        raise Refusal("the vendor's answer is no JSON; is pull_url right?") from None
    return _table(found)


def _table(found: object) -> Mapping[str, object]:
    return found if isinstance(found, dict) else {}


def _records(found: object) -> Sequence[Mapping[str, object]]:
    if isinstance(found, dict):         # some answers wrap the list by the name of what is in it
        found = next((inner for inner in found.values() if isinstance(inner, list)), [])
    listed: Iterable[object] = found if isinstance(found, list) else []
    return [one for one in listed if isinstance(one, dict)]


def _count(found: object) -> int:
    text = str(found)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _code(found: object) -> str:
    text = str(found)
    return text if _CODE.fullmatch(text) else "something unknown"
