"""FreeSWITCH's event socket: a connection for commands (Esl), and the door that hears of calls (EslEvents)."""

from adapters.esl.door import EslEvents, HeardLeg
from adapters.esl.line import EVENTS, Esl, EslSettings, Hearing

__all__ = ["EVENTS", "Esl", "EslEvents", "EslSettings", "HeardLeg", "Hearing"]
