"""What a unit's mail does to the way of its case: helps, passes on, gives back, or brings the result home (P-9.7, P-14.1, T-7)."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from hotline_bridge import letters
from hotline_bridge.replies import Reply
from hotline_bridge.store.answers import ASSISTING, MOVED
from hotline_bridge.store.tx import Tx
from hotline_bridge.telling import tell_desk
from hotline_bridge.travel import PASSED_ON, Handing, pass_on
from routing.addressee import addressee, kept_from
from routing.case import Case, Entry
from routing.errors import RuleError
from routing.hops import (
    ANSWERED, ASSIST, BEGUN, COPY, LEAD, LEADING, ONWARD, PASSED, RETURNED, RULING, WATCH, Hop, forwarded_to, gives_back, helpless, next_below, passes_on, speaking, taker,
)
from routing.papers import Mail
from routing.parties import UnitCode
from routing.rules import Rules
from routing.told import department_of
from routing.waywords import BACK, assisted, dispute, result

DESK = "投诉处理岗"
PASSING = "P-9.7"           # level by level, down and home again
GIVEN_BACK = "单位退回"     # words of the book
HELPED = "收到协办意见"


def taken(tx: Tx, case: Case, came: tuple[int, Mail, Reply], now: datetime, rules: Rules) -> bool:
    """Take what is no answer of the unit that leads: help, a passing on, a giving back; False where it is one.

    `came` is the answer's id, its mail, and what it says.
    """
    answer_id, mail, reply = came
    hop = speaking(tx.hops.of_round(case), rules.identity.speaks_as(mail.sender), rules.directory)
    if hop is None:
        return False
    hop = tx.hops.move(hop, BEGUN, now)             # whoever writes has begun (T-4)
    short = len(reply.elements) <= 1 and hop.live     # a sentence without labels is taken for findings; an answer has more
    if short and gives_back(mail.new_text):
        give_back(tx, case, hop, (mail.sender, mail.new_text), now, rules)
    elif short and _goes_on(tx, case, hop, mail, now, rules):
        pass
    elif hop.part == ASSIST:
        _helped(tx, case, hop, came, now, rules)
        tx.answers.judge(answer_id, ASSISTING)
        return True
    else:
        return False
    tx.answers.judge(answer_id, MOVED)
    return True


# passed on --------------------------------------------------------------------------------------------------------------
def _goes_on(tx: Tx, case: Case, hop: Hop, mail: Mail, now: datetime, rules: Rules) -> bool:
    """Note whom the unit has forwarded the case to, or forward it where it asks for that (P-9.3); False where it does neither."""
    sent_to = forwarded_to(mail.recipients, hop, case, rules.directory)
    below = None if sent_to or not passes_on(mail.new_text) else next_below(hop, case, rules.pack(case.pack), rules.directory)
    rule = hop.rule if hop.part == ONWARD else PASSING
    for unit, box in sent_to:
        _passed(tx, case, hop, (unit.code, box), Handing(mail.sender, rule, written=True), now, rules)
    if below is not None:
        _passed(tx, case, hop, (below.code, ""), Handing(mail.sender, rule), now, rules)
    return bool(sent_to or below)


def _passed(tx: Tx, case: Case, hop: Hop, to: tuple[UnitCode, str], how: Handing, now: datetime, rules: Rules) -> None:  # noqa: PLR0913 (as in travel)
    """Pass it on as the unit wants it; where the rules forbid that, the desk hears why, for the unit's own mail has gone (law:17)."""
    code, box = to
    try:
        found = taker(case, code, rules.pack(case.pack), rules.directory, box)
        pass_on(tx, tx.cases.get(case.id), hop, found, how, now, rules)
    except RuleError as error:
        tx.cases.note(case.id, Entry(now, how.who, PASSED_ON, f"未转出：{error}", rules.digest))
        tell_desk(tx, case, "转办须人工处理", [f"{_name(hop.unit, rules)}要求或已自行将本件转{_name(code, rules)}，但按规定不可：", f"· {error}", "请联系该单位。"], (_once(hop, 1), now), rules)


def give_back(tx: Tx, case: Case, hop: Hop, said: tuple[str, str], now: datetime, rules: Rules) -> None:
    """A unit says that the matter is not its own: the superior service department is asked to decide, and the desk is told (T-7)."""
    who, text = said
    tx.hops.move(hop, RETURNED, now)
    words = " ".join(text.split())[:200]
    asked = _ask_for_ruling(tx, case, hop, text, now, rules)
    tx.cases.save(case, Entry(now, who, GIVEN_BACK, f"{_name(hop.unit, rules)}（{hop.part}）认为不属其办理：{words}{'；已请' + asked + '裁定' if asked else ''}（T-7）", rules.digest))
    lines = [
        f"{_name(hop.unit, rules)}认为本件不属其办理：", f"　{words}", f"已请{asked}裁定。" if asked else "请报上级服务部门裁定。",
        f"裁定后请执行：hotline-bridge cases rule {case.number} --unit 单位代码 --says 裁定意见；被投诉单位有误的，用 cases assign 改派。",
    ]
    tell_desk(tx, case, "单位退回", lines, (_once(hop, 2), now), rules)


