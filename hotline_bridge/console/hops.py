"""A case's way over the people's API: looked at, passed on, begun, given back, ruled, promised, put through (P-9.3, T-3, T-4, T-7, C-2)."""

from dataclasses import dataclass

from aiohttp import web

from hotline_bridge import views
from hotline_bridge.console.door import Entrance, Visitor, as_json, body_of, moment, number_of, word
from hotline_bridge.console.trouble import problem
from hotline_bridge.steps.hops import Onward, begun, connect, give_back, pass_on, promise, rule
from routing.errors import RuleError
from routing.hops import BY_MAIL


@dataclass(frozen=True, slots=True)
class HopRoutes:
    """The routes about hops."""

    entrance: Entrance

    def routes(self) -> list[web.RouteDef]:
        """What to add to the application."""
        everybody = ("seat", "reviewer", "desk", "supervisor", "auditor")
        at, admit = "/api/v1/cases/{number}", self.entrance.admit
        return [
            web.get(at + "/hops", admit(everybody, self.show)),
            web.post(at + "/pass-on", admit(("desk", "supervisor"), self.pass_on)),
            web.post(at + "/begun", admit(("desk", "seat"), self.begun)),
            web.post(at + "/give-back", admit(("desk",), self.give_back)),
            web.post(at + "/rule", admit(("desk", "supervisor"), self.rule)),
            web.post(at + "/promise", admit(("desk",), self.promise)),
            web.post(at + "/connect", admit(("desk", "seat"), self.connect)),
        ]

    async def show(self, request: web.Request, _visitor: Visitor) -> web.Response:
        """The whole way of a case: `hops` with all their times, and `way`, the same as lines of a tree."""
        number, rules = number_of(request), self.entrance.house.rules
        one = await self.entrance.house.store.read(lambda tx: views.whole(tx, number))
        if one is None:
            return problem(404, f"there is no case {number[:40]}", "GET /api/v1/cases lists them")
        return as_json({"number": one.case.number, "way": views.way(one.hops, one.case, rules), "hops": views.hops(one.hops, one.case, rules)})

    async def pass_on(self, request: web.Request, visitor: Visitor) -> web.Response:
        """Pass a case on: {"unit": code, "from": code of who has it, "by": "mail"|"telephone", "says": …}; all may be left out (P-9.3, P-9.7)."""
        said = await body_of(request, "unit", "from", "by", "says")
        to = Onward(word(said, "unit"), word(said, "from"), word(said, "by") or BY_MAIL, word(said, "says"))
        number = number_of(request)
        done = await self.entrance.decide(number, visitor, lambda tx, now, rules: pass_on(tx, number, visitor.name, to, now, rules))
        self.entrance.house.post_bell.ring()
        return done

    async def begun(self, request: web.Request, visitor: Visitor) -> web.Response:
        """A unit has begun: {"unit": code, "says": …}; without a unit whoever leads (T-4)."""
        said = await body_of(request, "unit", "says")
        number, unit, says = number_of(request), word(said, "unit"), word(said, "says")
        return await self.entrance.decide(number, visitor, lambda tx, now, rules: begun(tx, number, visitor.name, unit, says, now, rules))

    async def give_back(self, request: web.Request, visitor: Visitor) -> web.Response:
        """A unit says that the matter is not its own: {"unit": code, "says": what it says} (T-7)."""
        said = await body_of(request, "unit", "says")
        number, unit, says = number_of(request), word(said, "unit"), word(said, "says")
        return await self.entrance.decide(number, visitor, lambda tx, now, rules: give_back(tx, number, visitor.name, unit, says, now, rules))

    async def rule(self, request: web.Request, visitor: Visitor) -> web.Response:
        """The superior service department has decided: {"unit": code, "from": whose part it takes over, "says": who decided and why} (T-7)."""
        said = await body_of(request, "unit", "from", "says")
        number, unit, from_, says = number_of(request), word(said, "unit"), word(said, "from"), word(said, "says")
        done = await self.entrance.decide(number, visitor, lambda tx, now, rules: rule(tx, number, visitor.name, unit, says, now, rules, from_=from_))
        self.entrance.house.post_bell.ring()
        return done

    async def promise(self, request: web.Request, visitor: Visitor) -> web.Response:
        """Promise a date for what cannot be done in time: {"until": day or time, "says": …} (T-3)."""
        said = await body_of(request, "until", "says")
        number, says = number_of(request), word(said, "says")
        until = moment(said, "until", self.entrance.house.rules)
        if until is None:
            msg = "until must be said: the day or the time that is promised"
            raise RuleError(msg)
        at = until
        return await self.entrance.decide(number, visitor, lambda tx, now, rules: promise(tx, number, visitor.name, at, says, now, rules))

    async def connect(self, request: web.Request, visitor: Visitor) -> web.Response:
        """The call was put straight through: {"unit": code, "says": who took it} (C-2)."""
        said = await body_of(request, "unit", "says")
        number, unit, says = number_of(request), word(said, "unit"), word(said, "says")
        return await self.entrance.decide(number, visitor, lambda tx, now, rules: connect(tx, number, visitor.name, unit, says, now, rules))
