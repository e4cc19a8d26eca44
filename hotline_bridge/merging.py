"""One complaint goes on in an earlier one of the same person, and what that must never do: tell whom it accuses (law:17, law:18; P-6, P-9.1, P-14.3)."""

from dataclasses import replace

from hotline_bridge import letters
from hotline_bridge.gathering import DESK_KIND, Said
from hotline_bridge.recall import recall
from hotline_bridge.store.tx import Tx
from hotline_bridge.telling import tell_desk
from routing import matterwords
from routing.addressee import at_unit, may_be
from routing.case import HANDED_BACK, REOPENED, SIGNED, Case, Entry, State
from routing.clocks import MERGED, UNMERGED, Event
from routing.delivery import WITHDRAWN
from routing.errors import RuleError
from routing.hops import ENDED, RETURNED, WORKING
from routing.person import STRONG, same_person
from routing.rules import Rules
from routing.slip import WITHHELD, spoken_time

MERGE, UNMERGE, CARRIED = "并案", "撤销并案", "并案来件"
_LONGEST = 4_000            # characters of a merged complaint that go on to whoever handles the first
_NAMED = "被投诉人随并案记入本件"


def merge(tx: Tx, case: Case, into: Case, said: Said, rules: Rules) -> None:
    """Let a case go on in an earlier one of the same person (law:18): it closes as 并案, its words go to whoever handles the first.

    RuleError where they are two people's, where either has been answered or is closed (that is P-18), where the words must
    be heard again before they leave (P-9.1), or where those who handle the first must not hear them (P-11.1, P-14.3, law:17).
    """
    root = root_of(tx, into)
    _may_merge(tx, case, root, rules)
    tx.clocks.note(case.id, Event(MERGED, said.at, said.at, said.who, reason=said.why))
    closed = replace(case.moved(State.CLOSED), closed=said.at, outcome=MERGE, merged_into=root.id)
    tx.cases.save(closed, Entry(said.at, said.who, MERGE, f"并入 {root.number}：{said.why}", rules.digest))
    recall(tx, case, said.who, said.at, rules)
    for kind in ("chase", "triage", "dispatch", "undelivered", "hops"):     # the hops themselves stand as they are, for the day the merger is taken back
        tx.tasks.strike(kind, case.id)
    _carry(tx, case, root, said, rules)


def root_of(tx: Tx, case: Case) -> Case:
    """The case in which this one goes on, however often it was merged; itself where it was not."""
    while case.merged_into is not None:
        case = tx.cases.get(case.merged_into)
    return case


# what may be merged -----------------------------------------------------------------------------------------------------
def _may_merge(tx: Tx, case: Case, root: Case, rules: Rules) -> None:
    if root.id == case.id:
        msg = f"case {case.number} cannot be merged into itself; name the case that goes on"
        raise RuleError(msg)
    if case.state is State.CLOSED:
        msg = f"case {case.number} is closed already; only an open one is merged (law:18)"
        raise RuleError(msg)
    if case.state is State.ANSWERED:
        msg = f"case {case.number} has its answer: merged, that would be thrown away (P-12); close it with its outcome, or join both in a matter instead"
        raise RuleError(msg)
    if root.state in {State.ANSWERED, State.CLOSED}:
        msg = f"case {root.number} is {root.state.value}: what comes after the answer is verified again, not merged (P-18); join both in a matter instead"
        raise RuleError(msg)
    if rules.pack(case.pack).outcome(MERGE) is None:
        msg = f"{case.pack} knows no outcome {MERGE} (law:18); add it to closing.outcomes, or join both in a matter instead"
        raise RuleError(msg)
    marks = tx.sketches.marks((case.id, root.id))
    strong = [{mark for mark in marks[one] if mark.kind in STRONG} for one in (case.id, root.id)]
    if all(strong) and not same_person(*strong):
        msg = f"cases {case.number} and {root.number} are two people's, and each is owed an answer (law:18); `matters join` says that it is one matter"
        raise RuleError(msg)
    _nobody_accused_reads_it(tx, case, root, rules)
    _heard_again(tx, case, root, rules)


