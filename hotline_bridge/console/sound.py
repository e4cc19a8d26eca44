"""A recording as bytes for one listener: whole or a range, counted as it is sent (RFC 9110, P-6)."""

import asyncio
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass
from io import BufferedReader

from aiohttp import web

from adapters.formats.byte_range import Unsatisfiable, wanted
from hotline_bridge.console.trouble import problem
from hotline_bridge.house import House
from hotline_bridge.steps.listening import given

PIECE = 65_536
COUNTED = 131_072           # bytes between two lines of what was sent; of a very large file more
PRIVATE = {
    "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Cross-Origin-Resource-Policy": "same-origin",
}


@dataclass(frozen=True, slots=True)
class Sound:
    """What is sent: an open file, what it is called, and how many seconds it is long."""

    file: BufferedReader
    etag: str
    media: str
    name: str
    seconds: float


async def send(request: web.Request, sound: Sound, house: House, listening: int | None) -> web.StreamResponse:
    """Send the bytes that are asked for; what was sent is written down with the listening. The file is closed."""
    with sound.file:
        size = os.fstat(sound.file.fileno()).st_size
        headers = {**PRIVATE, "Accept-Ranges": "bytes", "ETag": sound.etag, "Content-Disposition": f'inline; filename="{sound.name}"', "Content-Type": sound.media}
        try:
            part = wanted(request.headers.get("Range", ""), request.headers.get("If-Range", ""), sound.etag, size) if request.method == "GET" else None
        except Unsatisfiable:
            return problem(416, f"the recording has {size} bytes", "ask for bytes that are there", {"Content-Range": f"bytes */{size}", "Accept-Ranges": "bytes"})
        first, last = part or (0, size)
        if part:
            headers["Content-Range"] = f"bytes {first}-{last - 1}/{size}"
        response = web.StreamResponse(status=206 if part else 200, headers=headers)
        response.content_length = last - first
        await response.prepare(request)
        if request.method == "GET":
            await _poured(response, sound, (first, last, size), house, listening)
        await response.write_eof()
        return response


async def _poured(response: web.StreamResponse, sound: Sound, span: tuple[int, int, int], house: House, listening: int | None) -> None:
    first, last, size = span
    sent = noted = first

    async def note() -> None:
        nonlocal noted
        if listening is not None and sent > noted:
            count, part = sent - noted, (noted / size * sound.seconds, sent / size * sound.seconds)
            noted, now = sent, house.clock()
            await house.store.run(lambda tx: given(tx, listening, count, part, now))

    try:
        async for piece in _pieces(sound.file, first, last):
            await response.write(piece)
            sent += len(piece)
            if sent - noted >= max(COUNTED, size // 256) or noted == first:
                await note()
    finally:
        await note()        # who hangs up has heard what was sent before


async def _pieces(file: BufferedReader, first: int, last: int) -> AsyncIterator[bytes]:
    file.seek(first)
    while first < last:
        piece = await asyncio.to_thread(file.read, min(PIECE, last - first))
        if not piece:
            msg = "the file has become shorter while it was sent"
            raise OSError(msg)
        first += len(piece)
        yield piece
