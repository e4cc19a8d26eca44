"""Door: other vendors push their calls here, each in its own way; thanked in its own words only after the commit (RFC 9110, RFC 9457).

GET is a push too where the vendor puts everything into the query. Whoever proves nothing is refused and only counted.
"""

import hashlib
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from ipaddress import ip_address
from urllib.parse import parse_qsl, urlencode

from aiohttp import web
import structlog

from adapters.bodies import Bodies
from adapters.formats.vendor import Post, Seen, Told, doubt_at_once, doubt_of, kept_body, seen_in
from routing.calls import Live, LiveCall, Stage
from routing.papers import Unreadable
from routing.telephone import plain
from routing.vendor import Proof, Vendor

log = structlog.get_logger()
PATH = "/api/v1/vendors/{name}"
_STAGES: Mapping[str, Stage] = {"ring": "ringing", "answer": "talking", "end": "ended"}


@dataclass(frozen=True, slots=True)
class VendorPaper:
    """One push, as it is kept."""

    key: str
    body: bytes
    kind: str = "vendor"
    cursor: str = ""


#: Keeps a paper of a source and returns once it is committed; with what is wrong and the cure, in quarantine.
Keep = Callable[[str, VendorPaper, tuple[str, str] | None], Awaitable[object]]
HEAD_KEPT = 64 << 10        # bytes of a body that is too large
TOO_LARGE = "推送内容过大，仅保存了开头 / the push is too large; only its head is kept"
RAISE = "调高 http.largest，或请厂商分条推送 / raise http.largest, or have the vendor push call by call"


@dataclass(frozen=True, slots=True)
class Pusher:
    """A vendor that may push: how its calls read, and its secret ("" where it has none)."""

    vendor: Vendor
    secret: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class VendorPosts:
    """The door's routes for an aiohttp application.

    `keep` keeps a paper and owes its reading; `live` hears of calls that ring; `pushers` gives the vendors as they are set
    now. `refused` counts, by vendor and reason, what was turned away; `turned_away` is told at the 1st, 2nd, 4th, 8th time.
    """

    pushers: Callable[[], Mapping[str, Pusher]]
    keep: Keep
    live: Live
    turned_away: Callable[[str, str, int], None]
    clock: Callable[[], datetime]
    largest: int
    home_area: str = ""
    refused: Counter[tuple[str, str]] = field(default_factory=Counter)
    bodies: Bodies = field(default_factory=Bodies)

    def routes(self) -> list[web.RouteDef]:
        """What to add to the application."""
        return [web.post(PATH, self.push), web.get(PATH, self.push, allow_head=False)]

    async def push(self, request: web.Request) -> web.Response:
        """Take one push."""
        name = request.match_info["name"]
        pusher = self.pushers().get(name)
        if pusher is None:
            return _problem(404, "no vendor of this name pushes here", "look at [intake.vendor.NAME] in the configuration")
        if not _may_come(pusher.vendor, request):
            return self._refuse(name, "address", 403, "this address may not push for the vendor", "add its network to addresses of the vendor's table")
        post = Post({key.lower(): value for key, value in request.headers.items()}, request.rel_url.raw_query_string, b"")
        if doubt := doubt_at_once(pusher.vendor.mapping.proof, pusher.secret, post, self.clock()):
            return self._doubted(name, doubt)       # nobody who proves nothing may fill the memory
        try:
            post = replace(post, body=await self.bodies.take(request, self.largest))
        except web.RequestPayloadError:
            return _problem(400, "the body broke off or is not encoded as its headers say", "send it again, whole", close=True)
        except TimeoutError:
            return self._refuse(name, "slow", 408, f"the body did not come within {self.bodies.patience:g} s", "send it again", close=True)
        return await self._whole(name, pusher, post)

    async def _whole(self, name: str, pusher: Pusher, post: Post) -> web.Response:
        """Take one push whose body is here, as much of it as may be."""
        proof = pusher.vendor.mapping.proof
        if doubt := doubt_of(proof, pusher.secret, post, self.clock()):
            return self._doubted(name, doubt)
        if len(post.body) > self.largest:
            head = replace(post, body=post.body[:HEAD_KEPT])
            await self.keep(f"vendor:{name}", paper_of(head, proof), (TOO_LARGE, RAISE))
            return self._refuse(name, "size", 413, f"the body is over {self.largest} bytes; its head is kept", "send one call a push, without its recording", close=True)
        return await self._taken(name, pusher.vendor, paper_of(post, proof))

    def _doubted(self, name: str, doubt: str) -> web.Response:
        status = 401 if doubt == "missing" else 403
        return self._refuse(name, doubt, status, f"the proof of the push is {doubt}", "compare token_file of the vendor's table with what is set at the vendor")

    async def _taken(self, name: str, vendor: Vendor, paper: VendorPaper) -> web.Response:
        if paper.body:          # some vendors first ask whether anybody is there
            source = f"vendor:{name}"
            await self.keep(source, paper, None)
            if vendor.mapping.events.found is not None:
                self._tell(source, paper, vendor)
        thanks = vendor.thanks
        headers = {"Content-Type": thanks.type}
        return web.Response(status=thanks.status, body=thanks.body.encode(), headers=headers)

    def _tell(self, source: str, paper: VendorPaper, vendor: Vendor) -> None:
        """The board hears of calls that go on; what cannot be read is the reading step's to tell."""
        try:
            for call in live_calls(source, seen_in(paper.body, vendor), self.clock(), self.home_area):
                self.live(call)
        except Unreadable:
            return
        except Exception as error:  # noqa: BLE001 (it is kept: trouble on the board may not cost the thanks)
            log.error("call not shown on the board", source=source, error=type(error).__name__)  # noqa: TRY400 (its words may be a customer's)

    def _refuse(self, name: str, why: str, status: int, detail: str, cure: str, *, close: bool = False) -> web.Response:
        self.refused[name, why] += 1
        times = self.refused[name, why]
        if times & (times - 1) == 0:        # whoever pushes nonsense all day long shall not fill the log
            self.turned_away(name, why, times)
        return _problem(status, detail, cure, close=close)


