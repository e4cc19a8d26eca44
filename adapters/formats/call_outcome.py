"""What became of a call that an exchange was told to place, out of what it says meanwhile (P-21)."""

from collections.abc import Mapping, Sequence

from adapters.formats.ami import Packet
from adapters.formats.event_socket import Event
from routing.calls import RECEIVED, CallEnd, Result

KEY = "HOTLINE_KEY_"                # and the token: the variable Asterisk's Read puts the key into
SOCKET_KEY = "hotline_key"          # FreeSWITCH's play_and_get_digits
SPOOLED = "HotlineChase"            # the UserEvent of deploy/asterisk/extensions.conf
#: Causes of Q.850 by which a person was not reached, and Asterisk's own reasons (the last control frame it saw).
CAUSES: Mapping[str, Result] = {"17": "busy", "21": "busy", "18": "no-answer", "19": "no-answer", "20": "no-answer", "31": "no-answer"}
REASONS: Mapping[str, Result] = {"1": "no-answer", "3": "no-answer", "5": "busy"}
#: The same as FreeSWITCH spells them behind -ERR.
SPELLED: Mapping[str, Result] = {
    "USER_BUSY": "busy", "CALL_REJECTED": "busy", "NO_USER_RESPONSE": "no-answer", "NO_ANSWER": "no-answer", "SUBSCRIBER_ABSENT": "no-answer",
    "ALLOTTED_TIMEOUT": "no-answer", "PROGRESS_TIMEOUT": "no-answer", "ORIGINATOR_CANCEL": "no-answer", "NORMAL_CLEARING": "no-answer",
}


def by_manager(heard: Sequence[Packet], token: str) -> CallEnd | None:
    """The end of a call placed by Originate with ChannelId `token`, and a variable that is named after it; None while it goes on.

    Of a call that nobody answered OriginateResponse tells no Uniqueid, and other connections count their ActionIDs as
    ours does: the variable's name in its Data says whose it is.
    """
    variable = f"{KEY}{token}"
    own = [packet for packet in heard if packet.get("uniqueid") == token]
    answers = (packet for packet in heard if packet.event == "OriginateResponse")
    placed = next((packet for packet in answers if packet.get("uniqueid") == token or packet.get("data").startswith(f"{variable},")), None)
    hung_up = next((packet for packet in own if packet.event == "Hangup"), None)
    if placed is None:
        return None
    if placed.response != "Success":
        cause, reason = hung_up.get("cause") if hung_up else "", placed.get("reason")
        said = f"Originate: reason {reason}" + (f", cause {cause} {hung_up.get('cause-txt')}" if hung_up else "")
        return CallEnd(CAUSES.get(cause) or REASONS.get(reason, "failed"), said=said)
    if hung_up is None:
        return None
    pressed = next((packet.get("value") for packet in own if packet.event == "VarSet" and packet.get("variable") == variable), "")
    return _answered(pressed, f"answered, cause {hung_up.get('cause')} {hung_up.get('cause-txt')}")


def by_file(heard: Sequence[Packet], token: str) -> CallEnd | None:
    """The end of a call placed by a .call file, as the dialplan's UserEvent tells it; None while it goes on."""
    told = next((packet for packet in heard if packet.event == "UserEvent" and packet.get("userevent") == SPOOLED and packet.get("token") == token), None)
    if told is None:
        return None
    if told.get("answered") == "yes":
        return _answered(told.get("pressed"), "answered")
    reason = told.get("reason")
    return CallEnd(REASONS.get(reason, "failed"), said=f"not answered: reason {reason}")


def by_socket(result: str, ended: Event | None) -> CallEnd | None:
    """The end of a call placed by originate: `result` is what the job said, `ended` the channel's CHANNEL_HANGUP_COMPLETE; None while it goes on."""
    if not result.startswith("+OK"):
        spelled = result.removeprefix("-ERR").strip()[:60]
        return CallEnd(SPELLED.get(spelled, "failed"), said=spelled)
    if ended is None:
        return None
    return _answered(ended.said(f"variable_{SOCKET_KEY}"), f"answered, {ended.said('Hangup-Cause', 'variable_hangup_cause')}")


def _answered(pressed: str, said: str) -> CallEnd:
    return CallEnd("acknowledged" if pressed == RECEIVED else "heard", pressed, said)
