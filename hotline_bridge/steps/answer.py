"""A unit's answer: matched, its elements checked, asked for again or laid before the desk (P-12; pains 6 and 7)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from adapters.formats.mime import read_mail
from hotline_bridge import letters
from hotline_bridge.asking import owe, replied
from hotline_bridge.fares import acknowledged
from hotline_bridge.merging import root_of
from hotline_bridge.homeward import answered, ended, missing_help, ruling_came, taken
from hotline_bridge.replies import Reply, files_of, namesake, reply_in
from hotline_bridge.store.answers import CLAIMED, COUNTED, DISMISSED, Answer
from hotline_bridge.store.tx import Tx
from hotline_bridge.telling import tell_desk
from routing.addressee import addressee, may_be, superiors
from routing.case import Case, CaseId, Entry, State
from routing.closing import closes_itself
from routing.elements import SATISFACTION, merged, missing
from routing.errors import RuleError
from routing.hops import WORKING
from routing.papers import Mail
from routing.parties import Unit
from routing.reply import Candidate, Clues, clues, match
from routing.rules import Rules
from routing.satisfaction import satisfaction
from routing.slip import anonymous
from routing.wording import Asks

MOST_ASKED = 5      # letters that ask for the rest; beyond it a person looks, for two machines may be talking
AWAITED = frozenset({State.SENT, State.ANSWERED})


def answer(tx: Tx, subject: int, now: datetime, rules: Rules) -> None:
    """Count the mail as an answer, keep it as a claim for the desk, or hand it on as a new complaint."""
    mail = read_mail(tx.papers.body(subject))
    if replied(tx, mail, rules) is not None:
        tx.tasks.owe("heard", subject, now)         # a customer whom we asked, and no unit
        return
    files = files_of(tx, mail, rules.hollow)
    seen = clues(mail, rules.identity.mailbox, rules.identity.reply_key, tuple(rules.by_hotline))
    seen = replace(seen, sender=rules.identity.speaks_as(seen.sender), attached=tuple(dict.fromkeys((*seen.attached, *files.numbers))))
    seen, cases = _followed(tx, seen)
    candidates = {case.id: _candidate(tx, case, rules) for case in cases.values()}
    judged = match(seen, list(candidates.values()))
    if judged.case_id is None and not judged.cases:
        tx.tasks.owe("register", subject, now)
        return
    # one paper, one row: where several are meant, that of the case its sender may speak for
    mine = next((one for one in judged.cases if seen.sender in candidates[one].chain_mailboxes), judged.cases[0])
    case = cases[mine]
    waited_for = case.round > 0 and case.state in AWAITED
    doubts = tuple(_besides(tx, subject, mail, case, rules, waited_for=waited_for))
    out = judged.accepted and not doubts
    reasons = (*judged.reasons, *doubts, *((mail.seal,) if mail.seal and not mail.seal_broken else ()))
    reply = reply_in(tx, mail, case, _arrived(tx, subject, now), rules)
    kept = tx.answers.keep(Answer(0, mine, subject, now, mail.sender, reply.elements, COUNTED if out else CLAIMED, reasons))
    if kept is None or (not out and not doubts and ruling_came(tx, case, seen.sender, (kept, mail), now, rules)):
        return
    what = "收到回复" if out else "疑似回复，待投诉处理岗确认"
    for one in judged.cases:
        tx.cases.note(one, Entry(now, mail.sender or "-", what, "；".join(reasons), rules.digest))
    if out:
        _weigh(tx, case, (kept, mail, reply), now, rules)
    elif mail.sender != rules.identity.desk:        # their own machine's answer to our letters would have no end
        tell_desk(tx, case, "疑似回复待确认", ["有来信疑为该投诉件的回复，须人工确认：", *(f"· {one}" for one in reasons)], (subject, now), rules)


def _besides(tx: Tx, subject: int, mail: Mail, case: Case, rules: Rules, *, waited_for: bool) -> Iterator[str]:
    """Yield what else speaks against counting it as an answer without the desk."""
    if not waited_for:
        yield f"该件为“{case.state.value}”，不在等待回复"
    if not mail.sender_certain:
        yield "发件人一栏有多个、隐藏或残缺的地址，无法认定是谁所发"
    elif doubt := rules.identity.doubt(mail):
        yield doubt
    if mail.seal_broken:
        yield mail.seal
    if mail.borrowed:
        yield "正文取自所附的邮件，无法认定是谁所写"
    if mail.bridge:
        yield f"来信由投诉转办系统自动发出或转发（{mail.bridge}），不是人写的回复"
    if other := namesake(tx, subject, mail):
        yield f"与来件 {other} 的 Message-ID 相同而内容不同，两件均已保留"


def judge(tx: Tx, answer_id: int, who: str, now: datetime, rules: Rules, *, accept: bool) -> None:
    """The desk accepts or dismisses a claimed answer; RuleError where it waits no longer."""
    claimed = next((one for one in tx.answers.claimed() if one.id == answer_id), None)
    if claimed is None:
        msg = f"there is no claimed answer {answer_id}; it may have been decided already"
        raise RuleError(msg)
    tx.answers.judge(answer_id, COUNTED if accept else DISMISSED)
    asked = tx.cases.get(claimed.case)
    case = root_of(tx, asked)
    for one in {asked.id: asked, case.id: case}.values():
        tx.cases.note(one.id, Entry(now, who, "认定为回复" if accept else "不认定为回复", f"来件 {claimed.paper}", rules.digest))
    if accept:
        mail = read_mail(tx.papers.body(claimed.paper))
        tx.answers.move(answer_id, case.id)
        _weigh(tx, case, (answer_id, mail, reply_in(tx, mail, case, _arrived(tx, claimed.paper, now), rules)), now, rules, accepted=True)


def _arrived(tx: Tx, subject: int, now: datetime) -> datetime:
    paper = tx.papers.get(subject)
    return paper.taken if paper else now


def _weigh(tx: Tx, case: Case, arrived: tuple[int, Mail, Reply], now: datetime, rules: Rules, *, accepted: bool = False) -> None:
    """Add up what has been answered so far, and do what follows from it; what only helps, passes on or gives back completes nothing."""
    came = arrived[1:]
    acknowledged(tx, case, came[0], now, rules)
    if case.state is not State.SENT or taken(tx, case, arrived, now, rules, accepted=accepted):
        return
    pack = rules.pack(case.pack)
    total: Mapping[int, str] = {}
    for one in tx.answers.of_case(case.id, COUNTED):
        total = merged(total, one.elements)
    lacking = missing(total, anonymous=anonymous(case), required=[element.number for element in pack.elements_of(case.category)])
    if lacking:
        _ask_again(tx, case, came, (total, lacking), now, rules)
        return
    _complete(tx, case, came[0].sender, total, now, rules)


def _complete(tx: Tx, case: Case, sender: str, total: Mapping[int, str], now: datetime, rules: Rules) -> None:
    """The answer is whole: it goes home level by level, and the case waits for the desk, or closes itself (P-9.7, P-12)."""
    way, helpers = answered(tx, case, sender, total, now, rules), missing_help(tx, case, rules)
    says = "；".join(["各项要素齐全，待办结（P-12）", *([f"回复路径：{way}"] if way else []), *([f"尚未反馈的协办单位：{'、'.join(helpers)}（P-14.1）"] if helpers else [])])
    done = replace(case.moved(State.ANSWERED), answered=now, satisfaction=satisfaction(total.get(SATISFACTION, "")))
    tx.cases.save(done, Entry(now, sender or "-", "回复完整", says, rules.digest))
    tx.reminders.lift([case.id], now)       # nobody has to call the unit any more
    if outcome := closes_itself(done, rules.pack(case.pack)):
        closed = replace(done.moved(State.CLOSED), closed=now, outcome=outcome)
        tx.cases.save(closed, Entry(now, "bridge", "办结", outcome, rules.digest))
        ended(tx, closed, "bridge", now, rules)
        tx.tasks.strike("chase", case.id)
        owe(tx, closed, now, rules)


def _ask_again(tx: Tx, case: Case, came: tuple[Mail, Reply], state: tuple[Mapping[int, str], Sequence[int]], now: datetime, rules: Rules) -> None:
    """Send the answer back at once with what is there and what is missing (P-12); never to a stranger (P-6)."""
    (mail, reply), (total, lacking) = came, state
    asked = sum(1 for one in tx.tray.of_case(case.id) if one.purpose == "incomplete")
    entry = Entry(now, "bridge", "回复不完整", f"缺第 {'、'.join(map(str, lacking))} 项（P-12）", rules.digest)
    box = _who_is_asked(tx, case, mail, rules)
    if asked >= MOST_ASKED or not box:
        says = f"已退回 {asked} 次仍不完整，请电话联系" if asked else "没有可退回补充的邮箱，请电话联系"
        tx.cases.save(case, entry, Entry(now, "bridge", "转投诉处理岗", says, rules.digest))
        tell_desk(tx, case, "回复不完整", [f"承办单位的回复缺第 {'、'.join(map(str, lacking))} 项；{says}。"], (-case.round, now), rules)
        return
    machine = mail.automatic or mail.bridge
    if machine and box == mail.sender:              # RFC 3834, 2: no machine answers a machine
        tx.cases.save(case, entry, Entry(now, "bridge", "转投诉处理岗", f"来信标明为自动发出（{machine}），不自动退回", rules.digest))
        tell_desk(tx, case, "回复不完整", [f"承办单位的回复缺第 {'、'.join(map(str, lacking))} 项；来信标明为自动发出（{machine}），未自动退回，请联系补充。"], (-case.round, now), rules)
        return
    asks = Asks(total, lacking, reply.refused, reply.trouble)
    letter = tx.tray.put(letters.incomplete(case, replace(mail, sender=box), asks, asked + 1, now, rules), now)
    tx.cases.save(case, entry)
    if letter is not None:
        _post(tx, case, (letter, box), now, rules)


def _post(tx: Tx, case: Case, addressed: tuple[int, str], now: datetime, rules: Rules) -> None:
    """Owe the letter to the post room, or lay it before a person where the address has had its fill: two machines may be talking (pain 4).

    Only letters that answer what came in are counted; slips, alarms and reminders are owed whatever happens.
    """
    letter, box = addressed
    limits, spans = rules.limits, ((timedelta(minutes=10), "10 分钟"), (timedelta(days=1), "24 小时"))
    most = (limits.letters_in_ten_minutes, limits.letters_a_day)
    spent = [(limit, name) for limit, (span, name) in zip(most, spans, strict=True) if tx.tray.given(box, "incomplete", now - span) > limit]
    if not spent:
        tx.tasks.owe("post", letter, now)
        return
    limit, name = spent[0]
    told = f"{name}内自动发往 {box} 的退回补充函已达 {limit} 封，本封暂不发出"
    tx.tasks.shelve("post", letter, now, f"{told} / its fill of automatic letters; if a person writes there, send it with `hotline-bridge retry`")
    tx.cases.note(case.id, Entry(now, "bridge", "暂停自动往来", told, rules.digest))
    tell_desk(tx, case, "暂停自动往来", [f"{told}。对方可能是自动应答程序，请电话联系；确认无误后用 hotline-bridge retry 放行。"], (-1000 - case.round, now), rules)


def _who_is_asked(tx: Tx, case: Case, mail: Mail, rules: Rules) -> str:
    """Who answered, where they may speak for the unit; where the desk let a stranger's answer count, whoever got the slip."""
    if mail.sender_certain and rules.identity.speaks_as(mail.sender) in _candidate(tx, case, rules).chain_mailboxes:
        return mail.sender
    found = addressee(rules.directory, case.lead, case.complaint.person_hint) if case.lead else None
    return found.mailbox if found else ""


