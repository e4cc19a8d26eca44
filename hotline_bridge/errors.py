"""What can go wrong while the daemon works, by what to do about it."""

from datetime import datetime


class Later(Exception):
    """Not now: try the task again at `at`."""

    def __init__(self, at: datetime, why: str) -> None:
        self.at = at
        super().__init__(why)


class Hopeless(Exception):
    """Trying again is useless: park the task for a person. The text says what happened and what to do."""


class LostClaim(Exception):
    """Another instance has taken the task over: drop what was done here."""
