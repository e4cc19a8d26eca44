"""The clocks of a case over the people's API: looked at with their explanations, moved with their proofs (P-11.2, P-19; law:18)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aiohttp import web

from hotline_bridge import views
from hotline_bridge.console.door import Decision, Entrance, Visitor, as_json, body_of, moment, number_of, word
from hotline_bridge.console.trouble import problem
from hotline_bridge.steps.clocks import Proof, exclude, extend, new_facts, pressed, prolong
from hotline_bridge.timing import explained, timed
from routing.errors import RuleError

_PROOF = ("reason", "told", "told_how", "approver")


@dataclass(frozen=True, slots=True)
class ClockRoutes:
    """The routes about clocks."""

    entrance: Entrance

    def routes(self) -> list[web.RouteDef]:
        """What to add to the application."""
        everybody = ("seat", "reviewer", "desk", "supervisor", "auditor")
        at, admit = "/api/v1/cases/{number}", self.entrance.admit
        return [
            web.get(at + "/deadline", admit(everybody, self.show)),
            web.post(at + "/extend", admit(("desk",), self.extend)),
            web.post(at + "/prolong", admit(("desk", "supervisor"), self.prolong)),
            web.post(at + "/exclude", admit(("desk",), self.exclude)),
            web.post(at + "/new-facts", admit(("desk", "seat"), self.new_facts)),
            web.post(at + "/pressed", admit(("desk",), self.pressed)),
        ]

    async def show(self, request: web.Request, visitor: Visitor) -> web.Response:
        """All limits of a case, each explained day by day in both languages, with what moved them and what waits for a proof."""
        number = number_of(request)
        one = await self.entrance.house.store.read(lambda tx: timed(tx, number))
        if one is None:
            return problem(404, f"there is no case {number[:40]}", "GET /api/v1/cases lists them")
        shown = explained(one, self.entrance.house.rules)
        return as_json(views.hidden(shown, one.case) if visitor.masked else shown)

    async def extend(self, request: web.Request, visitor: Visitor) -> web.Response:
        """Ask for more time: {"until": day, "reason": …, "told": when, "told_how": …}; in force once both proofs are there (P-11.2)."""
        said = await body_of(request, "until", "reason", "told", "told_how")
        until, proof = self._moment(said, "until"), self._proof(said)
        return await self._decide(request, visitor, lambda number: lambda tx, now, rules: extend(tx, number, visitor.name, until, proof, now, rules))

    async def prolong(self, request: web.Request, visitor: Visitor) -> web.Response:
        """Prolong the legal limit: {"reason": …, "approver": …, "told": when, "told_how": …} (law:18)."""
        proof = self._proof(await body_of(request, *_PROOF))
        return await self._decide(request, visitor, lambda number: lambda tx, now, rules: prolong(tx, number, visitor.name, proof, now, rules))

    async def exclude(self, request: web.Request, visitor: Visitor) -> web.Response:
        """Leave days of an appraisal out: {"from": day, "to": day, "reason": …, "told": when, "told_how": …} (law:18)."""
        said = await body_of(request, "from", "to", "reason", "told", "told_how")
        first, last, proof = self._moment(said, "from"), self._moment(said, "to"), self._proof(said)
        if first is None or last is None:
            msg = "from and to must be said: the first and the last day of the appraisal"
            raise RuleError(msg)
        return await self._decide(request, visitor, lambda number: lambda tx, now, rules: exclude(tx, number, visitor.name, (first, last), proof, now, rules))

    async def new_facts(self, request: web.Request, visitor: Visitor) -> web.Response:
        """Write down what the customer adds: {"says": …, "at": when it came, "person": whom it is about}; the clocks start anew (law:18)."""
        said = await body_of(request, "says", "at", "person")
        says, at, person = word(said, "says"), self._moment(said, "at"), word(said, "person")
        return await self._decide(request, visitor, lambda number: lambda tx, now, rules: new_facts(tx, number, visitor.name, says, at, now, rules, person=person))

    async def pressed(self, request: web.Request, visitor: Visitor) -> web.Response:
        """A withdrawal under pressure or threat: {"says": …, "at": when it came}; the case goes on (P-19)."""
        said = await body_of(request, "says", "at")
        says, at = word(said, "says"), self._moment(said, "at")
        return await self._decide(request, visitor, lambda number: lambda tx, now, rules: pressed(tx, number, visitor.name, says, at, now, rules))

    async def _decide(self, request: web.Request, visitor: Visitor, about: Callable[[str], Decision]) -> web.Response:
        number = number_of(request)
        return await self.entrance.decide(number, visitor, about(number))

    def _moment(self, said: Mapping[str, Any], name: str) -> datetime | None:
        return moment(said, name, self.entrance.house.rules)

    def _proof(self, said: Mapping[str, Any]) -> Proof:
        return Proof(word(said, "reason"), self._moment(said, "told"), word(said, "told_how"), word(said, "approver"))
