"""Recordings at the people's API: who may hear one hears it, and how much of it truly played is kept (P-6, P-9.1)."""

import asyncio
import base64
import hashlib
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files
from typing import Any

import structlog
from aiohttp import web

from adapters.formats.sound import HEAD, sound_of
from hotline_bridge import recorded, views
from hotline_bridge.console import tickets
from hotline_bridge.console.door import Entrance, Page, Visitor, as_json, body_of, leaf_of, next_of, number_of, query_of, yes
from hotline_bridge.console.sound import PRIVATE, Sound, send
from hotline_bridge.console.trouble import problem
from hotline_bridge.recorded import CALLED
from hotline_bridge.sighting import by_hand, look, unfetched
from hotline_bridge.steps.listening import SILENCE, begin, going_on, own, played
from hotline_bridge.steps.recording import look_again
from hotline_bridge.store.recordings import CHANGED, STATES, THERE, Kept
from hotline_bridge.store.tx import Tx
from routing.case import Case
from routing.errors import RuleError
from routing.hearing import MOST_PARTS
from routing.papers import Unreadable

log = structlog.get_logger()
HEARERS = ("reviewer", "desk", "seat")          # a seat their own calls alone; an auditor sees who listened, not what was said
_AT = "/api/v1/cases/{number}/recording"
_SUFFIX = re.compile(r"\.[A-Za-z0-9]{1,5}$", re.ASCII)
_PAGE = files("hotline_bridge.console").joinpath("player.html").read_text(encoding="utf-8")


def _hash_of(tag: str) -> str:
    inside = re.search(rf"<{tag}>(.*)</{tag}>", _PAGE, re.DOTALL)
    assert inside is not None
    return base64.b64encode(hashlib.sha256(inside[1].encode()).digest()).decode()


