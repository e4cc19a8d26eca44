"""A CHANNEL_HANGUP_COMPLETE of the event socket as a row: it carries the leg's variables as its CDR does."""

from collections.abc import Mapping

from adapters.formats.exchange_text import clean

#: What the event calls a thing, and under which name a row of mod_json_cdr has it.
_ALSO = {
    "uuid": ("Unique-ID",), "call_uuid": ("Channel-Call-UUID",), "direction": ("Call-Direction",), "hangup_cause": ("Hangup-Cause",),
    "bridge_uuid": ("Bridge-B-Unique-ID", "Other-Leg-Unique-ID"),
    "caller_profile.caller_id_name": ("Caller-Orig-Caller-ID-Name", "Caller-Caller-ID-Name"),
    "caller_profile.caller_id_number": ("Caller-Orig-Caller-ID-Number", "Caller-Caller-ID-Number"),
    "caller_profile.ani": ("Caller-ANI",), "caller_profile.destination_number": ("Caller-Destination-Number",),
    "times.created_time": ("Caller-Channel-Created-Time",), "times.answered_time": ("Caller-Channel-Answered-Time",),
    "times.hangup_time": ("Caller-Channel-Hangup-Time",),
}
_VARIABLE = "variable_"


def columns_of(headers: Mapping[str, str]) -> dict[str, str]:
    """The columns of a row, by mod_json_cdr's names.

    The event tells the profile after the last transfer alone; then the number first dialled is what the INVITE asked for.
    """
    row = {clean(name.removeprefix(_VARIABLE)): clean(value) for name, value in headers.items() if name.startswith(_VARIABLE)}
    for column, names in _ALSO.items():
        said = next(filter(None, (headers.get(name, "").strip() for name in names)), "")
        if said and not row.get(column):
            row[column] = clean(said)
    if row.get("transfer_history") and row.get("sip_to_user"):
        row.pop("caller_profile.destination_number", None)
    return row
