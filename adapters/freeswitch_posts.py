"""Door: FreeSWITCH posts its call records here, as mod_json_cdr and mod_xml_cdr do (RFC 9110, 7617, 7616, 2617).

The modules wait without a timeout, take no redirect, and what is refused is written to their disk or lost. So whoever may
post is thanked as soon as the bytes are committed, whatever they are; who cannot post hears why.
"""

import hashlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from aiohttp import web

from adapters.bodies import Bodies
from adapters.formats.cdr.freeswitch_post import bare_of, is_xml, key_of
from adapters.formats.http_login import REALM, Nonces, Request, basic_of, challenges, digest_standing, same
from routing.papers import Unreadable

PATH = "/api/v1/exchanges/{name:[A-Za-z0-9._-]{1,40}}/cdr"
KIND = "cdr-post"
HEAD_KEPT = 64 << 10        # bytes of a body that is too large; the rest is not read
LOOK = "看原件；若为话单，请核对模块的 encode 设置 / look at the original; if it is a telephone record, compare the module's encode with docs/telephony.md"
TOO_LARGE = "话单超过 http.largest，仅保存了开头 / the record is over http.largest; only its head is kept"
RAISE = "调大 http.largest，或在交换机上查看该通话 / raise http.largest, or look the call up at the exchange"
CURE = "write user:password of this exchange into cred, and basic or digest into auth-scheme, see docs/telephony.md"


@dataclass(frozen=True, slots=True)
class Posted:
    """What was posted, to be kept under its key; a paper that came before under the same key is the same."""

    key: str
    body: bytes = field(repr=False)
    kind: str = KIND
    cursor: str = ""


@dataclass(frozen=True, slots=True)
class Switch:
    """An exchange that may post: its name, how it logs in."""

    name: str
    auth: Literal["basic", "digest", "none"]
    user: str = ""
    password: str = field(default="", repr=False)


#: Keeps a paper of a source and returns its number once it is committed; with what is wrong and the cure, in quarantine.
Keep = Callable[[str, Posted, tuple[str, str] | None], Awaitable[int]]


@dataclass(frozen=True, slots=True)
class FreeswitchPosts:
    """The door's route for an aiohttp application; `clock` is any clock of seconds that only goes forward."""

    switches: Mapping[str, Switch]
    keep: Keep
    largest: int
    nonces: Nonces
    clock: Callable[[], float]
    bodies: Bodies = field(default_factory=Bodies)

    def routes(self) -> list[web.RouteDef]:
        """What to add to the application."""
        return [web.post(PATH, self.post)] if self.switches else []

    async def post(self, request: web.Request) -> web.Response:
        """Take one leg: 202, or 200 where only that is thanks; 401, 404, 408, 413 and 400 where it was not taken."""
        switch = self.switches.get(request.match_info["name"])
        if switch is None:
            return _said(404, {"detail": "no [[freeswitch]] of this name is configured", "cure": "correct the url of the module, or the name in the configuration"})
        if refused := self._refused(request, switch):
            return refused
        try:
            body = await self.bodies.take(request, self.largest)
        except (web.RequestPayloadError, TimeoutError) as error:
            status, detail = (408, f"the body did not come within {self.bodies.patience:g} s") if isinstance(error, TimeoutError) else (400, "the body broke off")
            return _said(status, {"detail": detail, "cure": "it is posted again by retries, or lies in err-log-dir"}, {"Connection": "close"})
        if len(body) > self.largest:
            number = await self._aside(switch, body[:HEAD_KEPT], TOO_LARGE, RAISE)
            return _said(413, {"detail": f"the record is over {self.largest} bytes; its head is kept", "cure": "raise http.largest", "quarantine": number}, {"Connection": "close"})
        return await self._taken(switch, body)

    async def _taken(self, switch: Switch, body: bytes) -> web.Response:
        try:
            bare = bare_of(body)
        except Unreadable as error:
            return _said(200, {"quarantine": await self._aside(switch, body, str(error), LOOK)})     # thanked, or it would come for ever
        number = await self.keep(f"freeswitch:{switch.name}", Posted(key_of(bare), body), None)
        return web.Response(text=f'{{"paper": {number}}}', status=200 if is_xml(bare) else 202, content_type="application/json")

    async def _aside(self, switch: Switch, body: bytes, trouble: str, remedy: str) -> int:
        key = f"unusable:{hashlib.sha256(body).hexdigest()}"
        return await self.keep(f"freeswitch:{switch.name}", Posted(key, body), (trouble, remedy))

    def _refused(self, request: web.Request, switch: Switch) -> web.Response | None:
        """The answer to one who has not shown who they are; None where they have, or need not."""
        if switch.auth == "none":
            return None
        said, now = request.headers.get("Authorization", ""), self.clock()
        if switch.auth == "basic":
            login = basic_of(said)
            right = login is not None and (same(login[0], switch.user) & same(login[1], switch.password))
            return None if right else _unknown([f'Basic realm="{REALM}", charset="UTF-8"'])
        standing = digest_standing(said, Request(request.method, request.raw_path), (switch.user, switch.password), self.nonces, now)
        return None if standing == "in" else _unknown(challenges(self.nonces.fresh(now), stale=standing == "stale"))


def _unknown(asked: list[str]) -> web.Response:
    answer = _said(401, {"detail": "user or password is missing or wrong", "cure": CURE})
    for challenge in asked:
        answer.headers.add("WWW-Authenticate", challenge)
    return answer


def _said(status: int, told: Mapping[str, object], headers: Mapping[str, str] | None = None) -> web.Response:
    """An answer in words; as RFC 9457 describes it where something is wrong."""
    wrong = status >= 400
    body = {"type": "about:blank", "title": web.Response(status=status).reason, "status": status, **told} if wrong else told
    return web.json_response(body, status=status, headers=dict(headers or {}), content_type="application/problem+json" if wrong else "application/json")
