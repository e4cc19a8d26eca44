"""The reminders that people see to, at the people's API: calls to units, and lines on the screen (P-20, P-21, C-3)."""

from collections.abc import Collection
from dataclasses import dataclass

from aiohttp import web

from hotline_bridge import errand_view
from hotline_bridge.console.door import Entrance, Visitor, as_json, body_of, leaf_of, next_of, query_of, word, yes
from hotline_bridge.steps.errand import see_to
from hotline_bridge.store.reminders import PEOPLES
from hotline_bridge.store.tx import Tx
from routing.errors import RuleError


@dataclass(frozen=True, slots=True)
class ReminderRoutes:
    """The routes about reminders."""

    entrance: Entrance

    def routes(self) -> list[web.RouteDef]:
        """What to add to the application."""
        admit = self.entrance.admit
        return [
            web.get("/api/v1/reminders", admit(("desk", "seat", "supervisor", "auditor"), self.list)),
            web.post("/api/v1/reminders/{id:[0-9]{1,18}}", admit(("desk", "seat"), self.see_to)),
        ]

    async def list(self, request: web.Request, _visitor: Visitor) -> web.Response:
        """What waits for a person, urgent ones first; `channel` telephone or console where only one is wanted."""
        asked, leaf = query_of(request, "channel"), leaf_of(request)
        channels, house = channels_of(asked["channel"]), self.entrance.house
        now, rules = house.clock(), house.rules

        def gather(tx: Tx) -> list[dict[str, object]]:
            waiting = tx.reminders.open(channels, leaf.reach)
            tried = tx.calls_out.of_reminders([one.id for one in waiting])
            return [errand_view.row(one, tx.cases.get(one.case), now, rules, tried.get(one.id, ())) for one in waiting]

        shown, following = leaf.cut(await house.store.read(gather))
        return as_json({"reminders": list(shown), "next": next_of(request, leaf, following)})

    async def see_to(self, request: web.Request, visitor: Visitor) -> web.Response:
        """Somebody called, or read the line: {"says": what was said, "reached": true|false} (P-21)."""
        reminder, said = int(request.match_info["id"]), await body_of(request, "says", "reached")
        says, reached = word(said, "says"), yes(said, "reached", default=True)
        return await self.entrance.decide("", visitor, lambda tx, now, rules: see_to(tx, reminder, visitor.name, says, now, rules, reached=reached))


def channels_of(name: str) -> Collection[str]:
    """The channels a list is of; RuleError where there is no such one."""
    if name and name not in PEOPLES:
        msg = f"channel must be one of {', '.join(PEOPLES)}"
        raise RuleError(msg)
    return (name,) if name else PEOPLES
