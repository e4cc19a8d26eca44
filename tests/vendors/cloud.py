"""Two vendors' clouds on this machine: they check what is signed by a computation of their own, and answer by the page."""

import hashlib
import hmac
import json
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import unquote

from aiohttp import web

USER, SECRET = "an-access-key", "a secret of the tests"


def began(record: dict) -> int:
    return int(record.get("StartTime") or record.get("startTime") or 0)


@dataclass
class Cloud:
    """What lies there, what was asked, and what goes wrong next."""

    records: list[dict] = field(default_factory=list)
    asked: list[dict] = field(default_factory=list)
    troubles: list[web.Response] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)
    nonces: list[str] = field(default_factory=list)

    def app(self) -> web.Application:
        app = web.Application()
        app.add_routes([
            web.post("/", self.aliyun), web.post("/apigovernance/api/oauth/tokenByAkSk", self.token),
            web.post("/apiaccess/CC-Management/v1/mobileAgent/queryCallDetailRecord", self.huawei),
        ])
        return app

    def _found(self, start: int, end: int) -> list[dict]:
        return sorted((one for one in self.records if start <= began(one) <= end), key=began)

    async def aliyun(self, request: web.Request) -> web.Response:
        if self.troubles:
            return self.troubles.pop(0)
        if wrong := _forged(request):
            return web.json_response({"Code": wrong}, status=403)
        self.nonces.append(request.headers["x-acs-signature-nonce"])
        asked = {**request.query, "action": request.headers["x-acs-action"], "version": request.headers["x-acs-version"]}
        self.asked.append(asked)
        found = self._found(int(asked["StartTime"]), int(asked["EndTime"]))
        page, size = int(asked["PageNumber"]), int(asked["PageSize"])
        total = len(found) if page == 1 else 0          # as documented: the first page alone tells it
        return web.json_response({"Code": "OK", "HttpStatusCode": 200, "Data": {"TotalCount": total, "PageNumber": page, "PageSize": size, "List": found[(page - 1) * size:page * size]}})

    async def token(self, request: web.Request) -> web.Response:
        key = await request.json()
        if (key["app_key"], key["app_secret"]) != (USER, SECRET):
            return web.json_response({"resultCode": "0205", "resultDesc": "13800000001"}, status=401)
        self.tokens.append(f"token-{len(self.tokens) + 1}")
        return web.json_response({"AccessToken": self.tokens[-1], "ApplyType": "Bearer", "Expires": "600"})

    async def huawei(self, request: web.Request) -> web.Response:
        if self.troubles:
            return self.troubles.pop(0)
        if not self.tokens or request.headers.get("Authorization") != f"Bearer {self.tokens[-1]}" or request.headers.get("X-APP-Key") != USER:
            return web.json_response({"retCode": "401"}, status=401)
        asked = await request.json()
        self.asked.append(asked)
        found = self._found(int(asked["startTime"]), int(asked["endTime"]))
        at = int(asked["offset"])
        return web.json_response({"result": {"total": len(found), "callInfo": found[at:at + int(asked["limit"])]}, "retCode": "0", "retMsg": "ok"})


def _forged(request: web.Request) -> str:
    """What is wrong with a request's ACS3-HMAC-SHA256 signature, computed from the bytes on the wire."""
    header = request.headers.get("Authorization", "")
    scheme, _, rest = header.partition(" ")
    parts = dict(part.split("=", 1) for part in rest.split(","))
    names = parts["SignedHeaders"].split(";")
    must = {"host", *(name.lower() for name in request.headers if name.lower().startswith("x-acs-"))}
    if scheme != "ACS3-HMAC-SHA256" or parts["Credential"] != USER or set(names) < must or names != sorted(names):
        return "InvalidAccessKeyId"
    path, _, query = request.raw_path.partition("?")
    if query.split("&") != sorted(query.split("&"), key=lambda pair: unquote(pair.split("=")[0])):
        return "QueryNotSorted"
    lines = "\n".join(f"{name}:{request.headers[name].strip()}" for name in names)
    canonical = "\n".join([request.method, path, query, lines, "", ";".join(names), hashlib.sha256(b"").hexdigest()])
    text = "ACS3-HMAC-SHA256\n" + hashlib.sha256(canonical.encode()).hexdigest()
    wanted = hmac.new(SECRET.encode(), text.encode(), "sha256").hexdigest()
    return "" if hmac.compare_digest(wanted, parts["Signature"]) else "SignatureDoesNotMatch"


def ms(at: datetime) -> int:
    return int(at.timestamp() * 1000)


def body_of(paper: object) -> dict:
    return json.loads(paper.body)  # type: ignore[attr-defined]
