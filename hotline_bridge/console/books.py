"""The books over the people's API: reports that were made, one to be made, and figures of any period (P-21, P-24)."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, tzinfo
from typing import Any
from urllib.parse import quote

import structlog
from aiohttp import web

from adapters.formats.books.page import POLICY
from hotline_bridge.bookkeeping import Wanted, days_of, entry_of, known_at, shown
from hotline_bridge.console.door import Entrance, Visitor, as_json, body_of, leaf_of, moment, next_of, query_of, word
from hotline_bridge.console.trouble import problem
from hotline_bridge.steps.books import order
from routing.errors import RuleError

log = structlog.get_logger()
_TYPES = {"xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "html": "text/html; charset=utf-8", "pdf": "application/pdf"}
_ONE = "/api/v1/reports/{id:[0-9]{1,18}}"


@dataclass(frozen=True, slots=True)
class BookRoutes:
    """The routes about reports."""

    entrance: Entrance

    def routes(self) -> list[web.RouteDef]:
        """What to add to the application."""
        readers, admit = ("desk", "supervisor", "auditor"), self.entrance.admit
        return [
            web.get("/api/v1/reports", admit(readers, self.list)),
            web.post("/api/v1/reports", admit(("desk", "supervisor"), self.order)),
            web.get(_ONE, admit(readers, self.show)),
            web.get(_ONE + "/{file}", admit(readers, self.file)),
        ]

    async def list(self, request: web.Request, _visitor: Visitor) -> web.Response:
        """The reports that were made, newest first; `limit` at a time."""
        query_of(request)
        leaf, house = leaf_of(request), self.entrance.house
        found, following = leaf.cut(await house.store.read(lambda tx: tx.reports.select(leaf.reach)))
        return as_json({"reports": [shown(one, house.rules) for one in found], "next": next_of(request, leaf, following)})

    async def show(self, request: web.Request, _visitor: Visitor) -> web.Response:
        """One report: of which days, as of when, the digest of its figures, its files."""
        house = self.entrance.house
        found = await house.store.read(lambda tx: tx.reports.get(int(request.match_info["id"])))
        return problem(404, "there is no such report", "GET /api/v1/reports lists them") if found is None else as_json(shown(found, house.rules))

    async def file(self, request: web.Request, visitor: Visitor) -> web.Response:
        """One of a report's files, byte for byte as it was sent."""
        house, name = self.entrance.house, request.match_info["file"]
        found = await house.store.read(lambda tx: tx.reports.get(int(request.match_info["id"])))
        blob = found.files.get(name) if found else None
        if found is None or blob is None:
            return problem(404, "there is no such file", "GET /api/v1/reports/{id} names those of a report")
        content = await asyncio.to_thread(lambda: house.store.read_now(lambda tx: tx.reports.file(blob)))
        log.info("report read", report=found.id, who=visitor.name)
        return web.Response(body=content, headers={
            "Content-Type": _TYPES[name.rpartition(".")[2]], "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}",
            "X-Content-Type-Options": "nosniff", "Content-Security-Policy": POLICY,
        })

    def _as_of(self, said: Mapping[str, Any], zone: tzinfo) -> datetime | None:
        """The moment somebody means; a bare day is meant with its end, as on the command line."""
        at = moment(said, "as_of", self.entrance.house.rules)
        bare = at is not None and len(word(said, "as_of")) == len("2026-12-31")
        return datetime.combine(at.astimezone(zone).date(), time.max, zone) if at is not None and bare else at

    async def order(self, request: web.Request, visitor: Visitor) -> web.Response:
        """Make a report and send it to its readers: {"name": …, "period": "2026-12", "as_of": …, "place": code, "pack": …}."""
        house = self.entrance.house
        said, rules, now = await body_of(request, "name", "period", "as_of", "place", "pack"), house.rules, house.clock()
        pack = rules.pack(word(said, "pack") or rules.default_pack)
        entry, place = entry_of(pack, word(said, "name")), word(said, "place")
        if place and rules.directory.get(place) is None:
            msg = f"{place[:40]} is no code in the directory"
            raise RuleError(msg)
        first, last = days_of(entry, word(said, "period"), now.astimezone(pack.zone).date())
        wanted = Wanted(entry, place, first, last, known_at(self._as_of(said, pack.zone), now))
        number = await house.store.run(lambda tx: order(tx, wanted, pack, now))
        house.books_bell.ring()
        log.info("report ordered", report=number, who=visitor.name)
        return as_json({"id": number})
