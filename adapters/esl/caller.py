"""Calls placed through FreeSWITCH: originate in the background over its event socket (P-21)."""

import asyncio
from dataclasses import dataclass

from adapters.esl.line import Esl, EslSettings
from adapters.formats.call_outcome import SOCKET_KEY, by_socket
from adapters.formats.event_socket import originate
from routing.calls import CallEnd, CallOrder
from routing.dialling import channel, refuse

MILLISECONDS = 5000                 # for the key, once the text is over
MORE = 20.0                         # seconds beyond the ringing for the job's result


@dataclass(frozen=True, slots=True)
class EslCaller:
    """Fits hotline_bridge.ports.Caller; one connection to a call, listened on until the call has ended."""

    settings: EslSettings
    dial: str

    async def call(self, order: CallOrder) -> CallEnd:
        """Place one call and return how it ended. OSError where FreeSWITCH was never told, ValueError for an order it must not be given."""
        refuse(order)
        words = self._words(order)
        line = Esl(self.settings)
        await line.connect()
        try:
            with line.hear(lambda event: event.name == "CHANNEL_HANGUP_COMPLETE" and event.said("Unique-ID") == order.token) as hearing:
                try:
                    result = await line.bgapi(words, order.ring_seconds + MORE)
                    end = by_socket(result, None)
                    return end or by_socket(result, await hearing.next()) or CallEnd("unknown")
                except OSError as error:        # TimeoutError too: it was told, and nobody knows more
                    return CallEnd("unknown", said=f"{type(error).__name__}: {error}; perhaps the call was placed")
        finally:
            await asyncio.shield(line.close())

    def _words(self, order: CallOrder) -> str:
        variables = {
            "origination_uuid": order.token, "origination_caller_id_number": order.caller_id, "ignore_early_media": "true",
            "originate_timeout": str(order.ring_seconds), "accountcode": order.token,
        }
        # one key, one try; the sound again where an invalid one would be told of: no key is
        asks = f"1 1 1 {MILLISECONDS} # {order.sound} {order.sound} {SOCKET_KEY}"
        return originate(channel(self.dial, order.number), {name: value for name, value in variables.items() if value}, [("play_and_get_digits", asks), ("hangup", "NORMAL_CLEARING")])
