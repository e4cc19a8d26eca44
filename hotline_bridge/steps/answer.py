"""A unit's answer: matched, its elements checked, asked for again or laid before the desk (P-12; pains 6 and 7)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from adapters.formats.mime import read_mail
from adapters.formats.quoting import without_footer, without_quotes
from adapters.formats.slip_docx import read_slip
from hotline_bridge import letters
from hotline_bridge.store.answers import CLAIMED, COUNTED, DISMISSED, Answer
from hotline_bridge.store.tx import Tx
from routing.case import Case, Entry, State
from routing.closing import closes_itself
from routing.elements import ELEMENTS, found, merged, missing
from routing.errors import RuleError
from routing.papers import Mail, Unreadable
from routing.reply import Candidate, Clues, clues, match
from routing.rules import Rules
from routing.slip import anonymous

MOST_ASKED = 5      # letters that ask for the rest; beyond it a person looks, for two machines may be talking


def answer(tx: Tx, subject: int, now: datetime, rules: Rules) -> None:
    """Count the mail as an answer, keep it as a claim for the desk, or hand it on as a new complaint."""
    mail = read_mail(tx.papers.body(subject))
    written = _written(mail)
    seen = clues(mail, rules.identity.mailbox, rules.identity.reply_key, tuple(rules.by_hotline))
    seen = replace(seen, attached=tuple(dict.fromkeys((*seen.attached, *written.numbers))))
    cases = {case.id: case for case in _cases(tx, seen)}
    judged = match(seen, [_candidate(tx, case, rules) for case in cases.values()])
    if judged.case_id is None and not judged.cases:
        tx.tasks.owe("register", subject, now)
        return
    out = judged.accepted and cases[judged.cases[0]].round > 0
    for case_id in judged.cases:
        standing = COUNTED if out else CLAIMED
        kept = tx.answers.keep(Answer(0, case_id, subject, now, mail.sender, written.elements, standing, judged.reasons))
        if kept is None:
            return
        what = "收到回复" if out else "疑似回复，待投诉处理岗确认"
        tx.cases.note(case_id, Entry(now, mail.sender or "-", what, "；".join(judged.reasons), rules.digest))
        break       # one paper, one row; the desk sees the other cases in the reasons
    if out:
        _weigh(tx, cases[judged.cases[0]], mail, now, rules)
    else:
        _tell_desk(tx, cases[judged.cases[0]], judged.reasons, subject, now, rules)


def judge(tx: Tx, answer_id: int, who: str, now: datetime, rules: Rules, *, accept: bool) -> None:
    """The desk accepts or dismisses a claimed answer; RuleError where it waits no longer."""
    claimed = next((one for one in tx.answers.claimed() if one.id == answer_id), None)
    if claimed is None:
        msg = f"there is no claimed answer {answer_id}; it may have been decided already"
        raise RuleError(msg)
    tx.answers.judge(answer_id, COUNTED if accept else DISMISSED)
    tx.cases.note(claimed.case, Entry(now, who, "认定为回复" if accept else "不认定为回复", f"来件 {claimed.paper}", rules.digest))
    if accept:
        _weigh(tx, tx.cases.get(claimed.case), read_mail(tx.papers.body(claimed.paper)), now, rules)


def _weigh(tx: Tx, case: Case, mail: Mail, now: datetime, rules: Rules) -> None:
    """Add up what has been answered so far, and do what follows from it."""
    if case.state is not State.SENT:
        return
    pack = rules.pack(case.pack)
    total: Mapping[int, str] = {}
    for one in tx.answers.of_case(case.id, COUNTED):
        total = merged(total, one.elements)
    lacking = missing(total, anonymous=anonymous(case), required=[element.number for element in pack.elements_of(case.category)])
    if lacking:
        _ask_again(tx, case, mail, (total, lacking), now, rules)
        return
    answered = case.moved(State.ANSWERED)
    tx.cases.save(answered, Entry(now, mail.sender or "-", "回复完整", "七项要素齐全，待办结（P-12）", rules.digest))
    if outcome := closes_itself(answered, pack):
        tx.cases.save(answered.moved(State.CLOSED), Entry(now, "bridge", "办结", outcome, rules.digest))
        tx.tasks.strike("chase", case.id)


def _ask_again(tx: Tx, case: Case, mail: Mail, state: tuple[Mapping[int, str], Sequence[int]], now: datetime, rules: Rules) -> None:
    """Send the answer back at once with what is there and what is missing (P-12)."""
    total, lacking = state
    asked = sum(1 for one in tx.tray.of_case(case.id) if one.purpose == "incomplete")
    entry = Entry(now, "bridge", "回复不完整", f"缺第 {'、'.join(map(str, lacking))} 项（P-12）", rules.digest)
    if asked >= MOST_ASKED or not mail.sender:
        tx.cases.save(case, entry, Entry(now, "bridge", "转投诉处理岗", f"已退回 {asked} 次仍不完整，请电话联系", rules.digest))
        _tell_desk(tx, case, ("多次回复仍不完整，请电话联系承办单位",), asked, now, rules)
        return
    letter = tx.tray.put(letters.incomplete(case, mail, (total, lacking, _written(mail).trouble), asked + 1, now, rules), now)
    tx.cases.save(case, entry)
    if letter is not None:
        tx.tasks.owe("post", letter, now)


def _tell_desk(tx: Tx, case: Case, reasons: Sequence[str], round_: int, now: datetime, rules: Rules) -> None:
    letter = tx.tray.put(letters.to_desk(case, "疑似回复待确认", ["有来信疑为该投诉件的回复，须人工确认：", *(f"· {one}" for one in reasons)], round_, now, rules), now)
    if letter is not None:
        tx.tasks.owe("post", letter, now)


@dataclass(frozen=True, slots=True)
class Written:
    """What an answer holds: elements, the case numbers on its forms, and why a form could not be read."""

    elements: Mapping[int, str]
    numbers: tuple[str, ...] = ()
    trouble: str = ""


def _written(mail: Mail) -> Written:
    """Read the mail's new words, its forms, and what was filled in inside the quoted slip."""
    total = found(without_footer(without_quotes(mail.new_text)))
    numbers: list[str] = []
    trouble = ""
    for attachment in mail.attachments:
        if not attachment.name.lower().endswith((".docx", ".doc", ".wps")):
            continue
        try:
            form = read_slip(attachment.content)
        except Unreadable as error:
            trouble = str(error)
            continue
        total = merged(total, form.elements)
        numbers += [form.number] if form.number else []
    if len(total) < len(ELEMENTS) and mail.quoted:
        total = merged(found(mail.text), total)     # somebody typed into the form below their greeting
    return Written(total, tuple(numbers), trouble)


def _cases(tx: Tx, seen: Clues) -> list[Case]:
    by_number = [case for number in seen.all_numbers if (case := tx.cases.by_number(number)) is not None]
    return list({case.id: case for case in (*by_number, *tx.cases.by_messages(seen.message_ids))}.values())


def _candidate(tx: Tx, case: Case, rules: Rules) -> Candidate:
    """The case with whoever may speak for it: those who got a slip and the unit itself, their contacts and superiors.

    The unit reported on for a crime does not speak for itself (P-14.3).
    """
    sent_to = {one.recipient for one in tx.tray.of_case(case.id) if one.purpose.startswith("slip")}
    units = {unit.code for address in sent_to for unit in rules.directory.by_mailbox(address)}
    inspection = rules.pack(case.pack).inspection
    if case.unit and not (inspection and case.category in inspection.categories):
        units.add(case.unit)
    chain = {unit for code in units for unit in rules.directory.chain(code)}
    boxes = {box for unit in chain for box in (unit.mailbox, unit.first.mailbox, unit.second.mailbox) if box}
    return Candidate(case.id, case.number, tx.tray.message_ids(case.id), frozenset(box.lower() for box in sent_to | boxes))
