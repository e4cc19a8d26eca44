"""The calls the bridge placed to units, at the people's API (P-21)."""

from dataclasses import dataclass

from aiohttp import web

from hotline_bridge import errand_view
from hotline_bridge.console.door import Entrance, Visitor, as_json, leaf_of, next_of
from hotline_bridge.store.tx import Tx
from routing.case import CaseId


@dataclass(frozen=True, slots=True)
class VoiceRoutes:
    """The routes about calls out."""

    entrance: Entrance

    def routes(self) -> list[web.RouteDef]:
        """What to add to the application."""
        return [web.get("/api/v1/calls-out", self.entrance.admit(("desk", "seat", "supervisor", "auditor"), self.list))]

    async def list(self, request: web.Request, _visitor: Visitor) -> web.Response:
        """The calls to units, the newest first, each with what came of it; nothing of the customer."""
        leaf, house = leaf_of(request), self.entrance.house
        rules = house.rules

        def gather(tx: Tx) -> list[dict[str, object]]:
            return [errand_view.placed(call, tx.cases.get(CaseId(call.case)), rules) for call in tx.calls_out.latest(leaf.reach)]

        shown, following = leaf.cut(await house.store.read(gather))
        return as_json({"calls": list(shown), "next": next_of(request, leaf, following)})