def live_calls(source: str, seen: Seen, now: datetime, home_area: str) -> list[LiveCall]:
    """The turns of calls that a push tells of; without an event in the mapping nothing is told but ends."""
    return [_live(source, one, stage, now, home_area) for one in seen.told if one.row and (stage := _STAGES.get(one.stage))]


def _live(source: str, told: Told, stage: Stage, now: datetime, home_area: str) -> LiveCall:
    row = told.row or {}
    moments = {"ringing": "t_start", "talking": "t_answer", "ended": "t_end"}
    return LiveCall(
        source, row.get("global_call_id") or row["call_id"], row["call_id"], stage, told.moment(moments[stage]) or now,
        plain(row.get("ani", ""), home_area), row.get("hotline", ""), row.get("agent_no", ""), row.get("queue", ""),
    )


def paper_of(post: Post, proof: Proof) -> VendorPaper:
    """What is kept of a push, and the key under which the same push again is the same: without token, signature and moment."""
    outside = {"token"}
    if proof.where == "query":
        outside.add(proof.name)
    if proof.when.startswith("query:"):
        outside.add(proof.when.partition(":")[2])
    query = post.query
    if outside & {name for name, _ in parse_qsl(query, keep_blank_values=True, encoding="latin-1")}:
        pairs = [(name, value) for name, value in parse_qsl(query, keep_blank_values=True, encoding="latin-1") if name not in outside]
        query = urlencode(pairs, encoding="latin-1", errors="replace")
    body = kept_body(query, post.body)
    return VendorPaper(hashlib.sha256(body).hexdigest(), body)


def _may_come(vendor: Vendor, request: web.Request) -> bool:
    """Whether the push comes from one of the vendor's networks; a server in front of us on this machine is believed."""
    if not vendor.networks:
        return True
    try:
        address = ip_address(request.remote or "")
        if address.is_loopback and (forwarded := request.headers.get("X-Forwarded-For", "")):
            address = ip_address(forwarded.rpartition(",")[2].strip())
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return any((mapped or address) in network for network in vendor.networks)


def _problem(status: int, detail: str, cure: str, *, close: bool = False) -> web.Response:
    """A problem as RFC 9457 describes it."""
    body = {"type": "about:blank", "title": web.Response(status=status).reason, "status": status, "detail": detail, "cure": cure}
    headers = {"Connection": "close"} if close else {}
    if status == 401:
        headers["WWW-Authenticate"] = 'Basic realm="hotline-bridge"'
    return web.json_response(body, status=status, content_type="application/problem+json", headers=headers)
