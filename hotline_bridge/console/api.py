"""The people's API: look, sign, assign, close. Every decision is the same function the machine would call."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from aiohttp import web

from hotline_bridge import views
from hotline_bridge.house import House
from hotline_bridge.steps.answer import judge
from hotline_bridge.steps.assign import Change, assign
from hotline_bridge.steps.close import close, reopen
from hotline_bridge.steps.review import hand_back, sign
from hotline_bridge.store.tx import Tx
from routing.case import Case, Recording, State
from routing.errors import RuleError
from routing.rules import Rules

log = structlog.get_logger()
Decision = Callable[[Tx, datetime, Rules], None]
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
            web.get("/api/v1/cases", self._for(everybody, self.list)),
            web.get(at, self._for(everybody, self.show)),
            web.get("/api/v1/quarantine", self._for(("desk", "supervisor", "auditor"), self.quarantine)),
            web.get("/api/v1/answers/claimed", self._for(("desk", "supervisor", "auditor"), self.claimed)),
            web.post(at + "/review", self._for(("reviewer",), self.review)),
            web.post(at + "/assign", self._for(("desk",), self.assign)),
            web.post(at + "/close", self._for(("desk",), self.close)),
            web.post(at + "/reopen", self._for(("desk", "supervisor"), self.reopen)),
            web.post("/api/v1/answers/{id:[0-9]+}", self._for(("desk",), self.judge)),
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

    async def list(self, request: web.Request, _visitor: Visitor) -> web.Response:
        """Cases, newest first, of one state or unit where asked."""
        states, rules = _states(request.query.get("state", "")), self.house.rules
        cases = await self.house.store.read(lambda tx: tx.cases.select(states, request.query.get("unit", "")))
        return _json({"cases": [views.row(case, rules) for case in cases]})

    async def show(self, request: web.Request, visitor: Visitor) -> web.Response:
        """One case with its whole book; an auditor and a supervisor see the customer masked (P-6)."""
        one = await self.house.store.read(lambda tx: views.whole(tx, request.match_info["number"]))
        if one is None:
            return _problem(404, f"there is no case {request.match_info['number']}")
        log.info("case read", case=one.case.number, who=visitor.name)
        return _json(views.full(one, self.house.rules, masked=not {"seat", "reviewer", "desk"} & set(visitor.roles)))

    async def quarantine(self, _request: web.Request, _visitor: Visitor) -> web.Response:
        """The papers nobody could read."""
        zone = self.house.rules.pack(self.house.rules.default_pack).zone
        papers = await self.house.store.read(lambda tx: tx.papers.quarantined())
        return _json({"papers": [views.quarantined(paper, zone) for paper in papers]})

    async def claimed(self, _request: web.Request, _visitor: Visitor) -> web.Response:
        """The answers the desk must decide about, with the reasons."""
        rules = self.house.rules

        def gather(tx: Tx) -> list[dict[str, object]]:
            rows = [(one, tx.cases.get(one.case)) for one in tx.answers.claimed()]
            return [views.claimed(one, case.number, rules.pack(case.pack).zone) for one, case in rows]

        return _json({"answers": await self.house.store.read(gather)})

    # deciding -----------------------------------------------------------------------------------
    async def review(self, request: web.Request, visitor: Visitor) -> web.Response:
        """Sign, or hand back to the desk: {"findings": …, "accept": true|false} (P-9.1)."""
        number, said = request.match_info["number"], await _said(request)
        findings, accept = _word(said, "findings"), said.get("accept", True) is True
        case = await self.house.store.read(lambda tx: tx.cases.by_number(number))
        heard = await self._heard(case) if case else Recording()
        return await self._decide(number, visitor, lambda tx, now, rules: (
            sign(tx, number, visitor.name, findings, heard, now, rules) if accept
            else hand_back(tx, number, visitor.name, findings, now, rules)
        ))

    async def assign(self, request: web.Request, visitor: Visitor) -> web.Response:
        """Set unit, category or both: {"unit": code, "category": …, "says": why}."""
        number, said = request.match_info["number"], await _said(request)
        unit, category, says = (_word(said, name) for name in ("unit", "category", "says"))
        return await self._decide(number, visitor, lambda tx, now, rules: (
            assign(tx, number, visitor.name, Change(unit, category, says), now, rules)
        ))

    async def close(self, request: web.Request, visitor: Visitor) -> web.Response:
        """Close: {"outcome": one of the pack's, "says": …, "free_will": true where a withdrawal was checked (P-19)}."""
        number, said = request.match_info["number"], await _said(request)
        outcome, says = _word(said, "outcome"), _word(said, "says")
        free_will = said.get("free_will") is True
        return await self._decide(number, visitor, lambda tx, now, rules: (
            close(tx, number, visitor.name, outcome, says, now, rules, free_will=free_will)
        ))

    async def reopen(self, request: web.Request, visitor: Visitor) -> web.Response:
        """Open a closed case again: {"says": why} (P-18)."""
        number, says = request.match_info["number"], _word(await _said(request), "says")
        return await self._decide(number, visitor, lambda tx, now, rules: reopen(tx, number, visitor.name, says, now, rules))

    async def judge(self, request: web.Request, visitor: Visitor) -> web.Response:
        """Accept or dismiss a claimed answer: {"accept": true|false}."""
        answer_id, accept = int(request.match_info["id"]), (await _said(request)).get("accept") is True
        return await self._decide("", visitor, lambda tx, now, rules: judge(tx, answer_id, visitor.name, now, rules, accept=accept))

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
        return Recording(case.recording.reference, await asyncio.to_thread(self.sha256_of_recording, case.recording.reference))

    # at the door ------------------------------------------------------------------------------------
    def _for(self, roles: Collection[str], page: Page) -> Callable[[web.Request], Awaitable[web.Response]]:
        """Let in who has one of the roles, and answer what the rules forbid with the reason."""
        async def guarded(request: web.Request) -> web.Response:
            visitor = self._visitor(request.headers.get("Authorization", ""))
            if visitor is None:
                return _problem(401, "the token is missing or unknown", {"WWW-Authenticate": 'Bearer realm="hotline-bridge"'})
            if not set(roles) & set(visitor.roles):
                return _problem(403, f"this needs one of the roles {', '.join(roles)}; {visitor.name} has {', '.join(visitor.roles)}")
            try:
                return await page(request, visitor)
            except RuleError as error:
                return _problem(409, str(error))

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
        "quarantined": len(tx.papers.quarantined()),
    }


def _states(words: str) -> list[State]:
    unknown = [word for word in words.split(",") if word and word not in State.__members__]
    if unknown:
        msg = f"no such state: {', '.join(unknown)}; there are {', '.join(State.__members__)}"
        raise RuleError(msg)
    return [State[word] for word in words.split(",") if word]


async def _said(request: web.Request) -> Mapping[str, Any]:
    try:
        said = json.loads(await request.read() or b"{}")
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict):
        msg = 'the body is no JSON object; send e.g. {"findings": "…"}'
        raise RuleError(msg)
    return said


def _word(said: Mapping[str, Any], name: str) -> str:
    value = said.get(name, "")
    if not isinstance(value, str):
        msg = f"{name} must be a text"
        raise RuleError(msg)
    return value.strip()


def _json(value: object) -> web.Response:
    return web.json_response(value, dumps=lambda it: json.dumps(it, ensure_ascii=False))


def _problem(status: int, detail: str, headers: Mapping[str, str] | None = None) -> web.Response:
    body = {"type": "about:blank", "title": web.Response(status=status).reason, "status": status, "detail": detail}
    text = json.dumps(body, ensure_ascii=False)
    return web.Response(text=text, status=status, headers=dict(headers or {}), content_type="application/problem+json")