def _nobody_accused_reads_it(tx: Tx, case: Case, root: Case, rules: Rules) -> None:
    """The words of a case do not go to the person it complains about (P-11.1, law:17), nor a crime to the unit it is reported of (P-14.3)."""
    if _of_crime(case, rules) != _of_crime(root, rules):
        msg = (
            f"only one of {case.number} and {root.number} reports a financial crime, which goes to the inspection department alone (P-14.3); "
            "leave them apart, `matters join` says that it is one matter, or correct the category of the other first"
        )
        raise RuleError(msg)
    named, known = case.complaint.person_hint, root.complaint.person_hint
    readers = [box for box in _readers(tx, root) if _reads(box, named, rules)] if named else []
    others = [
        one for code in {case.unit, root.unit} if code for unit in rules.directory.chain(code)
        for one in (unit.first, unit.second) if one.name and may_be(named, one.name) and not may_be(known, one.name)
    ] if named and known else []
    if readers or others:
        msg = (
            f"case {case.number} names a person complained about who may read what goes out about {root.number} (P-11.1, law:17); "
            "leave them apart, and say with `matters join` that it is one matter"
        )
        raise RuleError(msg)


def _of_crime(case: Case, rules: Rules) -> bool:
    inspection = rules.pack(case.pack).inspection
    category = case.category or (case.verdict.category if case.verdict else None)
    return inspection is not None and category in inspection.categories


def _reads(box: str, named: str, rules: Rules) -> bool:
    """Whether the person complained about may read a mailbox: their own, or their unit's where nobody else there takes its letters."""
    for unit in rules.directory.by_mailbox(box):
        theirs = [one for one in (unit.first, unit.second) if one.name and may_be(named, one.name)]
        taker = at_unit(unit, named)
        if any(one.mailbox == box for one in theirs) or (theirs and (taker is None or taker.mailbox != box)):
            return True
    return False


def _heard_again(tx: Tx, case: Case, root: Case, rules: Rules) -> None:
    """What a reviewer must hear first goes nowhere unsigned, and signed for nobody but whom the signature names (P-9.1)."""
    if root.state is not State.SENT or not rules.holds(case):
        return          # below the first's own complaint its flags hold the first
    last = next((line.what for line in reversed(tx.cases.book(case.id)) if line.what in {SIGNED, HANDED_BACK, REOPENED}), "")
    signature = tx.cases.signature(case.id)
    if last != SIGNED or signature is None:
        msg = f"case {case.number} waits to be heard again (P-9.1) and {root.number} has left: let a reviewer sign or dismiss the flags first, then merge"
        raise RuleError(msg)
    if strangers := [box for box in _readers(tx, root) if box not in letters.signed_for(signature)]:
        msg = (
            f"case {case.number} is flagged, and its reviewer did not sign for {', '.join(strangers)}, who handle {root.number} (P-9.1); "
            "leave them apart, and say with `matters join` that it is one matter"
        )
        raise RuleError(msg)


# its words --------------------------------------------------------------------------------------------------------------
def _readers(tx: Tx, root: Case) -> tuple[str, ...]:
    """Who has the slip that is out now: by letter of ours, by a unit's own mail, or by telephone; who gave it back has it no more."""
    if root.state is not State.SENT:
        return ()
    hops = [hop for hop in tx.hops.of_round(root) if hop.part in WORKING]
    has = {hop.mailbox for hop in hops if hop.state not in {RETURNED, ENDED}}
    back = {hop.mailbox for hop in hops} - has
    sent = [one.recipient for one in tx.tray.of_case(root.id) if one.purpose.startswith("slip") and one.message_id.startswith(f"slip.{root.round}.")]
    return tuple(one for one in dict.fromkeys((*sent, *sorted(has))) if one not in back)


def _carry(tx: Tx, case: Case, root: Case, said: Said, rules: Rules) -> None:
    """Bring the words of a merged case to the first: below its own complaint, for every slip to come, and by letter where one has left (law:18)."""
    adopted = case.complaint.person_hint if not root.complaint.person_hint else ""
    complaint = replace(root.complaint, text=f"{root.complaint.text}{_block(case, rules)}", person_hint=root.complaint.person_hint or adopted)
    at = spoken_time(case.received, rules.pack(case.pack).zone)
    says = f"{case.number}（{at}受理）并入{f'，{_NAMED}' if adopted else ''}：{case.complaint.text[:_LONGEST]}"
    more = _flagged(case, root, rules.judged(replace(root, complaint=complaint)))
    tx.cases.save(more, Entry(said.at, said.who, CARRIED, says, rules.digest))
    if root.state is not State.SENT:
        return
    boxes = _readers(tx, root)
    words = matterwords.supplement(rules.sheets, root.number, case.number, at, "" if case.complaint.withheld else case.complaint.text[:_LONGEST])
    letter = tx.tray.put(letters.plain(root, (f"slip-more:{case.id}", root.round), words, boxes, said.at, rules), said.at) if boxes else None
    if letter is not None:
        tx.tasks.owe("post", letter, said.at)
    elif not boxes:
        tell_desk(tx, root, CARRIED, [f"{case.number} 已并入本件，没有可送达的承办单位邮箱，请电话告知。"], (-(8 * DESK_KIND + case.id), said.at), rules)


