"""The people's API: look, sign, assign, close. Every decision is the same function the machine would call."""

import asyncio
import hashlib
import hmac
import json
import re
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from aiohttp import web

from hotline_bridge import views
from hotline_bridge.console.metrics import CONTENT_TYPE, exposition
from hotline_bridge.console.trouble import problem
from hotline_bridge.house import House
from hotline_bridge.steps.answer import judge
from hotline_bridge.steps.aside import retry, settle
from hotline_bridge.steps.assign import Change, assign
from hotline_bridge.steps.close import close, reopen
from hotline_bridge.steps.register import register_by_hand
from hotline_bridge.steps.resend import resend
from hotline_bridge.steps.review import hand_back, sign
from hotline_bridge.store.papers import Kept
from hotline_bridge.store.tx import Tx
from routing.case import Case, Recording, State
from routing.errors import RuleError
from routing.rules import Rules

log = structlog.get_logger()
EVERY = 1_000_000       # what is counted must not be cut
_PAPER = "/api/v1/quarantine/{id:[0-9]{1,18}}"
Decision = Callable[[Tx, datetime, Rules], object]
Page = Callable[[web.Request, "Visitor"], Awaitable[web.Response]]


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who may decide: a name, their roles, and the SHA-256 of their token."""

    name: str
    roles: Collection[str]
    token_sha256: str


@dataclass(frozen=True, slots=True)
class Api:
    """The routes of the people's API."""

    house: House
    visitors: Collection[Visitor]
    sha256_of_recording: Callable[[str], str]

    def routes(self) -> list[web.RouteDef]:
        """What to add to the application."""
        everybody = ("seat", "reviewer", "desk", "supervisor", "auditor")
        at = "/api/v1/cases/{number}"
        return [
            web.get("/healthz", self.health),
            web.get("/api/v1/status", self._for(everybody, self.status)),
            web.get("/metrics", self._for(everybody, self.metrics)),
            web.get("/api/v1/cases", self._for(everybody, self.list)),
            web.get(at, self._for(everybody, self.show)),
            web.get("/api/v1/quarantine", self._for(("desk", "supervisor", "auditor"), self.quarantine)),
            web.get(_PAPER, self._for(("desk", "supervisor", "auditor"), self.card)),
            web.post(_PAPER, self._for(("desk",), self.see_to)),
            web.get("/api/v1/answers/claimed", self._for(("desk", "supervisor", "auditor"), self.claimed)),
            web.post(at + "/review", self._for(("reviewer",), self.review)),
            web.post(at + "/assign", self._for(("desk",), self.assign)),
            web.post(at + "/close", self._for(("desk",), self.close)),
            web.post(at + "/reopen", self._for(("desk", "supervisor"), self.reopen)),
            web.post("/api/v1/answers/{id:[0-9]{1,18}}", self._for(("desk",), self.judge)),
            web.post("/api/v1/letters/{id:[0-9]{1,18}}/resend", self._for(("desk",), self.resend)),
        ]

    # looking ----------------------------------------------------------------------------------
    async def health(self, _request: web.Request) -> web.Response:
        """Whether the store answers; open to everybody, says nothing else."""
        await self.house.store.read(lambda tx: tx.papers.cursor("health"))
        return web.json_response({"status": "ok"})

    async def status(self, _request: web.Request, _visitor: Visitor) -> web.Response:
        """Counts, what is due, when each source last succeeded, and what is parked."""
        now = self.house.clock()
        return _json(await self.house.store.read(lambda tx: standing(tx, now)))

    async def metrics(self, _request: web.Request, _visitor: Visitor) -> web.Response:
        """The same figures for Prometheus; nothing of any customer or case."""
        now = self.house.clock()
        text = exposition(await self.house.store.read(lambda tx: standing(tx, now)))
        return web.Response(body=text, headers={"Content-Type": CONTENT_TYPE})

    async def list(self, request: web.Request, _visitor: Visitor) -> web.Response:
        """Cases, newest first, of one state or unit where asked; `limit` at a time, `next` leads on."""
        asked, leaf, rules = _query(request, "state", "unit"), _leaf(request), self.house.rules
        states = _states(asked["state"])
        cases, counts = await self.house.store.read(lambda tx: (tx.cases.select(states, asked["unit"], leaf.reach), tx.cases.counts()))
        shown, following = leaf.cut(cases)
        total = None if asked["unit"] else sum(count for state, count in counts.items() if state in (states or State))
        return _json({"cases": [views.row(case, rules) for case in shown], "total": total, "next": _next(request, leaf, following)})

    async def show(self, request: web.Request, visitor: Visitor) -> web.Response:
        """One case with its whole book; an auditor and a supervisor see the customer masked (P-6)."""
        number = _number(request)
        one = await self.house.store.read(lambda tx: views.whole(tx, number))
        if one is None:
            return problem(404, f"there is no case {number[:40]}", "GET /api/v1/cases lists them")
        log.info("case read", case=one.case.number, who=visitor.name)
        return _json(views.full(one, self.house.rules, masked=not {"seat", "reviewer", "desk"} & set(visitor.roles)))

    async def quarantine(self, request: web.Request, _visitor: Visitor) -> web.Response:
        """The papers nobody could read, newest first; `limit` at a time."""
        zone, leaf = self.house.rules.pack(self.house.rules.default_pack).zone, _leaf(request)
        _query(request)
        papers, following = leaf.cut(await self.house.store.read(lambda tx: tx.papers.quarantined(leaf.reach)))
        return _json({"papers": [views.quarantined(paper, zone) for paper in papers], "next": _next(request, leaf, following)})

    async def card(self, request: web.Request, visitor: Visitor) -> web.Response:
        """One paper in quarantine as a card; its words and who wrote them for the desk only (P-6)."""
        paper_id, zone = int(request.match_info["id"]), self.house.rules.pack(self.house.rules.default_pack).zone

        def gather(tx: Tx) -> tuple[Kept, bytes] | None:
            paper = tx.papers.get(paper_id)
            return None if paper is None or not paper.trouble else (paper, tx.papers.body(paper_id))

        found = await self.house.store.read(gather)
        if found is None:
            return problem(404, f"there is no paper Q-{paper_id} in quarantine", "GET /api/v1/quarantine lists them")
        log.info("paper read", paper=paper_id, who=visitor.name)
        return _json(await asyncio.to_thread(views.card, *found, zone, masked="desk" not in visitor.roles))

    async def claimed(self, _request: web.Request, _visitor: Visitor) -> web.Response:
        """The answers the desk must decide about, with the reasons."""
        rules = self.house.rules

        def gather(tx: Tx) -> list[dict[str, object]]:
            rows = [(one, tx.cases.get(one.case)) for one in tx.answers.claimed()]
            return [views.claimed(one, case.number, rules.pack(case.pack).zone) for one, case in rows]

        return _json({"answers": await self.house.store.read(gather)})

    # deciding -----------------------------------------------------------------------------------
    async def review(self, request: web.Request, visitor: Visitor) -> web.Response:
        """Sign, or hand back to the desk: {"findings": …, "accept": true|false, "dismissed": [flags not borne out]} (P-9.1)."""
        number, said = _number(request), await _said(request, "findings", "accept", "dismissed")
        findings, accept, dismissed = _word(said, "findings"), _yes(said, "accept", default=True), _words(said, "dismissed")
        case = await self.house.store.read(lambda tx: tx.cases.by_number(number))
        heard = await self._heard(case) if case else Recording()
        return await self._decide(number, visitor, lambda tx, now, rules: (
            sign(tx, number, visitor.name, findings, heard, now, rules, dismissed) if accept
            else hand_back(tx, number, visitor.name, findings, now, rules)
        ))

    async def assign(self, request: web.Request, visitor: Visitor) -> web.Response:
        """Set unit, category or both, or a flag that triage missed: {"unit": code, "category": …, "flag": …, "says": why}."""
        number, said = _number(request), await _said(request, "unit", "category", "says", "flag")
        change = Change(*(_word(said, name) for name in ("unit", "category", "says", "flag")))
        return await self._decide(number, visitor, lambda tx, now, rules: assign(tx, number, visitor.name, change, now, rules))

    async def close(self, request: web.Request, visitor: Visitor) -> web.Response:
        """Close: {"outcome": one of the pack's, "says": …, "free_will": true where a withdrawal was checked (P-19)}."""
        number, said = _number(request), await _said(request, "outcome", "says", "free_will")
        outcome, says = _word(said, "outcome"), _word(said, "says")
        free_will = _yes(said, "free_will", default=False)
        return await self._decide(number, visitor, lambda tx, now, rules: (
            close(tx, number, visitor.name, outcome, says, now, rules, free_will=free_will)
        ))

    async def reopen(self, request: web.Request, visitor: Visitor) -> web.Response:
        """Open a closed case again: {"says": why} (P-18)."""
        number, says = _number(request), _word(await _said(request, "says"), "says")
        return await self._decide(number, visitor, lambda tx, now, rules: reopen(tx, number, visitor.name, says, now, rules))

    async def judge(self, request: web.Request, visitor: Visitor) -> web.Response:
        """Accept or dismiss a claimed answer: {"accept": true|false}."""
        answer_id, accept = int(request.match_info["id"]), _yes(await _said(request, "accept"), "accept", default=None)
        return await self._decide("", visitor, lambda tx, now, rules: judge(tx, answer_id, visitor.name, now, rules, accept=accept))

    async def resend(self, request: web.Request, visitor: Visitor) -> web.Response:
        """Send a letter again, the same bytes: {"to": [those of its recipients who shall get it; none: all]}."""
        letter, to = int(request.match_info["id"]), _words(await _said(request, "to"), "to")
        done = await self._decide("", visitor, lambda tx, now, rules: resend(tx, letter, to, visitor.name, now, rules))
        self.house.post_bell.ring()
        return done

    async def see_to(self, request: web.Request, visitor: Visitor) -> web.Response:
        """Let a paper be read again, take it for a complaint, or lay it away: {"do": "retry"|"register"|"settle", "says": how}."""
        paper_id, said = int(request.match_info["id"]), await _said(request, "do", "says")
        what, says = _word(said, "do"), _word(said, "says")
        ways: Mapping[str, Decision] = {
            "retry": lambda tx, now, rules: retry(tx, paper_id, visitor.name, now, rules),
            "register": lambda tx, now, rules: register_by_hand(tx, paper_id, visitor.name, now, rules),
            "settle": lambda tx, now, rules: settle(tx, paper_id, visitor.name, says, now, rules),
        }
        if what not in ways:
            msg = f"do must be one of {', '.join(ways)}"
            raise RuleError(msg)
        return await self._decide("", visitor, ways[what])

    async def _decide(self, number: str, visitor: Visitor, decision: Decision) -> web.Response:
        now, rules = self.house.clock(), self.house.rules
        await self.house.store.run(lambda tx: decision(tx, now, rules))
        self.house.desk_bell.ring()
        log.info("decided", case=number, who=visitor.name)
        if not number:
            return _json({"done": True})
        one = await self.house.store.read(lambda tx: views.whole(tx, number))
        return _json(views.row(one.case, rules) if one else {"done": True})

    async def _heard(self, case: Case) -> Recording:
        """The recording as it lies there now: its hash is taken at the moment of signing."""
        try:
            return Recording(case.recording.reference, await asyncio.to_thread(self.sha256_of_recording, case.recording.reference))
        except OSError as error:
            msg = f"the recording cannot be read by the bridge ({error.strerror or type(error).__name__}); ask the operator to open it to the service's user, then sign again"
            raise RuleError(msg) from None

    # at the door ------------------------------------------------------------------------------------
    def _for(self, roles: Collection[str], page: Page) -> Callable[[web.Request], Awaitable[web.Response]]:
        """Let in who has one of the roles, and answer what the rules forbid with the reason."""
        async def guarded(request: web.Request) -> web.Response:
            visitor = self._visitor(request.headers.get("Authorization", ""))
            if visitor is None:
                cure = "send the header Authorization: Bearer with your token"
                return problem(401, "the token is missing or unknown", cure, {"WWW-Authenticate": 'Bearer realm="hotline-bridge"'})
            if not set(roles) & set(visitor.roles):
                detail = f"this needs one of the roles {', '.join(roles)}; {visitor.name} has {', '.join(visitor.roles)}"
                return problem(403, detail, "ask somebody who has it, or the operator to change people.roles")
            try:
                return await page(request, visitor)
            except RuleError as error:
                return problem(409, str(error))

        return guarded

    def _visitor(self, header: str) -> Visitor | None:
        scheme, _, token = header.partition(" ")
        seen = hashlib.sha256(token.strip().encode("utf-8", "surrogateescape")).hexdigest()
        found = [one for one in self.visitors if hmac.compare_digest(one.token_sha256, seen)]
        return found[0] if found and scheme.lower() == "bearer" else None


