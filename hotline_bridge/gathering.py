"""Cases that are one matter: joined, parted, counted by persons, and reported where there are many (P-18, C-5; law: articles 18, 25)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from hotline_bridge import letters
from hotline_bridge.store.matters import JOINED, LEFT, LIKELY, Bond, Matter
from hotline_bridge.store.tx import Tx
from hotline_bridge.telling import tell_desk
from routing import matterwords
from routing.addressee import addressee, kept_from
from routing.case import REOPENED, Case, Entry
from routing.likeness import restored
from routing.parties import Unit
from routing.person import STRONG, Persons, persons, same_person
from routing.radar import crossed
from routing.rules import Rules
from routing.slip import spoken_time

AGAIN, GATHERED, PARTED, ASKED = "再次投诉", "归入同一事项", "移出同一事项", "疑似同一事项"
DESK_KIND = 10**9               # rounds of letters to the desk, by what they are about: far from those of papers and slips


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
        tell_desk(tx, case, "群体投诉", lines, (-(DESK_KIND + matter_id * 100 + entry.people % 100), now), rules)
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
        tell_desk(tx, case, "再次投诉须上报", [f"{says}。"], (-(2 * DESK_KIND + times), now), rules)


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


