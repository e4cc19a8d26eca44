"""Call detail records: bytes of Asterisk's and FreeSWITCH's files and posts, and the Calls they tell of.

A row keeps its columns by name, and how it was read (`@form`, `@zone`). A Call is a function of its distinct rows and of
nothing else: that is why rows that arrive one by one end in the same Call as the whole file.
"""

from adapters.formats.cdr.reading import (
    Mistake, Reading, Silent, by_machine, call_json, call_of, calls_of, events_of, ids_of, joined, leg_of, legs_of, parted, ties_of,
)
from adapters.formats.cdr.sniff import AUTO, FORMS, KNOWN

__all__ = [
    "AUTO", "FORMS", "KNOWN", "Mistake", "Reading", "Silent", "by_machine", "call_json", "call_of", "calls_of", "events_of", "ids_of",
    "joined", "leg_of", "legs_of", "parted", "ties_of",
]
