"""Complaints entered over the people's API: one, or a table of them; and the look at an identity number (P-9, P-6)."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import structlog
from aiohttp import web

from adapters.formats.entry_form import Today, read_entry
from adapters.formats.entry_sheet import CellMistake, Sheet, by, read_sheet, template
from adapters.formats.form_json import BadForm
from hotline_bridge.console.door import Entrance, Visitor, as_json, body_of, number_of, query_of, word
from hotline_bridge.console.trouble import problem
from hotline_bridge.entering import OPENED, shown, shown_row
from hotline_bridge.errors import Later
from hotline_bridge.steps.enter import BadRows, enter, enter_all, look_at_id, preview
from hotline_bridge.store.tx import Tx
from routing.errors import RuleError
from routing.papers import Unreadable

log = structlog.get_logger()
T = TypeVar("T")
AGAIN = 3                   # times that one who is overtaken tries again
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True, slots=True)
class EntryRoutes:
    """The routes about entering."""

    entrance: Entrance

    def routes(self) -> list[web.RouteDef]:
        """What to add to the application."""
        admit = self.entrance.admit
        return [
            web.post("/api/v1/cases", admit(("seat", "desk"), self.enter)),
            web.post("/api/v1/imports", admit(("desk",), self.take_table)),
            web.get("/api/v1/imports/template", admit(("seat", "desk", "supervisor"), self.template)),
            web.post("/api/v1/cases/{number}/identity", admit(("desk",), self.identity)),
        ]

    async def enter(self, request: web.Request, visitor: Visitor) -> web.Response:
        """Enter one complaint: {"channel": 信件, "narrative": …, …}; 201 opened, 200 known already (P-9.5 - P-9.9)."""
        try:
            row = json.loads(await request.read() or b"{}")
            if not isinstance(row, dict):
                return _no_object()
            entry = read_entry(row, self._today())
        except BadForm as error:
            return _unusable([{"pointer": one.pointer, "detail": one.wrong, "expected": one.expected} for one in error.mistakes])
        except (ValueError, RecursionError):
            return _no_object()
        house, now = self.entrance.house, self.entrance.house.clock()
        done = await self._kept(lambda tx: enter(tx, entry, visitor.name, now, house.rules, desk="desk" in visitor.roles))
        house.desk_bell.ring()
        log.info("complaint entered", case=done.number, who=visitor.name)
        return _with_status(201 if done.standing == OPENED else 200, shown(done))

    async def take_table(self, request: web.Request, visitor: Visitor) -> web.Response:
        """Look at a table of complaints, the file as the body; with ?apply=true enter all of it, or none where any row is wrong."""
        apply = query_of(request, "apply")["apply"]
        if apply not in {"", "true", "false"}:
            msg = "apply must be true or false; without it nothing is entered"
            raise RuleError(msg)
        content, today = await request.read(), self._today()
        try:
            sheet = by(await asyncio.to_thread(read_sheet, content, today), visitor.name)
            rows = await self._rows(sheet, visitor, apply=apply == "true")
        except BadRows as error:
            return _unusable([_cell(one) for one in error.mistakes])
        except Unreadable as error:
            return problem(422, str(error), "GET /api/v1/imports/template gives an empty table")
        if sheet.mistakes:
            return _unusable([_cell(one) for one in sheet.mistakes], notes=list(sheet.notes))
        return as_json({"applied": apply == "true", "rows": rows, "notes": list(sheet.notes)})

    async def _rows(self, sheet: Sheet, visitor: Visitor, *, apply: bool) -> list[dict[str, object]]:
        """What becomes of the rows, or would; nothing where any cell is wrong."""
        if sheet.mistakes:
            return []
        house, now = self.entrance.house, self.entrance.house.clock()
        if not apply:
            seen = await house.store.read(lambda tx: preview(tx, sheet.lines, visitor.name, now, house.rules))
            return [shown_row(one) for one in seen]
        done = await self._kept(lambda tx: enter_all(tx, sheet.lines, visitor.name, now, house.rules))
        house.desk_bell.ring()
        log.info("table entered", rows=len(done), who=visitor.name)
        return [shown_row(one) for one in done]

    async def template(self, _request: web.Request, _visitor: Visitor) -> web.Response:
        """An empty table to fill in."""
        body = await asyncio.to_thread(template)
        return web.Response(body=body, content_type=XLSX, headers={"Content-Disposition": 'attachment; filename="complaints.xlsx"'})

    async def identity(self, request: web.Request, visitor: Visitor) -> web.Response:
        """The customer's identity number in plain: {"says": why}; who looked stands in the book (P-6)."""
        number, why = number_of(request), word(await body_of(request, "says"), "says")
        house, now = self.entrance.house, self.entrance.house.clock()
        plain = await house.store.run(lambda tx: look_at_id(tx, number, visitor.name, why, now, house.rules))
        log.info("identity number looked at", case=number, who=visitor.name)
        return as_json({"id_number": plain})

    async def _kept(self, work: Callable[[Tx], T]) -> T:
        """Write it; again where somebody else registered the same number of an authority in that instant: then it is known."""
        for _ in range(AGAIN):
            try:
                return await self.entrance.house.store.run(work)
            except Later:
                continue
        return await self.entrance.house.store.run(work)

    def _today(self) -> Today:
        rules = self.entrance.house.rules
        pack = rules.pack(rules.default_pack)
        return Today(self.entrance.house.clock(), pack.zone, pack.hours)


def _no_object() -> web.Response:
    return problem(422, "the body is no JSON object", 'send e.g. {"channel": "信件", "narrative": "…"}')


def _cell(one: CellMistake) -> dict[str, object]:
    return {"cell": one.cell, "column": one.column, "detail": one.wrong, "expected": one.cure}


def _unusable(errors: list[dict[str, object]], **more: object) -> web.Response:
    body = {
        "type": "about:blank", "title": "Unprocessable Content", "status": 422, "detail": f"{len(errors)} 处不能使用，未登记任何一件",
        "cure": "按 errors 逐项更正后重新提交 / mend what errors names and send it again; nothing was entered", "errors": errors, **more,
    }
    return web.Response(text=json.dumps(body, ensure_ascii=False), status=422, content_type="application/problem+json")


def _with_status(status: int, body: dict[str, object]) -> web.Response:
    return web.json_response(body, status=status, dumps=lambda it: json.dumps(it, ensure_ascii=False))