def _followed(tx: Tx, seen: Clues) -> tuple[Clues, dict[CaseId, Case]]:
    """The cases a mail may mean, and what it carries in their numbers: one that was merged is answered where it goes on (law:18, P-12)."""
    found = [(case, root_of(tx, case)) for case in _cases(tx, seen)]
    goes_on = {case.number: root.number for case, root in found}

    def in_its_place(numbers: Sequence[str]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(goes_on.get(number, number) for number in numbers))

    there = replace(
        seen, tokens=in_its_place(seen.tokens), numbers=in_its_place(seen.numbers), attached=in_its_place(seen.attached), quoted=in_its_place(seen.quoted))
    return there, {root.id: root for _, root in found}


def _cases(tx: Tx, seen: Clues) -> list[Case]:
    by_number = [case for number in seen.all_numbers if (case := tx.cases.by_number(number)) is not None]
    return list({case.id: case for case in (*by_number, *tx.cases.by_messages(seen.message_ids))}.values())


def _candidate(tx: Tx, case: Case, rules: Rules) -> Candidate:
    """The case with whoever may speak for it: who got the slip of this round and the unit itself, with their superiors.

    Nobody speaks for themselves: not the unit reported on for a crime - there inspection and its superiors alone
    (P-14.3) - and not the person complained about (P-11.1, law:17).
    """
    directory, avoid = rules.directory, case.complaint.person_hint
    inspection = rules.pack(case.pack).inspection
    crime = inspection is not None and case.category in inspection.categories
    sent_to = {one.recipient for one in tx.tray.of_case(case.id) if one.purpose.startswith("slip") and one.message_id.startswith(f"slip.{case.round}.")}
    sent_to |= {hop.mailbox for hop in tx.hops.of_round(case) if hop.part in WORKING}      # by the unit's own mail, or by telephone
    units = {unit.code: unit for address in sent_to for unit in directory.by_mailbox(address)}
    own = directory.get(case.unit) if case.unit else None
    if own is not None and not crime:
        units[own.code] = own
    speaking = {one.code: one for unit in units.values() for one in (unit, *superiors(directory, unit))}
    boxes = sent_to | {box for unit in speaking.values() for box in spoken_for(unit, avoid)}
    if own is not None and crime:
        boxes -= {own.mailbox, own.first.mailbox, own.second.mailbox}
    ours = frozenset().union(*(tx.tray.message_ids(one) for one in (case.id, *tx.matters.gathered(case.id))))
    return Candidate(case.id, case.number, ours, frozenset(box.lower() for box in boxes))


def spoken_for(unit: Unit, avoid: str) -> set[str]:
    """The mailboxes of a unit from which it may be spoken for: its own and its contacts', save the person complained about."""
    theirs = {one.mailbox for one in (unit.first, unit.second) if avoid and may_be(avoid, one.name)}
    return {box for box in (unit.mailbox, unit.first.mailbox, unit.second.mailbox) if box} - theirs
