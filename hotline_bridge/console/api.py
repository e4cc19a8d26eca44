"""The people's API: look, sign, assign, close. Every decision is the same function the machine would call."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from aiohttp import web

from hotline_bridge import views
from hotline_bridge.console.books import BookRoutes
from hotline_bridge.console.callbacks import CallbackRoutes
from hotline_bridge.console.calls import CallRoutes
from hotline_bridge.console.clocks import ClockRoutes
from hotline_bridge.console.door import (
    Decision, Entrance, Visitor, as_json, body_of, leaf_of, moment, next_of, number_of, query_of, word, words, yes,
)
from hotline_bridge.console.entering import EntryRoutes
from hotline_bridge.console.hops import HopRoutes
from hotline_bridge.console.live import LiveRoutes, Lookups
from hotline_bridge.console.matters import MatterRoutes
from hotline_bridge.console.metrics import CONTENT_TYPE, exposition
from hotline_bridge.console.recordings import RecordingRoutes
from hotline_bridge.console.reminders import ReminderRoutes
from hotline_bridge.console.voice import VoiceRoutes
from hotline_bridge.console.trouble import problem
from hotline_bridge.house import House
from hotline_bridge.sighting import as_it_lies
from hotline_bridge.steps.answer import judge
from hotline_bridge.steps.aside import retry, settle
from hotline_bridge.steps.assign import Change, assign
from hotline_bridge.steps.close import close, reopen
from hotline_bridge.steps.register import register_by_hand
from hotline_bridge.steps.resend import resend
from hotline_bridge.steps.review import hand_back, sign
from hotline_bridge.store.papers import Kept
from hotline_bridge.store.tx import Tx
from routing.case import State
from routing.errors import RuleError

log = structlog.get_logger()
EVERY = 1_000_000       # what is counted must not be cut
_PAPER = "/api/v1/quarantine/{id:[0-9]{1,18}}"


@dataclass(frozen=True, slots=True)
class Api:
    """The routes of the people's API."""

    house: House
    visitors: Collection[Visitor]

    @property
    def entrance(self) -> Entrance:
        """Where everybody is let in."""
        return Entrance(self.house, self.visitors)

    def routes(self) -> list[web.RouteDef]:
        """What to add to the application."""
        everybody = ("seat", "reviewer", "desk", "supervisor", "auditor")
        at, admit = "/api/v1/cases/{number}", self.entrance.admit
        return [
            web.get("/healthz", self.health),
            web.get("/api/v1/status", admit(everybody, self.status)),
            web.get("/metrics", admit(everybody, self.metrics)),
            web.get("/api/v1/cases", admit(everybody, self.list)),
            web.get(at, admit(everybody, self.show)),
            web.get("/api/v1/quarantine", admit(("desk", "supervisor", "auditor"), self.quarantine)),
            web.get(_PAPER, admit(("desk", "supervisor", "auditor"), self.card)),
            web.post(_PAPER, admit(("desk",), self.see_to)),
            web.get("/api/v1/answers/claimed", admit(("desk", "supervisor", "auditor"), self.claimed)),
            web.post(at + "/review", admit(("reviewer",), self.review)),
            web.post(at + "/assign", admit(("desk",), self.assign)),
            web.post(at + "/close", admit(("desk",), self.close)),
            web.post(at + "/reopen", admit(("desk", "supervisor"), self.reopen)),
            web.post("/api/v1/answers/{id:[0-9]{1,18}}", admit(("desk",), self.judge)),
            web.post("/api/v1/letters/{id:[0-9]{1,18}}/resend", admit(("desk",), self.resend)),
            *EntryRoutes(self.entrance).routes(),
            *CallbackRoutes(self.entrance).routes(),
            *CallRoutes(self.entrance).routes(),
            *LiveRoutes(self.entrance, Lookups(self.house)).routes(),
            *ClockRoutes(self.entrance).routes(),
            *MatterRoutes(self.entrance).routes(),
            *HopRoutes(self.entrance).routes(),
            *ReminderRoutes(self.entrance).routes(),
            *VoiceRoutes(self.entrance).routes(),
            *BookRoutes(self.entrance).routes(),
            *RecordingRoutes(self.entrance).routes(),
        ]

    # looking ----------------------------------------------------------------------------------
    async def health(self, _request: web.Request) -> web.Response:
        """Whether the store answers; open to everybody, says nothing else."""
        await self.house.store.read(lambda tx: tx.papers.cursor("health"))
        return web.json_response({"status": "ok"})

    async def status(self, _request: web.Request, _visitor: Visitor) -> web.Response:
        """Counts, what is due, when each source last succeeded, and what is parked."""
        now = self.house.clock()
        return as_json(await self.house.store.read(lambda tx: standing(tx, now, self._doors)))

    async def metrics(self, _request: web.Request, _visitor: Visitor) -> web.Response:
        """The same figures for Prometheus; nothing of any customer or case."""
        now = self.house.clock()
        text = exposition(await self.house.store.read(lambda tx: standing(tx, now, self._doors)))
        return web.Response(body=text, headers={"Content-Type": CONTENT_TYPE})

    @property
    def _doors(self) -> Sequence[str]:
        return tuple(inlet.name for inlet in self.house.inlets)

    async def list(self, request: web.Request, _visitor: Visitor) -> web.Response:
        """Cases, newest first, of one state or unit where asked; `limit` at a time, `next` leads on."""
        asked, leaf, rules = query_of(request, "state", "unit"), leaf_of(request), self.house.rules
        states = _states(asked["state"])
        cases, counts = await self.house.store.read(lambda tx: (tx.cases.select(states, asked["unit"], leaf.reach), tx.cases.counts()))
        shown, following = leaf.cut(cases)
        total = None if asked["unit"] else sum(count for state, count in counts.items() if state in (states or State))
        return as_json({"cases": [views.row(case, rules) for case in shown], "total": total, "next": next_of(request, leaf, following)})

    async def show(self, request: web.Request, visitor: Visitor) -> web.Response:
        """One case with its whole book; an auditor and a supervisor see the customer masked (P-6)."""
        number = number_of(request)
        one = await self.house.store.read(lambda tx: views.whole(tx, number))
        if one is None:
            return problem(404, f"there is no case {number[:40]}", "GET /api/v1/cases lists them")
        log.info("case read", case=one.case.number, who=visitor.name)
        return as_json(views.full(one, self.house.rules, masked=visitor.masked))

    async def quarantine(self, request: web.Request, _visitor: Visitor) -> web.Response:
        """The papers nobody could read, newest first; `limit` at a time."""
        zone, leaf = self.house.rules.pack(self.house.rules.default_pack).zone, leaf_of(request)
        query_of(request)
        papers, following = leaf.cut(await self.house.store.read(lambda tx: tx.papers.quarantined(leaf.reach)))
        return as_json({"papers": [views.quarantined(paper, zone) for paper in papers], "next": next_of(request, leaf, following)})

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
        return as_json(await asyncio.to_thread(views.card, *found, zone, masked="desk" not in visitor.roles))

    async def claimed(self, _request: web.Request, visitor: Visitor) -> web.Response:
        """The answers the desk must decide about, with the reasons; customers masked for supervisor and auditor (P-6)."""
        rules = self.house.rules

        def gather(tx: Tx) -> list[dict[str, object]]:
            rows = [(one, tx.cases.get(one.case)) for one in tx.answers.claimed()]
            return [views.claimed(one, case, rules, masked=visitor.masked) for one, case in rows]

        return as_json({"answers": await self.house.store.read(gather)})

    # deciding -----------------------------------------------------------------------------------
    async def review(self, request: web.Request, visitor: Visitor) -> web.Response:
        """Sign, or hand back to the desk: {"findings": …, "accept": true|false, "dismissed": [flags not borne out], "why": signed without a recording to hear} (P-9.1)."""
        number, said = number_of(request), await body_of(request, "findings", "accept", "dismissed", "why")
        findings, accept, dismissed = word(said, "findings"), yes(said, "accept", default=True), words(said, "dismissed")
        why, house = word(said, "why"), self.house
        heard = await as_it_lies(house.store, house.archive, number, house.clock())
        return await self.entrance.decide(number, visitor, lambda tx, now, rules: (
            sign(tx, number, visitor.name, findings, heard, now, rules, dismissed, why) if accept
            else hand_back(tx, number, visitor.name, findings, now, rules)
        ))

    async def assign(self, request: web.Request, visitor: Visitor) -> web.Response:
        """Set unit, category or both, or a flag that triage missed: {"unit": code, "category": …, "flag": …, "codes": "C=…", "person": who, "says": why}."""
        number, said = number_of(request), await body_of(request, "unit", "category", "says", "flag", "codes", "person")
        change = Change(*(word(said, name) for name in ("unit", "category", "says", "flag", "codes", "person")))
        return await self.entrance.decide(number, visitor, lambda tx, now, rules: assign(tx, number, visitor.name, change, now, rules))

    async def close(self, request: web.Request, visitor: Visitor) -> web.Response:
        """Close: {"outcome": one of the pack's, "says": …, "free_will": true where a withdrawal was checked (P-19), "arrived": when it came}."""
        number, said = number_of(request), await body_of(request, "outcome", "says", "free_will", "arrived")
        outcome, says = word(said, "outcome"), word(said, "says")
        free_will, arrived = yes(said, "free_will", default=False), moment(said, "arrived", self.house.rules)
        return await self.entrance.decide(number, visitor, lambda tx, now, rules: (
            close(tx, number, visitor.name, outcome, says, now, rules, free_will=free_will, arrived=arrived)
        ))

    async def reopen(self, request: web.Request, visitor: Visitor) -> web.Response:
        """Open a closed case again: {"says": why} (P-18)."""
        number, says = number_of(request), word(await body_of(request, "says"), "says")
        return await self.entrance.decide(number, visitor, lambda tx, now, rules: reopen(tx, number, visitor.name, says, now, rules))

    async def judge(self, request: web.Request, visitor: Visitor) -> web.Response:
        """Accept or dismiss a claimed answer: {"accept": true|false}."""
        answer_id, accept = int(request.match_info["id"]), yes(await body_of(request, "accept"), "accept", default=None)
        return await self.entrance.decide("", visitor, lambda tx, now, rules: judge(tx, answer_id, visitor.name, now, rules, accept=accept))

    async def resend(self, request: web.Request, visitor: Visitor) -> web.Response:
        """Send a letter again, the same bytes: {"to": [those of its recipients who shall get it; none: all]}."""
        letter, to = int(request.match_info["id"]), words(await body_of(request, "to"), "to")
        done = await self.entrance.decide("", visitor, lambda tx, now, rules: resend(tx, letter, to, visitor.name, now, rules))
        self.house.post_bell.ring()
        return done

    async def see_to(self, request: web.Request, visitor: Visitor) -> web.Response:
        """Let a paper be read again, take it for a complaint, or lay it away: {"do": "retry"|"register"|"settle", "says": how}."""
        paper_id, said = int(request.match_info["id"]), await body_of(request, "do", "says")
        what, says = word(said, "do"), word(said, "says")
        ways: Mapping[str, Decision] = {
            "retry": lambda tx, now, rules: retry(tx, paper_id, visitor.name, now, rules),
            "register": lambda tx, now, rules: register_by_hand(tx, paper_id, visitor.name, now, rules),
            "settle": lambda tx, now, rules: settle(tx, paper_id, visitor.name, says, now, rules),
        }
        if what not in ways:
            msg = f"do must be one of {', '.join(ways)}"
            raise RuleError(msg)
        return await self.entrance.decide("", visitor, ways[what])


