"""The walk of a case as a table: what is owed, and the plain function that does it in one transaction."""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime

from hotline_bridge.steps.answer import answer
from hotline_bridge.steps.aside import aside
from hotline_bridge.steps.books import books
from hotline_bridge.steps.call import call, form
from hotline_bridge.steps.call_errand import tell
from hotline_bridge.steps.callback import callback, heard
from hotline_bridge.steps.chase import chase, chase_all
from hotline_bridge.steps.digest import digest
from hotline_bridge.steps.dispatch import dispatch
from hotline_bridge.steps.hops import hops
from hotline_bridge.steps.listening import listening
from hotline_bridge.steps.posted import posted
from hotline_bridge.steps.radar import radar
from hotline_bridge.steps.read import read
from hotline_bridge.steps.recording import recorded, shared
from hotline_bridge.steps.register import register
from hotline_bridge.steps.returned import returned
from hotline_bridge.steps.triage import triage
from hotline_bridge.steps.undelivered import undelivered
from hotline_bridge.store.tx import Tx
from routing.rules import Rules

Step = Callable[[Tx, int, datetime, Rules], None]
Sweep = Callable[[Tx, Collection[int], datetime, Rules], None]

STEPS: Mapping[str, Step] = {
    "read": read,               # a paper was kept
    "register": register,       # a mail is a new complaint
    "triage": triage,           # a case was opened
    "dispatch": dispatch,       # nothing holds the case any more
    "posted": posted,           # the relay answered about a letter
    "undelivered": undelivered, # a slip did not arrive
    "returned": returned,       # a bounce came
    "answer": answer,           # a mail points to a case
    "chase": chase,             # an open case is looked after
    "hops": hops,               # a hop of a case may be late
    "digest": digest,           # a mailbox is reminded
    "aside": aside,             # a paper was set aside
    "radar": radar,             # a case was opened, or its unit is another
    "callback": callback,       # a customer is to be asked
    "heard": heard,             # a customer answered
    "books": books,             # reports fall due
    "call": call,               # a call has waited for its form
    "form": form,               # a form has waited for its call
    "call_errand": tell,        # the desk is to see to a call
    "recorded": recorded,       # a recording stands otherwise than before
    "recording-shared": shared, # several cases name one recording
    "listening": listening,     # somebody has listened to a recording
}
#: What falls due by the hundred in the same minute is done together; where one spoils it, each by itself.
SWEEPS: Mapping[str, Sweep] = {"chase": chase_all}
