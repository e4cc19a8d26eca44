"""What is posted to a door, taken in: each body within a time, and only a few large ones at once, however many come."""

import asyncio
from dataclasses import dataclass, field

from aiohttp import web

PIECE = 64 << 10            # bytes; as much of a body may be here before it counts as a large one
PATIENCE = 30.0             # seconds in which a body comes whole, waiting for others included
MOST_LARGE = 8


@dataclass(frozen=True, slots=True)
class Bodies:
    """Takes bodies in for one door. `patience` and `most_large` bound what somebody who sends and never ends can hold."""

    patience: float = PATIENCE
    most_large: int = MOST_LARGE
    _large: asyncio.Semaphore = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_large", asyncio.Semaphore(self.most_large))

    async def take(self, request: web.Request, largest: int) -> bytes:
        """The body; of one over `largest` as much as shows that it is. TimeoutError where it does not come in time."""
        async with asyncio.timeout(self.patience):
            body = await _more(request, b"", min(PIECE, largest))
            if len(body) <= min(PIECE, largest):
                return body
            async with self._large:
                return await _more(request, body, largest)


async def _more(request: web.Request, begun: bytes, most: int) -> bytes:
    """What has begun and what follows it, until it is whole or over `most` bytes."""
    chunks, size = [begun], len(begun)
    async for chunk in request.content.iter_chunked(PIECE):
        chunks.append(chunk)
        size += len(chunk)
        if size > most:
            break
    return b"".join(chunks)
