"""What a unit's mail does to the way of its case: helps, passes on, gives back, or brings the result home (P-9.7, P-14.1, T-7)."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from hotline_bridge import letters
from hotline_bridge.replies import Reply
from hotline_bridge.store.answers import ASSISTING, MOVED, WORD
from hotline_bridge.store.tx import Tx
from hotline_bridge.telling import tell_desk
from hotline_bridge.travel import PASSED_ON, Handing, pass_on
from routing.addressee import addressee, kept_from
from routing.case import Case, Entry
from routing.errors import RuleError
from routing.hops import (
    ABOVE, ANSWERED, ASSIST, BEGUN, BELOW, BY_UNIT, COPY, LEAD, LEADING, ONWARD, PASSED, RETURNED, RULING, WATCH, WORKING, Hop, forwarded_to, free_again, helpless, near,
    next_below, speaking, taker, unsettled,
)
from routing.papers import Mail
from routing.parties import UnitCode
from routing.rules import Rules
from routing.told import department_of
from routing.unitsays import asks_for_time, gives_back, passes_on
from routing.waywords import BACK, assisted, dispute, result

DESK = "投诉处理岗"
PASSING = "P-9.7"           # level by level, down and home again
GIVEN_BACK = "单位退回"     # words of the book
RULED = "裁定来函"
HELPED = "收到协办意见"


def taken(tx: Tx, case: Case, came: tuple[int, Mail, Reply], now: datetime, rules: Rules, *, accepted: bool = False) -> bool:
    """Take what is no answer of the unit that leads: help, a passing on, a giving back, a mere word; False where it is one.

    `came` is the answer's id, its mail, and what it says. A unit's own word alone moves its hop: a superior's letter, us
    in copy, neither begins nor gives back in its place (T-4); its whole answer counts. What the desk has `accepted` as an answer is no mere word.
    """
    answer_id, mail, _ = came
    sender = rules.identity.speaks_as(mail.sender)
    mine = tx.hops.of_round(case)
    hop = speaking(mine, sender, rules.directory)
    if hop is None:
        return False
    if hop.state == RETURNED and hop not in unsettled(mine):
        standing = "" if accepted else _ruled_out(tx, case, hop, mail, answer_id, now, rules)
    else:
        standing = _moved(tx, case, hop, came, now, rules, accepted=accepted)
    if not standing and hop.part == ASSIST:
        _helped(tx, case, hop, came, now, rules)
        standing = ASSISTING
    if standing:
        tx.answers.judge(answer_id, standing)
    return bool(standing)


def _moved(tx: Tx, case: Case, hop: Hop, came: tuple[int, Mail, Reply], now: datetime, rules: Rules, *, accepted: bool) -> str:  # noqa: PLR0913 (as in travel)
    """What a unit's short word does: it begins, gives back, passes on, or asks for time; returns how it stands then, "" where it may be an answer."""
    answer_id, mail, reply = came
    sender = rules.identity.speaks_as(mail.sender)
    how = near(hop, sender, rules.directory)
    again = free_again(hop, tx.hops.of_round(case))
    short = len(reply.elements) <= 1 and (hop.live or again)     # a sentence without labels is taken for findings; an answer has more
    if how == ABOVE:
        return _of_above(tx, case, hop, mail, now, rules) if short and not accepted else ""
    hop = tx.hops.move(hop, BEGUN, now)             # whoever writes has begun (T-4)
    if not short:
        return ""
    if gives_back(mail.new_text):
        own = _from_below(tx, case, hop, sender, now, rules) if how == BELOW else hop
        if own is not hop or how >= BY_UNIT:
            give_back(tx, tx.cases.get(case.id), own, (mail.sender, mail.new_text), now, rules)
            return MOVED
    elif how >= BY_UNIT and _goes_on(tx, case, hop, (answer_id, mail), now, rules):
        return MOVED
    return _asks_for_time(tx, case, hop, (answer_id, mail), now, rules) if not accepted and asks_for_time(mail.new_text) else ""


# words that answer nothing ------------------------------------------------------------------------------------------------
def _of_above(tx: Tx, case: Case, hop: Hop, mail: Mail, now: datetime, rules: Rules) -> str:
    """A superior urges on its unit, us in copy: the unit has done nothing by that (T-4)."""
    says = f"{_name(hop.unit, rules)}的上级来函，不作为该单位的回复：{_brief(mail.new_text)}（T-4）"
    tx.cases.note(case.id, Entry(now, mail.sender or "-", "上级来函", says, rules.digest))
    return WORD


def _ruled_out(tx: Tx, case: Case, hop: Hop, mail: Mail, answer_id: int, now: datetime, rules: Rules) -> str:  # noqa: PLR0913 (as in travel)
    """Who gave the case back, and in whose place somebody was put, completes nothing any more; the desk reads it (T-7)."""
    tx.cases.note(case.id, Entry(now, mail.sender or "-", "已退回单位来函", f"{_name(hop.unit, rules)}已退回本件并已改由他单位办理，来函不计入回复（T-7）", rules.digest))
    lines = [f"{_name(hop.unit, rules)}退回本件后又来函，本件已改由他单位办理，来函未计入回复：", f"　{_brief(mail.new_text)}", "确应由其办理的，请用 cases pass-on 转给该单位。"]
    tell_desk(tx, case, "已退回单位来函", lines, (_of_mail(answer_id), now), rules)
    return WORD