#: Nothing but this page's own script and style, this server's sound, and reports to this server.
POLICY = (
    f"default-src 'none'; script-src 'sha256-{_hash_of('script')}'; style-src 'sha256-{_hash_of('style')}'; style-src-attr 'unsafe-inline'; media-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


@dataclass(frozen=True, slots=True)
class RecordingRoutes:
    """The routes about recordings."""

    entrance: Entrance

    def routes(self) -> list[web.RouteDef]:
        """What to add to the application."""
        admit = self.entrance.admit
        return [
            web.get("/api/v1/recordings", admit(("desk", "supervisor", "auditor"), self.list)),
            web.get(_AT, self._hearer(self.sound)),
            web.get(_AT + "/player", self._hearer(self.player)),
            web.post(_AT + "/tickets", admit(HEARERS, self.ticket)),
            web.post(_AT + "/look", admit(("desk", "reviewer"), self.look)),
            web.get(_AT + "/listenings", admit(("reviewer", "desk", "supervisor", "auditor"), self.listened)),
            web.post(_AT + "/listenings", self._hearer(self.open)),
            web.post(_AT + "/listenings/{id:[0-9]{1,18}}", self._hearer(self.report)),
        ]

    # looking ----------------------------------------------------------------------------------
    async def list(self, request: web.Request, visitor: Visitor) -> web.Response:
        """Recordings and how they stand, newest first; `state` where only some are wanted. Names hidden from who need not know callers (P-6)."""
        asked, leaf, rules = query_of(request, "state"), leaf_of(request), self.entrance.house.rules
        states = states_of(asked["state"])
        found, counts = await self.entrance.house.store.read(lambda tx: (tx.recordings.select(states, leaf.reach), tx.recordings.counts()))
        shown, following = leaf.cut(found)
        zone = rules.pack(rules.default_pack).zone
        rows = [views.recording(one, zone) for one in shown]
        rows = [views.hidden(row) for row in rows] if visitor.masked else rows
        return as_json({"recordings": rows, "counts": counts, "next": next_of(request, leaf, following)})

    async def listened(self, request: web.Request, _visitor: Visitor) -> web.Response:
        """Who listened to the recordings of a case, when, and how many seconds truly played (P-6)."""
        query_of(request)
        number, house = number_of(request), self.entrance.house
        case, rows = await house.store.read(lambda tx: ((case := tx.cases.by_number(number)), tx.listenings.of_case(case.id) if case else []))
        if case is None:
            return _no_case(number)
        zone = house.rules.pack(case.pack).zone
        return as_json({"case_number": case.number, "listenings": [views.listening(one, zone) for one in rows]})

    async def look(self, request: web.Request, visitor: Visitor) -> web.Response:
        """Look for the recording of a case again, now."""
        number = number_of(request)
        await body_of(request)
        return await self.entrance.decide(number, visitor, lambda tx, now, rules: look_again(tx, number, visitor.name, now, rules))

    # hearing ------------------------------------------------------------------------------------
    async def ticket(self, request: web.Request, visitor: Visitor) -> web.Response:
        """A link to the player, good for ten minutes, for this person and this case."""
        await body_of(request)
        case = await self._case(number_of(request), visitor)
        if isinstance(case, web.Response):
            return case
        now, key = self.entrance.house.clock(), self.entrance.house.rules.identity.reply_key
        ticket = tickets.issue(visitor, case.number, now, key)
        path = request.path.removesuffix("/tickets")
        zone = self.entrance.house.rules.pack(case.pack).zone
        return as_json({"ticket": ticket, "player": f"{path}/player?ticket={ticket}", "until": (now + tickets.GOOD_FOR).astimezone(zone).isoformat(timespec="seconds")})

    async def player(self, _request: web.Request, _visitor: Visitor) -> web.Response:
        """The page that plays a recording and reports what played."""
        return web.Response(text=_PAGE, content_type="text/html", headers={**PRIVATE, "Content-Security-Policy": POLICY, "X-Frame-Options": "DENY"})

    async def open(self, request: web.Request, visitor: Visitor) -> web.Response:
        """Begin to listen: the file is hashed again first, whatever its size; {"recording": id} where a case has several."""
        said, case = await body_of(request, "recording"), await self._case(number_of(request), visitor)
        if isinstance(case, web.Response):
            return case
        which = _id_of(said)
        meant = await self.entrance.house.store.read(lambda tx: _which(tx, case, which, visitor))
        listening, kept, sha256 = await self._begun(case, visitor, meant)
        plays = await asyncio.to_thread(self._plays, kept)
        return as_json({
            "id": listening, "case_number": case.number, "recording": kept.id, "seconds": kept.seconds, "sha256": sha256, "changed": kept.state == CHANGED,
            "as": "" if plays and kept.seconds is not None else "wav",
        })

    async def report(self, request: web.Request, visitor: Visitor) -> web.Response:
        """What played so far: {"played": [[from, to], …] in seconds, "ended": true|false}; answers with the seconds that count."""
        said, listening = await body_of(request, "played", "ended"), int(request.match_info["id"])
        parts, ended = _parts_of(said), yes(said, "ended", default=False)
        house, number = self.entrance.house, number_of(request)
        now = house.clock()
        seconds = await house.store.run(lambda tx: played(tx, listening, visitor.name, parts, now, ended=ended))
        house.desk_bell.ring()
        if ended:
            log.info("recording heard", case=number, who=visitor.name, listening=listening, seconds=seconds)
        return as_json({"id": listening, "seconds": seconds})

    async def sound(self, request: web.Request, visitor: Visitor) -> web.StreamResponse:
        """The sound, whole or a range; `as=wav` as every browser plays it. Without `listening` this request is one of its own."""
        asked, house = query_of(request, "listening", "as", "id", "ticket"), self.entrance.house
        case = await self._case(number_of(request), visitor)
        if isinstance(case, web.Response):
            return case
        if asked["as"] not in {"", "wav"}:
            raise RuleError("as must be wav, or not there")
        opened = await self._listening(request, asked, case, visitor)
        kept = opened[1]
        try:
            sound = await self._opened(case, kept, opened[2], wav=asked["as"] == "wav")
        except Unreadable as error:
            return problem(415, str(error), "leave as=wav away to get the file as it is")
        except (OSError, ValueError) as error:
            return problem(409, f"the recording cannot be read now ({type(error).__name__})", "`recordings look NUMBER` says why")
        log.info("recording sent", case=case.number, who=visitor.name, listening=opened[0])
        return await send(request, sound, house, opened[0])

    # the parts of it ----------------------------------------------------------------------------
    async def _listening(self, request: web.Request, asked: Mapping[str, str], case: Case, visitor: Visitor) -> tuple[int | None, Kept, str]:
        """The listening these bytes belong to, its recording, and the hash of the bytes; HEAD is none."""
        house = self.entrance.house
        if re.fullmatch("[0-9]{1,18}", asked["listening"]):
            listening, now = int(asked["listening"]), house.clock()
            one = await house.store.read(lambda tx: own(tx, listening, visitor.name, now))
            kept = await house.store.read(lambda tx: tx.recordings.get(one.recording))
            if one.case != case.id or kept is None:
                raise RuleError(f"listening {listening} is of another case")
            return one.id, kept, one.sha256
        kept = await house.store.read(lambda tx: _which(tx, case, asked["id"], visitor))
        if request.method == "HEAD":
            return None, *await self._seen(case, kept)
        now = house.clock()
        open_ = await house.store.read(lambda tx: going_on(tx, case.id, kept.id, visitor.name, now))
        return (open_.id, kept, open_.sha256) if open_ is not None else await self._begun(case, visitor, kept, join=True)

    async def _begun(self, case: Case, visitor: Visitor, kept: Kept, *, join: bool = False) -> tuple[int, Kept, str]:
        """See that it is there, and still the same; then the listening begins, or (`join`) the one that goes on does."""
        again, sha256 = await self._seen(case, kept)
        house, now = self.entrance.house, self.entrance.house.clock()

        def decide(tx: Tx) -> int:
            one = going_on(tx, case.id, kept.id, visitor.name, now) if join else None
            return one.id if one is not None else begin(tx, case.id, kept.id, visitor.name, sha256, now)

        return await house.store.run(decide), again, sha256

    async def _seen(self, case: Case, kept: Kept) -> tuple[Kept, str]:
        """The recording as it lies there now, with its hash of this moment; RuleError where there is nothing to hear."""
        house, now = self.entrance.house, self.entrance.house.clock()
        if unfetched(kept):         # nobody looks, so nothing is written down
            raise RuleError(_nothing(case, kept, CALLED[kept.state]))
        what = await look(house.store, house.archive, kept, now)
        if what.closed:
            raise RuleError(f"the recording cannot be read by the bridge ({what.trouble}); ask the operator to open it to the service's user")
        again = await house.store.run(lambda tx: by_hand(tx, kept.id, what, now))
        house.desk_bell.ring()
        heard = again.state in {THERE, CHANGED}
        if what.found is None or not heard:       # said only now: what was found is written down
            raise RuleError(_nothing(case, again, "此刻取不到" if heard else CALLED[again.state]))
        return again, what.found.sha256

    async def _opened(self, case: Case, kept: Kept, sha256: str, *, wav: bool) -> Sound:
        """The file, or the copy of it that browsers play."""
        house = self.entrance.house
        file = await asyncio.to_thread(self._file, kept)
        suffix = (_SUFFIX.search(kept.reference.partition("?")[0]) or [".bin"])[0].lower()
        if not wav:
            return Sound(file, f'"{sha256}"', kept.media.partition(";")[0] or "application/octet-stream", f"{case.number}{suffix}", kept.seconds or 0.0)
        with file:
            assert house.archive is not None
            path = await house.archive.wav(file, sha256, kept.media.partition("codec=")[2])
        copy = await asyncio.to_thread(path.open, "rb")
        seconds = sound_of(copy.peek(HEAD)[:HEAD], path.stat().st_size).seconds or 0.0
        if kept.seconds is None:
            await house.store.run(lambda tx: tx.recordings.change(kept.id, seconds=seconds))
        return Sound(copy, f'"{sha256}-wav"', "audio/wav", f"{case.number}.wav", seconds)

    def _file(self, kept: Kept) -> Any:  # noqa: ANN401 (a buffered file)
        house = self.entrance.house
        if kept.blob is not None:
            return house.store.blobs.open(kept.blob)
        if house.archive is None:
            raise FileNotFoundError
        return house.archive.open(kept.reference)

    def _plays(self, kept: Kept) -> bool:
        with self._file(kept) as file:
            head = file.read(HEAD)
        try:
            return sound_of(head, kept.size, kept.reference.partition("?")[0]).plays
        except Unreadable:
            return False

    async def _case(self, number: str, visitor: Visitor) -> Case | web.Response:
        """The case, where this person may hear its calls; a seat those they took themselves, as the exchange tells it (P-6)."""
        case, some = await self.entrance.house.store.read(lambda tx: (
            (case := tx.cases.by_number(number)), case is not None and (_hears_all(visitor) or bool(_heard_by(tx, case, visitor)))
        ))
        if case is None:
            return _no_case(number)
        if not some:
            return problem(403, f"{visitor.name} may hear the recordings of their own calls only", "ask the desk or a reviewer")
        return case

    # who comes with a ticket ---------------------------------------------------------------------
    def _hearer(self, page: Page) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        """Let in by token, or by a ticket for this very case."""
        admitted = self.entrance.admit(HEARERS, page)

        async def guarded(request: web.Request) -> web.StreamResponse:
            if "ticket" not in request.query:
                return await admitted(request)
            visitor = await self._ticketed(request)
            if visitor is None:
                return problem(401, "the ticket is over, or of another case", "POST …/recording/tickets gives a new one")
            try:
                return await page(request, visitor)
            except RuleError as error:
                return problem(409, str(error))

        return guarded

    async def _ticketed(self, request: web.Request) -> Visitor | None:
        """Whose ticket this is. When its ten minutes are over it is still good for the listening it opened, as long as that goes on."""
        house = self.entrance.house
        found, now = tickets.shown(request.query["ticket"], self.entrance.visitors, house.rules.identity.reply_key), house.clock()
        if found is None or found.number != number_of(request) or not set(HEARERS) & set(found.visitor.roles):
            return None
        if now <= found.until:
            return found.visitor
        listening = request.match_info.get("id") or request.query.get("listening", "")
        return found.visitor if re.fullmatch("[0-9]{1,18}", listening) and await self._goes_on(int(listening), found.visitor.name, now) else None

    async def _goes_on(self, listening: int, who: str, now: datetime) -> bool:
        try:
            one = await self.entrance.house.store.read(lambda tx: own(tx, listening, who, now))
        except RuleError:
            return False
        return now - one.until <= SILENCE


def states_of(words: str) -> Sequence[str]:
    """The states a list is of; RuleError where there is no such one."""
    asked = [word.strip().lower() for word in words.split(",") if word.strip()]
    if unknown := [word[:40] for word in asked if word not in STATES]:
        raise RuleError(f"no such state: {', '.join(unknown)}; there are {', '.join(STATES)}")
    return asked


def _hears_all(visitor: Visitor) -> bool:
    return bool({"reviewer", "desk"} & set(visitor.roles))


def _heard_by(tx: Tx, case: Case, visitor: Visitor) -> list[Kept]:
    """The recordings of a case that this person may hear."""
    return [one for one in recorded.every(tx, case) if _hears_all(visitor) or recorded.theirs(tx, case, one, visitor.name)]


def _nothing(case: Case, kept: Kept, called: str) -> str:
    return f"录音{called}：{kept.trouble or kept.state} / there is nothing to hear; `recordings look {case.number}` looks again"


def _which(tx: Tx, case: Case, which: str, visitor: Visitor) -> Kept:
    """The recording meant: that of the review, or the one of this id; RuleError where the case has no such one for this person."""
    found = _heard_by(tx, case, visitor)
    meant = [one for one in found if str(one.id) == which] if which else found[:1]
    if not meant:
        raise RuleError(f"case {case.number} has no such recording; GET /api/v1/cases/{case.number} lists them")
    return meant[0]


def _id_of(said: Mapping[str, Any]) -> str:
    value = said.get("recording", "")
    if value != "" and (not isinstance(value, int) or isinstance(value, bool)):
        raise RuleError("recording must be a number")
    return str(value)


def _parts_of(said: Mapping[str, Any]) -> list[list[float]]:
    """The parts of a report, checked: pairs of seconds."""
    value = said.get("played", [])
    pairs = isinstance(value, list) and len(value) <= MOST_PARTS and all(isinstance(one, list) and len(one) == 2 for one in value)
    if not pairs or not all(isinstance(at, int | float) and not isinstance(at, bool) and abs(at) < 1e9 for one in value for at in one):
        raise RuleError(f"played must be a list of at most {MOST_PARTS} pairs [from, to] in seconds")
    return [[float(at) for at in one] for one in value]


def _no_case(number: str) -> web.Response:
    return problem(404, f"there is no case {number[:40]}", "GET /api/v1/cases lists them")
