"""Calls at the people's API: those that wait for somebody, and what people decide about them (P-3, P-9.1, P-21)."""

from collections.abc import Collection
from dataclasses import dataclass

import structlog
from aiohttp import web

from hotline_bridge import call_view
from hotline_bridge.console.door import Entrance, Visitor, as_json, body_of, leaf_of, next_of, query_of, word
from hotline_bridge.console.trouble import problem
from hotline_bridge.steps.call_errand import attach, done, missed
from hotline_bridge.store.call_errands import KINDS
from hotline_bridge.store.tx import Tx
from routing.errors import RuleError

log = structlog.get_logger()
_ERRAND, _CALL = "/api/v1/calls/errands/{id:[0-9]{1,18}}", "/api/v1/calls/{id:[0-9]{1,18}}"


@dataclass(frozen=True, slots=True)
class CallRoutes:
    """The routes about calls."""

    entrance: Entrance

    def routes(self) -> list[web.RouteDef]:
        """What to add to the application."""
        admit = self.entrance.admit
        lookers = ("desk", "supervisor", "auditor")
        return [
            web.get("/api/v1/calls/errands", admit(lookers, self.list)),
            web.post(_ERRAND + "/done", admit(("desk",), self.done)),
            web.post(_ERRAND + "/missed", admit(("desk",), self.missed)),
            web.get(_CALL, admit(lookers, self.show)),
            web.post(_CALL + "/attach", admit(("desk",), self.attach)),
        ]

    async def list(self, request: web.Request, visitor: Visitor) -> web.Response:
        """What people have to see to about calls, the oldest first; `kind` abandoned, no-form or no-call where only one is wanted."""
        asked, leaf = query_of(request, "kind"), leaf_of(request)
        kinds, house = kinds_of(asked["kind"]), self.entrance.house
        rules = house.rules

        def gather(tx: Tx) -> list[dict[str, object]]:
            return call_view.errands(tx, tx.errands.waiting(kinds, leaf.reach), rules, masked=visitor.masked)

        shown, following = leaf.cut(await house.store.read(gather))
        return as_json({"errands": list(shown), "next": next_of(request, leaf, following)})

    async def show(self, request: web.Request, visitor: Visitor) -> web.Response:
        """One call, its case, its errands, the earlier cases and calls of its number; the number masked for supervisor and auditor (P-6)."""
        call, house = int(request.match_info["id"]), self.entrance.house
        rules = house.rules
        found = await house.store.read(lambda tx: call_view.whole(tx, call, rules))
        if found is None:
            return problem(404, f"there is no call {call}", "GET /api/v1/calls/errands lists those that wait")
        log.info("call read", call=call, who=visitor.name)
        return as_json(call_view.full(found, rules, masked=visitor.masked))

    async def done(self, request: web.Request, visitor: Visitor) -> web.Response:
        """Somebody saw to it: {"says": what came of it} (P-21)."""
        errand, says = int(request.match_info["id"]), word(await body_of(request, "says"), "says")
        return await self.entrance.decide("", visitor, lambda tx, now, rules: done(tx, errand, visitor.name, says, now, rules))

    async def missed(self, request: web.Request, visitor: Visitor) -> web.Response:
        """Somebody called back and nobody answered: it counts, and the errand stays: {"says": …}."""
        errand, says = int(request.match_info["id"]), word(await body_of(request, "says"), "says")
        return await self.entrance.decide("", visitor, lambda tx, now, rules: missed(tx, errand, visitor.name, says, now, rules))

    async def attach(self, request: web.Request, visitor: Visitor) -> web.Response:
        """Say which case a call is of: {"number": the case's}; answers with the case."""
        call, number = int(request.match_info["id"]), word(await body_of(request, "number"), "number")
        return await self.entrance.decide(number, visitor, lambda tx, now, rules: attach(tx, call, number, visitor.name, now, rules))


def kinds_of(name: str) -> Collection[str]:
    """The kinds a list is of; RuleError where there is no such one."""
    if name and name not in KINDS:
        msg = f"kind must be one of {', '.join(KINDS)}"
        raise RuleError(msg)
    return (name,) if name else KINDS
