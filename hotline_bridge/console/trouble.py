"""What goes wrong at the HTTP door, in one form: RFC 9457, with reason and cure, and nothing of the inside or of a customer (P-6)."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

import structlog
from aiohttp import web
from aiohttp.typedefs import Middleware
from aiohttp.web_exceptions import HTTPException

from hotline_bridge.logs import frames

log = structlog.get_logger()
Page = Callable[[web.Request], Awaitable[web.StreamResponse]]
AGAIN = 10          # seconds until a desktop may try again while the store is away
CURES = {
    400: ("the request cannot be read", "send HTTP/1.1 with one JSON object in UTF-8"),
    404: ("there is no such page", "docs/api.md lists the requests"),
    405: ("this page does not take that method", "see the header Allow, and docs/api.md"),
    413: ("the body is too large", "send the decision alone, as one JSON object"),
    417: ("this expectation cannot be met", "leave the header Expect away, or send 100-continue"),
}


def problem(status: int, detail: str, cure: str = "", headers: Mapping[str, str] | None = None) -> web.Response:
    """A problem as RFC 9457 describes it: what is wrong, and what to do."""
    body = {"type": "about:blank", "title": web.Response(status=status).reason, "status": status, "detail": detail, **({"cure": cure} if cure else {})}
    text = json.dumps(body, ensure_ascii=False)
    return web.Response(text=text, status=status, headers=dict(headers or {}), content_type="application/problem+json")


@dataclass(slots=True)
class Door:
    """Whether the door is open, and whether somebody still stands in it: those are answered before it is shut."""

    closing: bool = False
    _inside: int = 0
    _empty: asyncio.Event = field(default_factory=asyncio.Event)

    async def close(self, at_most: float) -> None:
        """Let nobody in any more, and wait until those inside have their answer, `at_most` seconds."""
        self.closing = True
        if self._inside:
            try:
                async with asyncio.timeout(at_most):
                    await self._empty.wait()
            except TimeoutError:
                log.warning("stopped with requests unanswered; they will be posted again", requests=self._inside)

    def middleware(self) -> Middleware:
        """Count who comes and goes; turn away who comes too late."""
        @web.middleware
        async def passing(request: web.Request, handler: Page) -> web.StreamResponse:
            if self.closing:
                return problem(503, "the bridge is stopping; this was not kept", "post again with the same call_id", {"Retry-After": str(AGAIN), "Connection": "close"})
            self._inside += 1
            try:
                return await handler(request)
            finally:
                self._inside -= 1
                if self.closing and not self._inside:
                    self._empty.set()

        return passing


@web.middleware
async def in_words(request: web.Request, handler: Page) -> web.StreamResponse:      # aiohttp calls it by that name
    """Answer whatever a page, or the server around it, could not do."""
    try:
        return await handler(request)
    except HTTPException as error:
        if error.status < 400:
            raise
        detail, cure = CURES.get(error.status, (error.reason, "docs/api.md lists the requests"))
        return problem(error.status, detail, cure, {name: error.headers[name] for name in ("Allow",) if name in error.headers})
    except web.RequestPayloadError:         # a broken encoding, a chunk that is none, or the sender is gone
        return problem(400, "the body broke off or is not encoded as its headers say", "send it again, whole and without Content-Encoding", {"Connection": "close"})
    except OSError as error:
        log.error("store away", trouble=str(error) or "no answer in time", again_in_s=AGAIN)  # noqa: TRY400 (the cure says more)
        cure = "post again with the same call_id; tell the operator where it lasts"
        return problem(503, "the bridge cannot write at the moment; nothing is known to be kept", cure, {"Retry-After": str(AGAIN)})
    except Exception as error:  # noqa: BLE001 (its words may be a customer's)
        log.error("request failed", method=request.method, error=type(error).__name__, where=frames(error))  # noqa: TRY400 (as above)
        return problem(500, "a defect of the bridge; nothing is known to be kept", "post again with the same call_id; tell the operator, whose log says where")
