"""Calls placed through Asterisk: by Originate over its manager interface, or by .call files in its outgoing folder (P-21).

One connection to a call, opened before Asterisk is told and listened on until the call has ended; so a call whose end
nobody could hear is never begun. The exchange is told nothing but what `routing.dialling` lets through.
"""

import asyncio
import os
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from adapters.ami.line import Ami, AmiSettings, Refused
from adapters.formats.ami import Packet
from adapters.formats.call_outcome import KEY, by_file, by_manager
from routing.calls import CallEnd, CallOrder
from routing.dialling import channel, refuse

CONTEXT = "hotline-bridge-chase"    # of deploy/asterisk/extensions.conf
SECONDS = 5                         # for the key, once the text is over
DRAFTS = "hotline-bridge"           # beside the outgoing folder, on the same filesystem
Outcome = Callable[[Sequence[Packet]], CallEnd | None]


@dataclass(slots=True)
class _Heard:
    """The events of one call so far."""

    packets: list[Packet] = field(default_factory=list)
    bell: asyncio.Event = field(default_factory=asyncio.Event)

    def hear(self, packet: Packet) -> None:
        if not packet.damage:
            self.packets.append(packet)
            self.bell.set()


@dataclass(frozen=True, slots=True)
class AmiCaller:
    """Fits hotline_bridge.ports.Caller: Originate, then Read plays the sound and takes one key.

    The user needs `write = originate` and `read = call,dialplan`.
    """

    settings: AmiSettings
    dial: str

    async def call(self, order: CallOrder) -> CallEnd:
        """Place one call and return how it ended. OSError where Asterisk was never told, ValueError for an order it must not be given."""
        refuse(order)
        asked = {
            "Action": "Originate", "Channel": channel(self.dial, order.number), "ChannelId": order.token, "OtherChannelId": f"{order.token}-2", "Application": "Read",
            "Data": f"{KEY}{order.token},{order.sound.removesuffix('.wav')},1,,1,{SECONDS}", "Timeout": str(order.ring_seconds * 1000), "Account": order.token, "Async": "true",
            **({"CallerID": f"<{order.caller_id}>"} if order.caller_id else {}),
        }

        async def tell(line: Ami) -> None:
            await line.act(asked)

        line = _line(self.settings, "call,dialplan", (order.token,))
        return await _followed(line, _Heard(), tell, lambda packets: by_manager(packets, order.token))


@dataclass(frozen=True, slots=True)
class CallFiles:
    """Fits hotline_bridge.ports.Caller: a .call file, renamed into the outgoing folder; the dialplan's UserEvent tells the end.

    The user needs `read = user`, and deploy/asterisk/extensions.conf must be included.
    """

    settings: AmiSettings
    dial: str
    spool: Path

    async def call(self, order: CallOrder) -> CallEnd:
        """Place one call and return how it ended. OSError where Asterisk was never told, ValueError for an order it must not be given."""
        refuse(order)
        content, name = call_file(order, channel(self.dial, order.number)), f"{order.token}.call"

        async def tell(_line: Ami) -> None:
            laying = asyncio.ensure_future(asyncio.to_thread(put, self.spool, name, content))
            try:
                await asyncio.shield(laying)
            finally:            # who is cancelled waits: a file laid down after it was taken away would be a call
                await asyncio.wait({laying})

        line = _line(self.settings, "user", (order.token,))
        try:
            return await _followed(line, _Heard(), tell, lambda packets: by_file(packets, order.token))
        finally:                # an Asterisk that died in the middle finds it again, and would place the call once more
            (self.spool / name).unlink(missing_ok=True)


def call_file(order: CallOrder, to: str) -> bytes:
    """The .call file of an order; one that was checked by `refuse`."""
    lines = [
        f"Channel: {to}", *([f"CallerID: <{order.caller_id}>"] if order.caller_id else []), f"WaitTime: {order.ring_seconds}", "MaxRetries: 0", "RetryTime: 60",
        f"Account: {order.token}", f"Context: {CONTEXT}", "Extension: s", "Priority: 1", "AlwaysDelete: yes",
        f"Set: HOTLINE_TOKEN={order.token}", f"Set: HOTLINE_SOUND={order.sound.removesuffix('.wav')}",
    ]
    return ("\n".join(lines) + "\n").encode("ascii")


def put(spool: Path, name: str, content: bytes) -> None:
    """Lay a file into the outgoing folder whole: written beside it and renamed in. OSError where that cannot be."""
    drafts = spool.parent / DRAFTS
    drafts.mkdir(mode=0o770, exist_ok=True)
    if drafts.stat().st_dev != spool.stat().st_dev:
        raise OSError(f"{spool} and {drafts} lie on different filesystems; a .call file must be renamed in, or Asterisk reads half of it")
    draft = drafts / name
    try:
        with draft.open("xb") as file:
            os.fchmod(file.fileno(), 0o660)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.rename(spool / name)
    finally:
        draft.unlink(missing_ok=True)


def _line(settings: AmiSettings, events: str, filters: tuple[str, ...]) -> Ami:
    return Ami(replace(settings, events=events, filters=filters))


async def _followed(line: Ami, heard: _Heard, tell: Callable[[Ami], Awaitable[None]], outcome: Outcome) -> CallEnd:
    """Connect, tell Asterisk, and listen until the outcome is there; "unknown" where the line breaks once it was told."""
    line.subscribe(heard.hear)
    await line.connect()
    try:
        try:
            await tell(line)
        except Refused:
            raise
        except ConnectionError as error:
            return CallEnd("unknown", said=f"{error}; perhaps the call was placed")
        except TimeoutError as error:
            return CallEnd("unknown", said=f"{error}; perhaps the call was placed")
        return await _outcome(line, heard, outcome)
    finally:
        await line.close()


async def _outcome(line: Ami, heard: _Heard, outcome: Outcome) -> CallEnd:
    broken = asyncio.ensure_future(line.broken())
    try:
        while (end := outcome(heard.packets)) is None:
            if broken.done():
                return CallEnd("unknown", said=f"{broken.exception()}; the call may have gone on")
            heard.bell.clear()
            bell = asyncio.ensure_future(heard.bell.wait())
            await asyncio.wait({bell, broken}, return_when=asyncio.FIRST_COMPLETED)
            bell.cancel()
        return end
    finally:
        broken.cancel()
        await asyncio.gather(broken, return_exceptions=True)