def _ask_for_ruling(tx: Tx, case: Case, hop: Hop, text: str, now: datetime, rules: Rules) -> str:
    """Write to the department that decides; returns its name, "" where the pack or the directory has none."""
    entry = rules.pack(case.pack).dispute
    office = department_of(rules.directory, entry.departments, case.unit) if entry and case.unit else None
    found = addressee(rules.directory, office.code, case.complaint.person_hint) if office else None
    if entry is None or office is None or found is None or found.unit_code != office.code or found.mailbox in kept_from(rules.directory, case.unit, case.complaint.person_hint):
        return ""
    words = dispute(rules.sheets, case.number, office.full_name, _name(hop.unit, rules), text)
    letter = tx.tray.put(letters.plain(case, (f"dispute:{hop.place}", case.round), words, (found.mailbox,), now, rules), now)
    if letter is not None:
        tx.tasks.owe("post", letter, now)
        tx.hops.open(Hop(case.id, case.round, office.code, found.mailbox, RULING, entry.rule, after=hop.id, letter=letter))
    return office.full_name


# help -------------------------------------------------------------------------------------------------------------------
def _helped(tx: Tx, case: Case, hop: Hop, came: tuple[int, Mail, Reply], now: datetime, rules: Rules) -> None:
    """The opinion of a unit that assists goes to the one that leads, and completes nothing (P-14.1, T-3)."""
    answer_id, mail, reply = came
    for one in _upward(tx.hops.of_round(case), hop):
        tx.hops.move(one, ANSWERED, now)
    leads = [one for one in tx.hops.of_round(case) if one.part in LEADING and one.state not in {RETURNED}]
    to = leads[-1] if leads else None
    words = assisted(rules.sheets, case.number, _name(to.unit, rules), _name(hop.unit, rules), (reply.elements, mail.new_text)) if to else None
    letter = tx.tray.put(letters.plain(case, ("assist", answer_id), words, (to.mailbox,), now, rules), now) if to and words else None
    if letter is not None:
        tx.tasks.owe("post", letter, now)
    says = f"{_name(hop.unit, rules)}，已抄送主办单位{_name(to.unit, rules) if to else ''}（{hop.rule}）"
    tx.cases.note(case.id, Entry(now, mail.sender or "-", HELPED, says, rules.digest))


def missing_help(tx: Tx, case: Case, rules: Rules) -> tuple[str, ...]:
    """The units that should have assisted and have not said anything yet (P-14.1): shown to the desk before it closes."""
    return tuple(_name(hop.unit, rules) for hop in helpless(tx.hops.of_round(case), case.round))


# home -------------------------------------------------------------------------------------------------------------------
def answered(tx: Tx, case: Case, sender: str, elements: Mapping[int, str], now: datetime, rules: Rules) -> str:
    """Let a whole answer go home level by level: each hop it passes is answered, and gets the result; returns the way in words (P-9.7)."""
    speaks_as = rules.identity.speaks_as(sender)
    hop = speaking([one for one in tx.hops.of_round(case) if one.part in LEADING], speaks_as, rules.directory)
    if hop is None:
        return ""
    hop = _from_below(tx, case, hop, speaks_as, now, rules)
    mine = tx.hops.of_round(case)
    way = _upward(mine, hop)
    units = dict.fromkeys(_name(one.unit, rules) for one in reversed(way))
    way_home = [DESK, *units]
    for one in way:
        tx.hops.move(one, ANSWERED, now)
    watchers = [one for one in mine if one.part == COPY and hop.part == WATCH and one.letter in {it.letter for it in way}]
    told = dict.fromkeys((one.mailbox, one.unit) for one in (*way[1:], *watchers) if one.unit != hop.unit and one.mailbox != speaks_as)
    for place, (box, unit) in enumerate(told):
        words = result(rules.sheets, case.number, _name(unit, rules), way_home, elements)
        letter = tx.tray.put(letters.plain(case, (f"result:{place}", case.round), words, (box,), now, rules), now)
        if letter is not None:
            tx.tasks.owe("post", letter, now)
    return BACK.join(way_home)


def _upward(hops: Sequence[Hop], hop: Hop) -> list[Hop]:
    """A hop and those it has come over, up to the desk; who gave the case back is none of them."""
    known = {one.id: one for one in hops}
    way = [known.get(hop.id, hop)]
    while (above := known.get(way[-1].after or 0)) is not None:
        way.append(above)
    return [one for one in way if one.state != RETURNED]


def _from_below(tx: Tx, case: Case, hop: Hop, sender: str, now: datetime, rules: Rules) -> Hop:
    """The hop of the unit that answered: where it lies below the one we know of, that one has passed the case on without a word."""
    codes = [unit.code for unit in rules.directory.by_mailbox(sender)]
    if hop.unit in codes or hop.mailbox.lower() == sender.lower() or not codes or case.unit not in codes or case.unit is None:
        return hop
    if hop.unit not in {unit.code for unit in rules.directory.chain(case.unit)}:
        return hop
    tx.hops.move(hop, PASSED, now)
    return tx.hops.open(Hop(case.id, case.round, case.unit, sender, LEAD if hop.part == ONWARD else hop.part, PASSING, after=hop.id, state=BEGUN, begun=now))


def ended(tx: Tx, case: Case, who: str, now: datetime, rules: Rules) -> None:
    """A case is closed: what was still on its way is at an end, and the book says who never helped (P-14.1)."""
    if missing := missing_help(tx, case, rules):
        tx.cases.note(case.id, Entry(now, who, "协办未回复", f"{'、'.join(missing)}在办结时尚未反馈协办意见（P-14.1）", rules.digest))
    tx.hops.end(case.id)
    tx.tasks.strike("hops", case.id)


def _once(hop: Hop, what: int) -> int:
    """Under which number the desk is told something about a hop: each thing once."""
    return -(100_000 * hop.round + 10_000 + 10 * hop.place + what)


def _name(code: UnitCode, rules: Rules) -> str:
    unit = rules.directory.get(code)
    return unit.full_name if unit else str(code)
