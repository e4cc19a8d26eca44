"""The matters at the people's API: look, join, leave, merge, take back (P-18, C-5; law: article 18)."""

from collections.abc import Mapping
from dataclasses import dataclass

import structlog
from aiohttp import web

from hotline_bridge import matter_view, views
from hotline_bridge.console.door import Decision, Entrance, Visitor, as_json, body_of, leaf_of, next_of, number_of, query_of, word
from hotline_bridge.console.trouble import problem
from hotline_bridge.steps.matter import join_by_hand, leave_by_hand, merge_by_hand, unmerge_by_hand
from hotline_bridge.store.tx import Tx
from routing.errors import RuleError

log = structlog.get_logger()
_LOOKS = ("desk", "supervisor", "auditor", "reviewer")


@dataclass(frozen=True, slots=True)
class MatterRoutes:
    """The routes about matters."""

    entrance: Entrance

    def routes(self) -> list[web.RouteDef]:
        """What to add to the application."""
        admit = self.entrance.admit
        return [
            web.get("/api/v1/matters", admit(_LOOKS, self.list)),
            web.get("/api/v1/matters/{id:[Mm]-[0-9]{1,15}}", admit(_LOOKS, self.show)),
            web.post("/api/v1/cases/{number}/matter", admit(("desk", "supervisor"), self.decide)),
        ]

    async def list(self, request: web.Request, _visitor: Visitor) -> web.Response:
        """Matters, the one that moved last first; with `likely` = yes those the desk is still asked about."""
        asked, leaf, rules = query_of(request, "likely"), leaf_of(request), self.entrance.house.rules

        def gather(tx: Tx) -> list[matter_view.WholeMatter]:
            found = tx.matters.listed(leaf.reach, likely=asked["likely"] == "yes")
            return [one for it in found if (one := matter_view.gathered(tx, it.id, whole=False)) is not None]

        shown, following = leaf.cut(await self.entrance.house.store.read(gather))
        return as_json({"matters": [matter_view.row(one, rules) for one in shown], "next": next_of(request, leaf, following)})

    async def show(self, request: web.Request, visitor: Visitor) -> web.Response:
        """One matter: its cases, its persons masked, what was reported, who decided what."""
        name = request.match_info["id"]
        one = await self.entrance.house.store.read(lambda tx: matter_view.gathered(tx, int(name[2:])))
        if one is None:
            return problem(404, f"there is no matter {name}", "GET /api/v1/matters lists them")
        log.info("matter read", matter=name, who=visitor.name)
        shown = matter_view.full(one, self.entrance.house.rules)
        return as_json(views.hidden(shown, *one.cases.values()) if visitor.masked else shown)

    async def decide(self, request: web.Request, visitor: Visitor) -> web.Response:
        """Decide about a case: {"do": "join"|"leave"|"merge"|"unmerge", "with": M-17 or another case's number, "says": why}."""
        number, said = number_of(request), await body_of(request, "do", "with", "says")
        what, other, says = word(said, "do"), word(said, "with"), word(said, "says")
        ways: Mapping[str, Decision] = {
            "join": lambda tx, now, rules: join_by_hand(tx, number, other, visitor.name, says, now, rules),
            "leave": lambda tx, now, rules: leave_by_hand(tx, number, other, visitor.name, says, now, rules),
            "merge": lambda tx, now, rules: merge_by_hand(tx, number, other, visitor.name, says, now, rules),
            "unmerge": lambda tx, now, rules: unmerge_by_hand(tx, number, visitor.name, says, now, rules),
        }
        if what not in ways:
            msg = f"do must be one of {', '.join(ways)}"
            raise RuleError(msg)
        done = await self.entrance.decide(number, visitor, ways[what])
        self.entrance.house.post_bell.ring()
        return done