def standing(tx: Tx, now: datetime, doors: Sequence[str] = ()) -> dict[str, object]:
    """How the house stands: the figures of `status`. Of `doors` each is told, also one that never succeeded."""
    marks, troubles = tx.papers.marks(), tx.papers.troubles()
    return {
        "cases": {state.name: count for state, count in tx.cases.counts().items()},
        "tasks_due": tx.tasks.due_count(now), "out_of_sight": tx.cases.out_of_sight(),
        "sources": {name: _source(marks.get(name), troubles.get(name, ""), now) for name in dict.fromkeys((*doors, *marks))},
        "parked": [{"id": p.id, "kind": p.kind, "subject": p.subject, "trouble": p.trouble} for p in tx.tasks.parked()],
        "letters": tx.tray.counts(), "reminders": tx.reminders.counts(), "recordings": tx.recordings.counts(), "calls": tx.errands.counts(),
        "quarantined": len(tx.papers.quarantined(EVERY)),
        "gaps": [{"exchange": g.exchange, "since": g.since.isoformat(), "until": g.until.isoformat(), "healed": g.healed, "restarted": g.restarted, "why": g.why} for g in tx.gaps.latest(5)],
        "outages": [{"source": o.source, "since": o.since.isoformat(), "told": o.told is not None, "trouble": o.trouble} for o in tx.outages.open()],
    }


def _source(last: datetime | None, trouble: str, now: datetime) -> dict[str, object]:
    age = None if last is None else int((now - last).total_seconds())
    return {"last_success": last.isoformat() if last else None, "age_s": age, "trouble": trouble}


def _states(words: str) -> list[State]:
    words = words.upper().replace(" ", "")
    unknown = [word[:40] for word in words.split(",") if word and word not in State.__members__]
    if unknown:
        msg = f"no such state: {', '.join(unknown)}; there are {', '.join(State.__members__)}"
        raise RuleError(msg)
    return [State[word] for word in words.split(",") if word]
