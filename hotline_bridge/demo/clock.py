"""The hotline's time while the story is told: it stands still until the story moves it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Shanghai")
FIRST_MOMENT = datetime(2026, 7, 20, 9, 0, tzinfo=ZONE)     # a Monday of a week without holidays


class DemoClock:
    """A ports.Clock that jumps, and that goes on by itself once the story is over."""

    def __init__(self, now: datetime = FIRST_MOMENT) -> None:
        self._now = now
        self._ticks: Callable[[], float] | None = None
        self._from = 0.0

    def __call__(self) -> datetime:
        """The time at the hotline, aware."""
        passed = self._ticks() - self._from if self._ticks else 0.0
        return self._now + timedelta(seconds=passed)

    def to(self, moment: str) -> None:
        """Go forward to a moment in Shanghai's time, written as 2026-07-24 09:00."""
        then = datetime.fromisoformat(moment).replace(tzinfo=ZONE)
        if then < self():
            msg = f"the story cannot go back from {self():%Y-%m-%d %H:%M} to {moment}"
            raise ValueError(msg)
        self._now = then

    def goes_on(self, ticks: Callable[[], float]) -> None:
        """From now on follow `ticks`, any count of seconds that only goes forward."""
        self._ticks, self._from = ticks, ticks()