def standing(tx: Tx, now: datetime) -> dict[str, object]:
    """How the house stands: the figures of `status`."""
    return {
        "cases": {state.name: count for state, count in tx.cases.counts().items()},
        "tasks_due": tx.tasks.due_count(now), "out_of_sight": tx.cases.out_of_sight(),
        "sources": {name: {"last_success": at.isoformat(), "age_s": int((now - at).total_seconds())} for name, at in tx.papers.marks().items()},
        "parked": [{"id": p.id, "kind": p.kind, "subject": p.subject, "trouble": p.trouble} for p in tx.tasks.parked()],
        "letters": tx.tray.counts(),
        "quarantined": len(tx.papers.quarantined(EVERY)),
        "outages": [{"source": o.source, "since": o.since.isoformat(), "told": o.told is not None, "trouble": o.trouble} for o in tx.outages.open()],
    }


def _states(words: str) -> list[State]:
    words = words.upper().replace(" ", "")
    unknown = [word[:40] for word in words.split(",") if word and word not in State.__members__]
    if unknown:
        msg = f"no such state: {', '.join(unknown)}; there are {', '.join(State.__members__)}"
        raise RuleError(msg)
    return [State[word] for word in words.split(",") if word]


async def _said(request: web.Request, *known: str) -> Mapping[str, Any]:
    """The body as an object that has only keys we know: one with a slip in it must not decide something else."""
    try:
        said = json.loads(await request.read() or b"{}")
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict):
        msg = 'the body is no JSON object; send e.g. {"findings": "…"}'
        raise RuleError(msg)
    _only(said, known, "the body")
    return said


