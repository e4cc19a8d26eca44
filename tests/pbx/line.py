"""A line between the bridge and the exchange's manager interface that can be cut, and mended again."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.chaos.proxy import reset
from tests.servers.ports import free_ports
from tests.servers.running import HOST


class Line:
    """Carries bytes to the exchange while it is whole; `port` is where the bridge connects."""

    def __init__(self, behind: int) -> None:
        self.behind, self.connections = behind, 0
        (self.port,) = free_ports(1)
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()
        self._flows = asyncio.Event()
        self._flows.set()

    async def mend(self) -> None:
        """From now on connections are carried."""
        self._flows.set()
        if self._server is None:
            self._server = await asyncio.start_server(self._carry, HOST, self.port)

    async def cut(self) -> None:
        """End every connection with a RST; new ones are refused."""
        server, self._server = self._server, None
        if server is not None:
            server.close()
        for writer in list(self._open):
            reset(writer)
        if server is not None:
            await server.wait_closed()

    def hush(self) -> None:
        """No byte any more in either direction; the connections stay, as behind a firewall that forgot them."""
        self._flows.clear()

    async def _carry(self, from_bridge: asyncio.StreamReader, to_bridge: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._open.add(to_bridge)
        to_exchange = None
        try:
            from_exchange, to_exchange = await asyncio.open_connection(HOST, self.behind)
            self._open.add(to_exchange)
            ways = [asyncio.ensure_future(self._pump(*ends)) for ends in ((from_bridge, to_exchange), (from_exchange, to_bridge))]
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            for way in ways:
                way.cancel()
        except OSError:
            pass                        # the exchange is down: the bridge finds its connection closed
        finally:
            for writer in filter(None, (to_bridge, to_exchange)):
                self._open.discard(writer)
                writer.transport.abort()

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while read := await reader.read(1 << 16):
                await self._flows.wait()
                writer.write(read)
                await writer.drain()


@asynccontextmanager
async def line_to(port: int) -> AsyncIterator[Line]:
    """A whole line while the block runs."""
    line = Line(port)
    await line.mend()
    try:
        yield line
    finally:
        await line.cut()
