"""The calls to customers at the people's API: whom to call, and what they said (P-12, P-18, P-21)."""

from dataclasses import dataclass

from aiohttp import web

from hotline_bridge import matter_view
from hotline_bridge.console.door import Entrance, Visitor, as_json, body_of, leaf_of, next_of, number_of, query_of, word
from hotline_bridge.steps.callback import note
from hotline_bridge.store.tx import Tx


@dataclass(frozen=True, slots=True)
class CallbackRoutes:
    """The routes about call-backs."""

    entrance: Entrance

    def routes(self) -> list[web.RouteDef]:
        """What to add to the application."""
        admit = self.entrance.admit
        return [
            web.get("/api/v1/callbacks", admit(("desk", "seat", "supervisor", "auditor"), self.list)),
            web.post("/api/v1/cases/{number}/callback", admit(("desk", "seat"), self.note)),
        ]

    async def list(self, request: web.Request, visitor: Visitor) -> web.Response:
        """Who is to be called now, the longest owed first; the telephone number for the desk and the seats only (P-6)."""
        query_of(request)
        house, leaf = self.entrance.house, leaf_of(request)
        masked = not {"desk", "seat"} & set(visitor.roles)
        now, rules = house.clock(), house.rules

        def gather(tx: Tx) -> list[dict[str, object]]:
            return [matter_view.call(one, tx.cases.get(one.case), rules, masked=masked) for one in tx.callbacks.waiting(now, leaf.reach)]

        shown, following = leaf.cut(await house.store.read(gather))
        return as_json({"callbacks": list(shown), "next": next_of(request, leaf, following)})

    async def note(self, request: web.Request, visitor: Visitor) -> web.Response:
        """Write down what a call came to: {"said": "satisfied"|"fair"|"dissatisfied"|"unreachable", "says": …} (P-18)."""
        number, said = number_of(request), await body_of(request, "said", "says")
        result, says = word(said, "said"), word(said, "says")
        return await self.entrance.decide(number, visitor, lambda tx, now, rules: note(tx, number, visitor.name, result, says, now, rules))