def _flagged(case: Case, root: Case, judged: Case) -> Case:
    """The first case with the flags of both: what a person or triage saw in either holds the slip from now on (P-9.1)."""
    if judged.verdict is None:
        return judged
    theirs = case.verdict.flags if case.verdict else ()
    if case.complaint.withheld:
        theirs = tuple(replace(flag, evidence="") for flag in theirs)       # nothing of it is quoted (P-6)
    own = root.verdict.flags if root.verdict else ()
    flags = list(judged.verdict.flags)
    for flag in (*own, *theirs):
        if all(flag.name != one.name for one in flags):
            flags.append(flag)
    return replace(judged, verdict=replace(judged.verdict, flags=tuple(flags)))


def _block(case: Case, rules: Rules) -> str:
    """What stands of a merged case below the first: its words, save where its writer allows no forwarding (P-6)."""
    words = WITHHELD if case.complaint.withheld else case.complaint.text[:_LONGEST]
    return f"\n【并案 {case.number}，{spoken_time(case.received, rules.pack(case.pack).zone)}】{words}"


# taken back -------------------------------------------------------------------------------------------------------------
def unmerge(tx: Tx, case: Case, said: Said, rules: Rules) -> None:
    """Take a merger back: the case is what it was before, its limits worked out anew; nothing of either is lost.

    Where a letter of its slip was stopped by the merger, all of it goes out anew.
    """
    if case.merged_into is None:
        msg = f"case {case.number} is not merged into another; `hotline-bridge cases show` says how it was closed"
        raise RuleError(msg)
    first = tx.cases.get(case.merged_into)
    state = State[tx.matters.before_merging(case.id)]
    sent = [one for one in tx.tray.of_case(case.id) if one.message_id.startswith(tuple(f"{kind}.{case.round}." for kind in ("slip", "copy", "notice")))]
    stopped = any(one.answer == WITHDRAWN for one in sent) or not any(one.accepted is not None for one in sent)
    if state is State.SENT and stopped:
        state = State.DESK
    tx.clocks.note(case.id, Event(UNMERGED, said.at, said.at, said.who, reason=said.why))
    back = replace(case, state=state, closed=None, outcome="", merged_into=None)        # no move: what was done is undone
    again = rules.timed(back, tx.clocks.of_case(case.id))
    tx.cases.save(again, Entry(said.at, said.who, UNMERGE, f"不再并入 {first.number}，恢复为{state.value}：{said.why}", rules.digest))
    _take_back(tx, case, first, said, rules)
    if state is State.TAKEN and case.verdict is None:
        tx.tasks.owe("triage", case.id, said.at)
    elif state is State.TAKEN or (state is State.DESK and case.round):
        tx.tasks.owe("dispatch", case.id, said.at)
    elif state is State.SENT:
        tx.tasks.owe("hops", case.id, said.at)
    tx.tasks.owe("chase", case.id, said.at)


def _take_back(tx: Tx, case: Case, first: Case, said: Said, rules: Rules) -> None:
    """Take the words back out of every case they were carried to; where somebody has been sent them, the desk hears of it."""
    entry = Entry(said.at, said.who, UNMERGE, f"{case.number} 不再并入本件：{said.why}", rules.digest)
    block, into = _block(case, rules), first
    while True:
        _without(tx, into, (case, block), entry, rules)
        if into.merged_into is None:
            break
        into = tx.cases.get(into.merged_into)
    if into.state is not State.CLOSED and (into.round or block not in into.complaint.text):
        lines = [f"{case.number} 不再并入 {into.number}，其内容此前可能已转给承办单位，请告知承办单位两件分别办理。"]
        tell_desk(tx, into, UNMERGE, lines, (-(3 * DESK_KIND + case.id), said.at), rules)


def _without(tx: Tx, into: Case, theirs: tuple[Case, str], entry: Entry, rules: Rules) -> None:
    """A case without what was carried to it: the words, and the person it did not name itself."""
    case, block = theirs
    adopted = any(line.what == CARRIED and line.says.startswith(case.number) and _NAMED in line.says.partition("：")[0] for line in tx.cases.book(into.id))
    named = "" if adopted else into.complaint.person_hint
    plain = replace(into, complaint=replace(into.complaint, text=into.complaint.text.replace(block, "", 1), person_hint=named))
    if plain == into or (into.state in {State.ANSWERED, State.CLOSED} and into.merged_into is None):
        tx.cases.note(into.id, entry)       # what was answered, was answered with these words
        return
    tx.cases.save(rules.judged(plain), entry)