def _word(said: Mapping[str, Any], name: str) -> str:
    value = said.get(name, "")
    if not isinstance(value, str):
        msg = f"{name} must be a text"
        raise RuleError(msg)
    return views.written(value)


def _words(said: Mapping[str, Any], name: str) -> list[str]:
    value = said.get(name, [])
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        msg = f"{name} must be a list of texts"
        raise RuleError(msg)
    return list(dict.fromkeys(views.written(one) for one in value))


def _yes(said: Mapping[str, Any], name: str, *, default: bool | None) -> bool:
    """A yes or no; "false" in quotation marks is neither, and None as default means that it must be said."""
    value = said.get(name, default)
    if not isinstance(value, bool):
        msg = f"{name} must be said: true or false, without quotation marks"
        raise RuleError(msg)
    return value


def _number(request: web.Request) -> str:
    return views.written(request.match_info["number"])


def _query(request: web.Request, *known: str) -> dict[str, str]:
    """The parameters behind the question mark; one we do not know would otherwise be taken for obeyed."""
    _only(request.query, (*known, "limit", "offset"), "the query")
    return {name: views.written(request.query.get(name, "")) for name in known}


def _only(said: Mapping[str, Any], known: Collection[str], what: str) -> None:
    if unknown := sorted(set(said) - set(known)):
        msg = f"{what} has {', '.join(one[:40] for one in unknown[:5])}, which means nothing here; known are {', '.join(known)}"
        raise RuleError(msg)


def _leaf(request: web.Request) -> views.Leaf:
    limit, offset = (request.query.get(name, default) for name, default in (("limit", "200"), ("offset", "0")))
    if not all(re.fullmatch("[0-9]{1,7}", one) for one in (limit, offset)) or not 1 <= int(limit) <= views.MOST:
        msg = f"limit must be a number from 1 to {views.MOST}, offset one from 0 on"
        raise RuleError(msg)
    return views.Leaf(int(limit), int(offset))


def _next(request: web.Request, leaf: views.Leaf, following: int | None) -> str | None:
    """Where the list goes on."""
    return None if following is None else str(request.rel_url.update_query(limit=leaf.limit, offset=following))


def _json(value: object) -> web.Response:
    return web.json_response(value, dumps=lambda it: json.dumps(it, ensure_ascii=False))
