"""Cases that are one matter: joined, parted, merged, counted by persons, and reported where there are many (P-18, C-5; law: articles 18, 25)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from hotline_bridge import letters
from hotline_bridge.recall import recall
from hotline_bridge.store.matters import JOINED, LEFT, LIKELY, Bond, Matter
from hotline_bridge.store.tx import Tx
from hotline_bridge.telling import tell_desk
from routing import matterwords
from routing.addressee import addressee, kept_from
from routing.case import REOPENED, SIGNED, Case, Entry, State
from routing.clocks import MERGED, UNMERGED, Event
from routing.errors import RuleError
from routing.likeness import restored
from routing.parties import Unit
from routing.person import STRONG, Persons, persons, same_person
from routing.radar import crossed
from routing.rules import Rules
from routing.slip import spoken_time

AGAIN, MERGE, UNMERGE, GATHERED, PARTED, ASKED = "再次投诉", "并案", "撤销并案", "归入同一事项", "移出同一事项", "疑似同一事项"
_KIND = 10**9               # rounds of letters to the desk, by what they are about: far from those of papers and slips
_LONGEST = 4_000            # characters of a merged complaint that go on to whoever handles the first


@dataclass(frozen=True, slots=True)
class Said:
    """Who decides, why, and when; `alike` how much alike the words are, where that was the reason."""

    who: str
    why: str
    at: datetime
    alike: float | None = None


def name_of(matter: int) -> str:
    """What people call a matter: M-17."""
    return f"M-{matter}"


# belonging --------------------------------------------------------------------------------------------------------------
def join(tx: Tx, case: Case, matter: Matter, said: Said, rules: Rules) -> Case:
    """Let a case belong to a matter, out of any other it was in; where it belongs there already, nothing happens."""
    if case.matter == matter.id:
        return case
    if case.matter is not None:
        case = part(tx, case, replace(said, why=f"改归 {name_of(matter.id)}：{said.why}"), rules)
    tx.matters.bind(Bond(case.id, matter.id, said.at, said.who, JOINED, said.why, said.alike))
    joined = replace(case, matter=matter.id)
    tx.cases.save(joined, Entry(said.at, said.who, GATHERED, f"{name_of(matter.id)}：{said.why}", rules.digest))
    return joined


def part(tx: Tx, case: Case, said: Said, rules: Rules) -> Case:
    """Let a case leave its matter; that it belonged there stays written."""
    assert case.matter is not None
    tx.matters.bind(Bond(case.id, case.matter, said.at, said.who, LEFT, said.why))
    left = replace(case, matter=None)
    tx.cases.save(left, Entry(said.at, said.who, PARTED, f"{name_of(case.matter)}：{said.why}", rules.digest))
    return left


def ask(tx: Tx, case: Case, matter: Matter, said: Said, rules: Rules) -> bool:
    """Write down that a case may belong to a matter, for the desk to decide; False where it was asked or decided before."""
    if any(bond.matter == matter.id for bond in tx.matters.of_case(case.id)):
        return False
    tx.matters.bind(Bond(case.id, matter.id, said.at, said.who, LIKELY, said.why, said.alike))
    tx.cases.note(case.id, Entry(said.at, said.who, ASKED, f"{name_of(matter.id)}：{said.why}", rules.digest))
    return True


def people_of(tx: Tx, matter: int) -> Persons:
    """How many people complain of a matter, by person and not by case; a group letter counts its heads."""
    marks, words = tx.sketches.of_matter(matter)
    heads = {case: sketch.heads for case, raw in words.items() if (sketch := restored(raw)) is not None}
    return persons(marks, heads)


# many --------------------------------------------------------------------------------------------------------------------
def report_mass(tx: Tx, matter_id: int, case: Case, now: datetime, rules: Rules) -> None:
    """Tell whom the pack names as soon as so many people complain of one matter, at any hour, each number once for ever (C-5, law:25)."""
    matter = tx.matters.get(matter_id)
    assert matter is not None
    pack = rules.pack(case.pack)
    if all(entry.people <= matter.told for entry in pack.mass):
        return              # nothing more to tell, and thousands need not be counted again
    people = people_of(tx, matter_id).people
    reached = crossed(people, matter.told, [entry.people for entry in pack.mass])
    for entry in (entry for entry in pack.mass if entry.people in reached):
        above = [unit for unit in _above(case, rules) if unit.level == entry.level]
        words = matterwords.mass(rules.sheets, matterwords.Mass(name_of(matter_id), people, entry.people, entry.rule), _about(tx, matter_id, case, rules))
        told = _tell(tx, case, (f"mass:{matter_id}:{entry.people}", entry.people), words, above, now, rules)
        says = f"{name_of(matter_id)} 已有 {people} 人反映（{entry.people} 人及以上，{entry.rule}），"
        tx.cases.note(case.id, Entry(now, "bridge", "群体投诉", says + (f"已报 {told}" if told else f"{entry.level}没有可送达的邮箱，待电话报告"), rules.digest))
        lines = [says + ("已报上级：" + told if told else f"{entry.level}没有可送达的邮箱，请立即电话报告") + "。", f"查看：hotline-bridge matters show {name_of(matter_id)}"]
        tell_desk(tx, case, "群体投诉", lines, (-(_KIND + matter_id * 100 + entry.people % 100), now), rules)
    if reached:
        tx.matters.told(matter_id, max(reached))


def report_again(tx: Tx, case: Case, times: int, now: datetime, rules: Rules) -> None:
    """Report a complaint that was made again so many times: to the superior customer department, or whom the pack names (P-18, C-5)."""
    entry = rules.pack(case.pack).repeat
    if times < entry.after:
        return
    up = _above(case, rules)
    if entry.departments:
        found = [office for word in entry.departments if up and (office := rules.directory.department(up[0].code, word)) is not None][:1]
    else:
        found = [unit for unit in up if unit.level in entry.levels][:1]
    words = matterwords.again(rules.sheets, case.number, times, _about(tx, None, case, rules))
    told = _tell(tx, case, (f"again:{times}", case.round), words, found, now, rules)
    says = f"第 {times} 次再次投诉（{entry.rule}），" + (f"已报 {told}" if told else "上级没有可送达的主管部门邮箱，请投诉处理岗电话报告")
    tx.cases.note(case.id, Entry(now, "bridge", "再次投诉上报", says, rules.digest))
    if not told:
        tell_desk(tx, case, "再次投诉须上报", [f"{says}。"], (-(2 * _KIND + times), now), rules)


def _above(case: Case, rules: Rules) -> list[Unit]:
    """The units above the one complained about, which is never told of itself (law:17)."""
    chain = list(rules.directory.chain(case.unit)) if case.unit else []
    return chain[1:]


def _tell(tx: Tx, case: Case, named: tuple[str, int], words: matterwords.Words, units: Sequence[Unit], now: datetime, rules: Rules) -> str:  # noqa: PLR0913 (a letter and whom it is for)
    """Write to the first of these units that can be reached without the person complained about; returns whom, "" for nobody."""
    avoid = case.complaint.person_hint
    closed = kept_from(rules.directory, case.unit, avoid)
    own = rules.directory.get(case.unit) if case.unit else None
    shut = closed | ({own.mailbox, own.first.mailbox, own.second.mailbox} if own else set())
    for unit in units:
        found = addressee(rules.directory, unit.code, avoid)
        if found is None or found.mailbox in shut:
            continue
        letter = tx.tray.put(letters.plain(case, named, words, (found.mailbox,), now, rules), now)
        if letter is not None:
            tx.tasks.owe("post", letter, now)
        return f"{unit.full_name}（{found.mailbox}）"
    return ""


def _about(tx: Tx, matter: int | None, case: Case, rules: Rules) -> matterwords.About:
    """What those above are told: the unit, the kind, the numbers; never who complains or what they said (P-6)."""
    unit = rules.directory.get(case.unit) if case.unit else None
    cases = sorted(one for one, bond in tx.matters.standing(matter).items() if bond.act == JOINED) if matter else [case.id]
    numbers = tx.matters.numbers(cases)
    return matterwords.About(
        unit.full_name if unit else "未定", case.category.value if case.category else "未定", spoken_time(case.received, rules.pack(case.pack).zone),
        tuple(numbers[one] for one in cases),
    )


def times_again(tx: Tx, case: Case) -> int:
    """How often this person has complained again of this matter, this time included where it is one (P-18)."""
    reopened = sum(1 for line in tx.cases.book(case.id) if line.what == REOPENED)
    if case.matter is None:
        return reopened
    marks, _ = tx.sketches.of_matter(case.matter)
    own = marks.get(case.id, ())
    mine = [one for one, theirs in marks.items() if one != case.id and same_person(own, theirs) in STRONG]
    return reopened + sum(sum(1 for line in tx.cases.book(one) if line.what == REOPENED) + 1 for one in mine if tx.cases.get(one).merged_into is None)


def made_again(tx: Tx, case: Case) -> str:
    """The line over a slip whose complaint was made again after an answer: the unit verifies anew (P-18); "" for any other."""
    said = next((line.says for line in tx.cases.book(case.id) if line.what == AGAIN and "首件" in line.says), "")
    return f"【再次投诉】{said.partition('（')[0]}。客户不接受此前的处理结果，请重新核实、答复。" if said else ""


# merging -----------------------------------------------------------------------------------------------------------------
def merge(tx: Tx, case: Case, into: Case, said: Said, rules: Rules) -> None:
    """Let a case go on in an earlier one of the same person (law:18): it closes as 并案, its words go to whoever handles the first.

    RuleError where they are two people's, where the first has been answered or is closed (that is P-18), or where the
    words must be heard again before they leave (P-9.1).
    """
    root = _root(tx, into)
    _may_merge(tx, case, root, rules)
    tx.clocks.note(case.id, Event(MERGED, said.at, said.at, said.who, reason=said.why))
    closed = replace(case.moved(State.CLOSED), closed=said.at, outcome=MERGE, merged_into=root.id)
    tx.cases.save(closed, Entry(said.at, said.who, MERGE, f"并入 {root.number}：{said.why}", rules.digest))
    recall(tx, case, said.who, said.at, rules)
    for kind in ("chase", "triage", "dispatch", "undelivered", "hops"):     # the hops themselves stand as they are, for the day the merger is taken back
        tx.tasks.strike(kind, case.id)
    _carry(tx, case, root, said, rules)


def _root(tx: Tx, case: Case) -> Case:
    """The case in which this one goes on, however often it was merged."""
    while case.merged_into is not None:
        case = tx.cases.get(case.merged_into)
    return case


def _may_merge(tx: Tx, case: Case, root: Case, rules: Rules) -> None:
    if root.id == case.id:
        msg = f"case {case.number} cannot be merged into itself; name the case that goes on"
        raise RuleError(msg)
    if case.state is State.CLOSED:
        msg = f"case {case.number} is closed already; only an open one is merged (law:18)"
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
    signed = any(line.what == SIGNED for line in tx.cases.book(case.id))
    if root.state is State.SENT and rules.holds(case) and not signed:
        msg = f"case {case.number} waits to be heard again (P-9.1) and {root.number} has left: let a reviewer sign or dismiss the flags first, then merge"
        raise RuleError(msg)


def _carry(tx: Tx, case: Case, root: Case, said: Said, rules: Rules) -> None:
    """Bring the words of a merged case to the first: by letter where its slip has left, else below its own complaint."""
    zone = rules.pack(case.pack).zone
    entry = Entry(said.at, said.who, "并案来件", f"{case.number}（{spoken_time(case.received, zone)}受理）并入：{case.complaint.text[:_LONGEST]}", rules.digest)
    if root.state is not State.SENT:
        text = f"{root.complaint.text}{_block(case, rules)}"
        tx.cases.save(rules.judged(replace(root, complaint=replace(root.complaint, text=text))), entry)
        return
    tx.cases.note(root.id, entry)
    boxes = tuple(dict.fromkeys(
        one.recipient for one in tx.tray.of_case(root.id) if one.purpose.startswith("slip") and one.message_id.startswith(f"slip.{root.round}.")))
    text = "" if case.complaint.withheld else case.complaint.text[:_LONGEST]
    words = matterwords.supplement(rules.sheets, root.number, case.number, spoken_time(case.received, zone), text)
    letter = tx.tray.put(letters.plain(root, (f"slip-more:{case.id}", root.round), words, boxes, said.at, rules), said.at) if boxes else None
    if letter is not None:
        tx.tasks.owe("post", letter, said.at)


def _block(case: Case, rules: Rules) -> str:
    return f"\n【并案 {case.number}，{spoken_time(case.received, rules.pack(case.pack).zone)}】{case.complaint.text[:_LONGEST]}"


def unmerge(tx: Tx, case: Case, said: Said, rules: Rules) -> None:
    """Take a merger back: the case is what it was before, its limits worked out anew; nothing of either is lost."""
    if case.merged_into is None:
        msg = f"case {case.number} is not merged into another; `hotline-bridge cases show` says how it was closed"
        raise RuleError(msg)
    root = tx.cases.get(case.merged_into)
    state = State[tx.matters.before_merging(case.id)]
    sent = [one for one in tx.tray.of_case(case.id) if one.message_id.startswith(f"slip.{case.round}.")]
    if state is State.SENT and not any(one.accepted is not None for one in sent):
        state = State.DESK          # its slip was stopped before it left: it goes out anew
    tx.clocks.note(case.id, Event(UNMERGED, said.at, said.at, said.who, reason=said.why))
    back = replace(case, state=state, closed=None, outcome="", merged_into=None)        # no move: what was done is undone
    again = rules.timed(back, tx.clocks.of_case(case.id))
    tx.cases.save(again, Entry(said.at, said.who, UNMERGE, f"不再并入 {root.number}，恢复为{state.value}：{said.why}", rules.digest))
    _take_back(tx, case, root, said, rules)
    if state is State.TAKEN and case.verdict is None:
        tx.tasks.owe("triage", case.id, said.at)
    elif state is State.TAKEN or (state is State.DESK and case.round):
        tx.tasks.owe("dispatch", case.id, said.at)
    elif state is State.SENT:
        tx.tasks.owe("hops", case.id, said.at)
    tx.tasks.owe("chase", case.id, said.at)


def _take_back(tx: Tx, case: Case, root: Case, said: Said, rules: Rules) -> None:
    """Take the words back out of the first case, where nobody has been sent them; where somebody has, the desk hears of it."""
    entry = Entry(said.at, said.who, UNMERGE, f"{case.number} 不再并入本件：{said.why}", rules.digest)
    block, text = _block(case, rules), root.complaint.text
    if block in text and root.state in {State.TAKEN, State.DESK, State.HELD}:
        tx.cases.save(rules.judged(replace(root, complaint=replace(root.complaint, text=text.replace(block, "", 1)))), entry)
        return
    tx.cases.note(root.id, entry)
    if root.state is not State.CLOSED:
        lines = [f"{case.number} 不再并入 {root.number}，其内容此前可能已转给承办单位，请告知承办单位两件分别办理。"]
        tell_desk(tx, root, UNMERGE, lines, (-(3 * _KIND + case.id), said.at), rules)


def case_of(tx: Tx, number: str) -> Case:
    """The case of this number; RuleError where there is none."""
    case = tx.cases.by_number(number)
    if case is None:
        msg = f"there is no case {number}; look at `hotline-bridge cases list`"
        raise RuleError(msg)
    return case

