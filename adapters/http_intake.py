"""Seats' desktops post their forms here: 202 only after the commit (P-9.1, RFC 9110, RFC 9457, RFC 6750)."""

import hashlib
import hmac
from collections import deque
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from aiohttp import web

from adapters.bodies import Bodies
from adapters.formats.form_json import BadForm, read_form
from routing.papers import Form, Unreadable

PATH = "/api/v1/calls"
HEAD_KEPT = 64 << 10        # bytes of a body that is too large; the rest is not read
WINDOW = 60.0               # seconds


class Taken(Protocol):
    """What the hall answers: `standing` is opened, repeat or conflict."""

    @property
    def number(self) -> str: ...  # noqa: D102 (said above)
    @property
    def standing(self) -> str: ...  # noqa: D102 (said above)


Take = Callable[[str, bytes, Form, str], Awaitable[Taken]]
SetAside = Callable[[str, bytes, str, str], Awaitable[int]]


@dataclass(frozen=True, slots=True)
class Poster:
    """A source that may post: its name, the SHA-256 of its token, and the hotlines it may post for (empty: any)."""

    name: str
    token_sha256: str
    hotlines: Collection[str] = ()


@dataclass(slots=True)
class Pace:
    """How often each source has posted within the last minute."""

    per_minute: int
    _times: dict[str, deque[float]] = field(default_factory=dict)

    def wait(self, source: str, now: float) -> float:
        """Seconds the source must wait; 0 where it may post (`now` is any clock that only goes forward)."""
        times = self._times.setdefault(source, deque())
        while times and times[0] <= now - WINDOW:
            times.popleft()
        if len(times) >= self.per_minute:
            return times[0] + WINDOW - now
        times.append(now)
        return 0.0


@dataclass(frozen=True, slots=True)
class HttpIntake:
    """The door's routes for an aiohttp application.

    `take` keeps a form and opens its case, `set_aside` keeps a body nobody can use and returns its quarantine number;
    `clock` is any clock that only goes forward, in seconds.
    """

    posters: Collection[Poster]
    take: Take
    set_aside: SetAside
    largest: int
    pace: Pace
    clock: Callable[[], float]
    bodies: Bodies = field(default_factory=Bodies)

    def routes(self) -> list[web.RouteDef]:
        """What to add to the application."""
        return [web.post(PATH, self.post)]

    async def post(self, request: web.Request) -> web.Response:
        """Take one form."""
        poster = self._poster(request.headers.get("Authorization", ""))
        if poster is None:
            cure = "send the header Authorization: Bearer with the token of your source"
            return problem(401, "the token is missing or unknown", cure, headers={"WWW-Authenticate": 'Bearer realm="hotline-bridge"'})
        if wait := self.pace.wait(poster.name, self.clock()):
            return problem(429, "too many posts in a minute", "wait and send again", headers={"Retry-After": str(int(wait) + 1)})
        try:
            body = await self.bodies.take(request, self.largest)
        except TimeoutError:
            return problem(408, f"the body did not come within {self.bodies.patience:g} s", "send it again, in one go", headers={"Connection": "close"})
        except web.RequestPayloadError:
            return problem(400, "the body broke off or is not encoded as its headers say", "send it again, whole and without Content-Encoding", headers={"Connection": "close"})
        if len(body) > self.largest:
            number = await self.set_aside(poster.name, body[:HEAD_KEPT], f"a body of over {self.largest} bytes was posted; its head is kept", "send the form without attachments")
            return problem(413, f"the body is over {self.largest} bytes", "send the form alone; recordings are linked, not sent", quarantine=number)
        return await self._taken(poster, body)

    async def _taken(self, poster: Poster, body: bytes) -> web.Response:
        try:
            form, digest = read_form(body)
        except BadForm as error:
            rows = [{"pointer": m.pointer, "detail": m.wrong, "expected": m.expected} for m in error.mistakes]
            number = await self.set_aside(poster.name, body, str(error), "mend the fields named and post again")
            return problem(422, "fields cannot be used", "mend the fields named in errors and post again", quarantine=number, errors=rows)
        except Unreadable as error:
            number = await self.set_aside(poster.name, body, str(error), "mend the body and post again")
            return problem(422, str(error), "send one JSON object in UTF-8", quarantine=number)
        if form.source != poster.name:
            return problem(403, "this token is not the token of the source named in the body", "use the token of that source, or its own name as source")
        if poster.hotlines and form.hotline not in poster.hotlines:
            return problem(403, f"this source may not post for hotline {form.hotline}", "ask the operator to add it to sources.hotlines")
        return _answer(await self.take(poster.name, body, form, digest), form)

    def _poster(self, header: str) -> Poster | None:
        scheme, _, token = header.partition(" ")
        seen = hashlib.sha256(token.strip().encode("utf-8", "surrogateescape")).hexdigest()
        found = [p for p in self.posters if hmac.compare_digest(p.token_sha256, seen)]    # every one is compared: no timing tells which
        return found[0] if found and scheme.lower() == "bearer" else None


def _answer(taken: Taken, form: Form) -> web.Response:
    if taken.standing == "conflict":
        cure = "a call has one form: change the case at the desk, or post under the call's own id"
        return problem(409, f"call {form.call_id} was posted before with other content, as case {taken.number}", cure, case_number=taken.number)
    status = 202 if taken.standing == "opened" else 200
    return web.json_response({"case_number": taken.number, "call_id": form.call_id, "standing": taken.standing}, status=status)


def problem(status: int, detail: str, cure: str, headers: Mapping[str, str] | None = None, **more: object) -> web.Response:
    """A problem as RFC 9457 describes it: what is wrong, and what to do."""
    body: dict[str, object] = {"type": "about:blank", "title": web.Response(status=status).reason, "status": status, "detail": detail, "cure": cure, **more}
    return web.json_response(body, status=status, headers=dict(headers or {}), content_type="application/problem+json")