def _asks_for_time(tx: Tx, case: Case, hop: Hop, came: tuple[int, Mail], now: datetime, rules: Rules) -> str:
    """A unit asks for more time: the desk grants it with its proofs or not; until then nothing moves (P-11.2, law:18)."""
    answer_id, mail = came
    tx.cases.note(case.id, Entry(now, mail.sender or "-", "来函申请延期", f"{_name(hop.unit, rules)}：{_brief(mail.new_text)}；时限未变，待投诉处理岗处理（P-11.2）", rules.digest))
    lines = [
        f"{_name(hop.unit, rules)}来函申请延期，时限未变：", f"　{_brief(mail.new_text)}",
        f"同意的，请执行：hotline-bridge cases extend {case.number} --until 日期 --reason 原因 --told 告知客户时间 --how 告知方式；不同意的，请答复该单位。",
    ]
    tell_desk(tx, case, "来函申请延期", lines, (_of_mail(answer_id), now), rules)
    return WORD


def ruling_came(tx: Tx, case: Case, sender: str, came: tuple[int, Mail], now: datetime, rules: Rules) -> bool:
    """Take the letter of who was asked to decide; the desk carries it out (T-7). False where the sender was not asked."""
    answer_id, mail = came
    mine = tx.hops.of_round(case)
    asked = next((one for one in mine if one.part == RULING and near(one, sender, rules.directory) >= BY_UNIT), None)
    if asked is None or any(one.part in WORKING and one.live and near(one, sender, rules.directory) >= BY_UNIT for one in mine):
        return False
    tx.hops.move(asked, ANSWERED, now)
    tx.cases.note(case.id, Entry(now, mail.sender or "-", RULED, f"{_name(asked.unit, rules)}：{_brief(mail.new_text)}（T-7）", rules.digest))
    lines = [
        f"{_name(asked.unit, rules)}就退回的本件来函：", f"　{_brief(mail.new_text)}",
        f"请按裁定执行：hotline-bridge cases rule {case.number} --unit 单位代码 --says 裁定意见",
    ]
    tell_desk(tx, case, RULED, lines, (_of_mail(answer_id), now), rules)
    tx.answers.judge(answer_id, WORD)
    return True


def _of_mail(answer_id: int) -> int:
    """Under which number the desk is told of one mail: each once."""
    return -(9 * 10**9 + answer_id)


def _brief(text: str) -> str:
    return " ".join(text.split())[:200]


# passed on --------------------------------------------------------------------------------------------------------------
def _goes_on(tx: Tx, case: Case, hop: Hop, came: tuple[int, Mail], now: datetime, rules: Rules) -> bool:
    """Note whom the unit has forwarded the case to, or forward it where it asks for that (P-9.3); False where it does neither."""
    answer_id, mail = came
    sent_to = forwarded_to(mail.recipients, hop, case, rules.directory)
    below = None if sent_to or not passes_on(mail.new_text) else next_below(hop, case, rules.pack(case.pack), rules.directory)
    rule = hop.rule if hop.part == ONWARD else PASSING
    for unit, box in sent_to:
        _passed(tx, case, hop, (unit.code, box), Handing(mail.sender, rule, written=True), (answer_id, now), rules)
    if below is not None:
        _passed(tx, case, hop, (below.code, ""), Handing(mail.sender, rule), (answer_id, now), rules)
    return bool(sent_to or below)


def _passed(tx: Tx, case: Case, hop: Hop, to: tuple[UnitCode, str], how: Handing, by: tuple[int, datetime], rules: Rules) -> None:  # noqa: PLR0913 (as in travel)
    """Pass it on as the unit wants it; where the rules forbid that, the desk hears why, for the unit's own mail has gone (law:17)."""
    (code, box), (answer_id, now) = to, by
    try:
        found = taker(case, code, rules.pack(case.pack), rules.directory, box)
        pass_on(tx, tx.cases.get(case.id), hop, found, how, now, rules)
    except RuleError as error:
        tx.cases.note(case.id, Entry(now, how.who, PASSED_ON, f"未转出：{error}", rules.digest))
        tell_desk(tx, case, "转办须人工处理", [f"{_name(hop.unit, rules)}要求或已自行将本件转{_name(code, rules)}，但按规定不可：", f"· {error}", "请联系该单位。"], (_of_mail(answer_id), now), rules)


def give_back(tx: Tx, case: Case, hop: Hop, said: tuple[str, str], now: datetime, rules: Rules) -> None:
    """A unit says that the matter is not its own: the superior service department is asked to decide, and the desk is told (T-7)."""
    who, text = said
    tx.hops.move(hop, RETURNED, now)
    words = _brief(text)
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
