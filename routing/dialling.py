"""What may be said to an exchange about a call it shall place: refused, never escaped (P-21)."""

import re

from routing.calls import CallOrder

MOST_RINGING = 300          # seconds
_NUMBER, _CALLER_ID = re.compile(r"\+?[0-9*#]{1,32}"), re.compile(r"\+?[0-9]{0,20}")
_SOUND = re.compile(r"[A-Za-z0-9_./-]{1,240}\.wav")
_TOKEN = re.compile(r"[A-Za-z0-9-]{3,40}")
#: Channels as Asterisk and FreeSWITCH write them; nothing that sets words of a file, an action or a command apart.
DIAL = r"^[A-Za-z0-9_.:@/+-]*\{number\}[A-Za-z0-9_.:@/+-]*$"
_DIAL = re.compile(DIAL)


def refuse(order: CallOrder) -> None:
    """ValueError for an order with anything in it that an exchange could understand otherwise; it names the part, never its value (P-6)."""
    wrong = [
        ("the number", "digits, * and #, a + in front", _NUMBER.fullmatch(order.number)),
        ("the caller id", "at most 20 digits, a + in front", _CALLER_ID.fullmatch(order.caller_id)),
        ("the sound's path", "letters, digits and _ . / - with .wav at its end, no ..", _SOUND.fullmatch(order.sound) and ".." not in order.sound),
        ("the token", "letters, digits and -", _TOKEN.fullmatch(order.token)),
        ("the time of ringing", f"1 to {MOST_RINGING} seconds", 1 <= order.ring_seconds <= MOST_RINGING),
    ]
    for part, expected, good in wrong:
        if not good:
            raise ValueError(f"{part} of a call must not go to the exchange; expected {expected}")


def channel(dial: str, number: str) -> str:
    """The channel to a number; ValueError where `dial` (voice.dial) is no pattern of one."""
    if not _DIAL.fullmatch(dial):
        raise ValueError("voice.dial is no channel; expected e.g. PJSIP/{number}@trunk: letters, digits and _ . : @ / + - around {number}")
    return dial.replace("{number}", number)
