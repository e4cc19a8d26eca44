"""Who comes to the people's API and what they say: let in by token and role, their words read strictly."""

import hashlib
import hmac
import json
import re
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from aiohttp import web

from hotline_bridge import views
from hotline_bridge.console.trouble import problem
from hotline_bridge.house import House
from hotline_bridge.store.tx import Tx
from routing.errors import RuleError
from routing.rules import Rules

log = structlog.get_logger()
Decision = Callable[[Tx, datetime, Rules], object]
Page = Callable[[web.Request, "Visitor"], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who may decide: a name, their roles, and the SHA-256 of their token."""

    name: str
    roles: Collection[str]
    token_sha256: str

    @property
    def masked(self) -> bool:
        """Whether they need not know who a customer is: only supervisor or auditor (P-6)."""
        return not {"seat", "reviewer", "desk"} & set(self.roles)


@dataclass(frozen=True, slots=True)
class Entrance:
    """Lets visitors in to pages, and their decisions to the store."""

    house: House
    visitors: Collection[Visitor]

    def admit(self, roles: Collection[str], page: Page) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        """Let in who has one of the roles, and answer what the rules forbid with the reason."""
        async def guarded(request: web.Request) -> web.StreamResponse:
            visitor = self._visitor(request.headers.get("Authorization", ""))
            if visitor is None:
                cure = "send the header Authorization: Bearer with your token"
                return problem(401, "the token is missing or unknown", cure, {"WWW-Authenticate": 'Bearer realm="hotline-bridge"'})
            if not set(roles) & set(visitor.roles):
                detail = f"this needs one of the roles {', '.join(roles)}; {visitor.name} has {', '.join(visitor.roles)}"
                return problem(403, detail, "ask somebody who has it, or the operator to change people.roles")
            try:
                return await page(request, visitor)
            except RuleError as error:
                return problem(409, str(error))

        return guarded

    def _visitor(self, header: str) -> Visitor | None:
        scheme, _, token = header.partition(" ")
        seen = hashlib.sha256(token.strip().encode("utf-8", "surrogateescape")).hexdigest()
        found = [one for one in self.visitors if hmac.compare_digest(one.token_sha256, seen)]
        return found[0] if found and scheme.lower() == "bearer" else None

    async def decide(self, number: str, visitor: Visitor, decision: Decision) -> web.Response:
        """Let a person decide, in one transaction; answers with the case as it stands then, where it is about one."""
        now, rules = self.house.clock(), self.house.rules
        await self.house.store.run(lambda tx: decision(tx, now, rules))
        self.house.desk_bell.ring()
        log.info("decided", case=number, who=visitor.name)
        if not number:
            return as_json({"done": True})
        one = await self.house.store.read(lambda tx: views.whole(tx, number))
        return as_json(views.row(one.case, rules) if one else {"done": True})


async def body_of(request: web.Request, *known: str) -> Mapping[str, Any]:
    """The body as an object that has only keys we know: one with a slip in it must not decide something else."""
    try:
        said = json.loads(await request.read() or b"{}")
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict):
        msg = 'the body is no JSON object; send e.g. {"findings": "…"}'
        raise RuleError(msg)
    _only(said, known, "the body")
    return said


def word(said: Mapping[str, Any], name: str) -> str:
    """A text; "" where it is not there."""
    value = said.get(name, "")
    if not isinstance(value, str):
        msg = f"{name} must be a text"
        raise RuleError(msg)
    return views.written(value)


def words(said: Mapping[str, Any], name: str) -> list[str]:
    """A list of texts, each once."""
    value = said.get(name, [])
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        msg = f"{name} must be a list of texts"
        raise RuleError(msg)
    return list(dict.fromkeys(views.written(one) for one in value))


def yes(said: Mapping[str, Any], name: str, *, default: bool | None) -> bool:
    """A yes or no; "false" in quotation marks is neither, and None as default means that it must be said."""
    value = said.get(name, default)
    if not isinstance(value, bool):
        msg = f"{name} must be said: true or false, without quotation marks"
        raise RuleError(msg)
    return value


def number_of(request: web.Request) -> str:
    """The case number of the path."""
    return views.written(request.match_info["number"])


def query_of(request: web.Request, *known: str) -> dict[str, str]:
    """The parameters behind the question mark; one we do not know would otherwise be taken for obeyed."""
    _only(request.query, (*known, "limit", "offset"), "the query")
    return {name: views.written(request.query.get(name, "")) for name in known}


def _only(said: Mapping[str, Any], known: Collection[str], what: str) -> None:
    if unknown := sorted(set(said) - set(known)):
        msg = f"{what} has {', '.join(one[:40] for one in unknown[:5])}, which means nothing here; known are {', '.join(known)}"
        raise RuleError(msg)


def leaf_of(request: web.Request) -> views.Leaf:
    """Which part of a list is asked for."""
    limit, offset = (request.query.get(name, default) for name, default in (("limit", "200"), ("offset", "0")))
    if not all(re.fullmatch("[0-9]{1,7}", one) for one in (limit, offset)) or not 1 <= int(limit) <= views.MOST:
        msg = f"limit must be a number from 1 to {views.MOST}, offset one from 0 on"
        raise RuleError(msg)
    return views.Leaf(int(limit), int(offset))


def next_of(request: web.Request, leaf: views.Leaf, following: int | None) -> str | None:
    """Where the list goes on."""
    return None if following is None else str(request.rel_url.update_query(limit=leaf.limit, offset=following))


def as_json(value: object) -> web.Response:
    """An answer, its Chinese legible."""
    return web.json_response(value, dumps=lambda it: json.dumps(it, ensure_ascii=False))


def moment(said: Mapping[str, Any], name: str, rules: Rules) -> datetime | None:
    """A day or a time in ISO form, without a zone in the bank's; None where it is not there."""
    written = word(said, name)
    if not written:
        return None
    try:
        at = datetime.fromisoformat(written)
        at.astimezone(rules.pack(rules.default_pack).zone)
    except (ValueError, OverflowError):
        msg = f"{name} must be a day or a time such as 2026-07-24 or 2026-07-24T10:30; it is {written[:40]}"
        raise RuleError(msg) from None
    return at if at.tzinfo else at.replace(tzinfo=rules.pack(rules.default_pack).zone)
