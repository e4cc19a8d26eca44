"""The board of calls as they stand at this moment: doors tell it, screens look at it. Nothing of it is kept (P-6)."""

from dataclasses import dataclass, field

from routing.calls import LiveCall


@dataclass(slots=True)
class Board:
    """Every call that rings or is spoken in now, by its exchange and id."""

    _calls: dict[tuple[str, str], LiveCall] = field(default_factory=dict)

    def tell(self, call: LiveCall) -> None:
        """A call has taken a turn."""
        key = (call.exchange, call.global_id)
        if call.stage == "ended":
            self._calls.pop(key, None)
        else:
            self._calls[key] = call

    def calls(self) -> list[LiveCall]:
        """The calls of this moment, the oldest first."""
        return sorted(self._calls.values(), key=lambda call: call.at)
