"""The customer is asked once the case is closed: by a short form, by telephone; what they say closes it for good or opens it again (P-12, P-18, P-21)."""

from dataclasses import replace
from datetime import datetime

from adapters.formats.mime import read_mail
from adapters.formats.quoting import without_footer, without_quotes
from hotline_bridge import customer_letter
from hotline_bridge.asking import address_of, next_day, replied
from hotline_bridge.customer_letter import daytime
from hotline_bridge.errors import Later
from hotline_bridge.gathering import report_again, times_again
from hotline_bridge.reopening import open_again
from hotline_bridge.store.callbacks import CALLED, OWED, SAID, UNREACHABLE, WITHDRAWN, Callback
from hotline_bridge.store.tx import Tx
from hotline_bridge.telling import tell_desk
from routing.case import Case, Entry, State
from routing.errors import RuleError
from routing.papers import Mail
from routing.person import mail_address
from routing.rules import Rules
from routing.satisfaction import DISSATISFIED, one_word

ASKED = "回访"
_LONGEST = 500              # characters of what a customer writes that go into the book
_MORE_THAN_A_WORD = 60      # characters; so many are a complaint of their own where nobody is asked any more (P-3)


def callback(tx: Tx, subject: int, now: datetime, rules: Rules) -> None:
    """Ask by mail where the pack and the case allow it; else the call stands in the desk's list from now on."""
    owed = tx.callbacks.get(subject)
    if owed is None:
        return
    case = tx.cases.get(owed.case)          # locked from here on: whoever writes down a call locks it too
    one = tx.callbacks.get(subject)
    if one is None or one.state != OWED:
        return
    pack = rules.pack(case.pack)
    entry = pack.callback
    if case.state is not State.CLOSED or entry is None:
        tx.callbacks.settle(one, now, WITHDRAWN, "", "bridge")
        return
    address = address_of(case, entry, rules)
    if not address or (one.attempts and case.complaint.customer.phone):
        return          # a person calls: `callbacks list` shows it
    here = now.astimezone(pack.zone)
    opens = rules.calendar.next_moment(here, daytime(pack))
    if opens > here:
        raise Later(opens, "nobody is asked out of working hours")
    if one.attempts >= entry.attempts:
        _unreachable(tx, case, one, ("bridge", "邮件询问无回复"), now, rules)
        return
    _write(tx, case, one, address, now, rules)


def _write(tx: Tx, case: Case, one: Callback, address: str, now: datetime, rules: Rules) -> None:
    pack = rules.pack(case.pack)
    assert pack.callback is not None
    before = {it.letter for it in tx.tray.of_case(case.id) if it.purpose == customer_letter.PURPOSE}
    letter = tx.tray.put(customer_letter.asked(case, address, len(before) + 1, now, rules), now)
    if letter is not None:
        tx.tasks.owe("post", letter, now)
        tx.cases.note(case.id, Entry(now, "bridge", ASKED, f"已以邮件询问客户是否满意（第 {one.attempts + 1} 次，{pack.callback.rule}）", rules.digest))
    tx.callbacks.tried(one, now, "邮件询问", "bridge")
    again = next_day(pack, pack.callback.every, now, rules)
    tx.callbacks.later(one, again)
    tx.tasks.owe("callback", one.id, again)


def heard(tx: Tx, subject: int, now: datetime, rules: Rules) -> None:
    """A customer answered the form: one of its words counts by itself, anything else a person reads."""
    mail = read_mail(tx.papers.body(subject))
    found = replied(tx, mail, rules)
    if found is None:
        return
    case = found.case
    waiting = _waiting(tx, case, late=True)
    words = without_footer(without_quotes(mail.new_text)).strip()
    said = one_word(words)
    doubt = _doubt(case, mail, waiting, said, rules, sealed=found.sealed)
    if doubt or waiting is None:
        new = waiting is None and len(words) > _MORE_THAN_A_WORD
        if new:
            tx.tasks.owe("register", subject, now)
        more = "，已另行登记" if new else ""
        tx.cases.note(case.id, Entry(now, mail.sender or "-", "客户来信", f"{doubt}；来件 {subject}{more}：{words[:_LONGEST]}", rules.digest))
        lines = [f"客户就回访来信，须人工阅看：{doubt}（来件 {subject}{more}）。", f"来信内容：hotline-bridge cases show {case.number}", _advice(case, waiting)]
        tell_desk(tx, case, "客户来信", lines, (subject, now), rules)
        return
    _settled(tx, case, waiting, (said, "客户邮件回复"), (mail.sender, now), rules)


def _waiting(tx: Tx, case: Case, *, late: bool) -> Callback | None:
    """The call-back somebody may answer now; `late`: even one whose customer could not be reached in time - what they say then counts all the same (P-18)."""
    known = tx.callbacks.of_case(case.id)
    owed = next((one for one in known if one.state == OWED), None)
    if owed is None and late and known and case.state is State.CLOSED and known[-1].state == UNREACHABLE:
        return known[-1]
    return owed


def _advice(case: Case, waiting: Callback | None) -> str:
    """What the desk does with what a customer wrote."""
    if waiting is not None:
        return f"记录结果：hotline-bridge callbacks note {case.number} satisfied|fair|dissatisfied|unreachable"
    if case.state is State.CLOSED:
        return f"客户不接受处理结果的，重新办理：hotline-bridge cases reopen {case.number} --says 客户来信内容（P-18）"
    return f"本件为“{case.state.value}”，请在办理中一并核对。"


def _doubt(case: Case, mail: Mail, waiting: Callback | None, said: str, rules: Rules, *, sealed: bool) -> str:
    """Why a person must read it; "" where the word counts."""
    if waiting is None or case.state is not State.CLOSED:
        return "本件已不在等待回访"
    if not mail.sender_certain or mail.sender.lower() != mail_address(case.complaint.customer.address):
        return "来信地址不是客户登记的邮箱"
    if not sealed and rules.identity.subaddresses:
        return "未寄往只有客户收到的回访地址，无法认定是客户本人所写"
    if not sealed and rules.identity.doubt(mail):
        return rules.identity.doubt(mail)
    return "" if said else "不是约定的答复用语"


def note(tx: Tx, number: str, who: str, said: str, says: str, now: datetime, rules: Rules) -> None:  # noqa: PLR0913 (a decision and its words)
    """Write down what a call came to: satisfied, fair, dissatisfied, or unreachable; RuleError where nobody is to be asked.

    Dissatisfied opens the case again (P-18); whoever was not reached is called again until the pack's attempts are used up.
    """
    case = tx.cases.known(number)
    if said not in {*SAID, UNREACHABLE}:
        msg = f"{said[:40] or 'nothing'} is no result of a call; one of {', '.join((*SAID, UNREACHABLE))}"
        raise RuleError(msg)
    one = _waiting(tx, case, late=said != UNREACHABLE)
    if one is None:
        msg = (
            f"nobody is to be called about {number} (it is {case.state.value}); `hotline-bridge callbacks list` shows who is, "
            f"and `cases reopen {number}` opens a closed case whose customer does not accept the answer (P-18)"
        )
        raise RuleError(msg)
    if said == UNREACHABLE:
        _not_reached(tx, case, one, (who, says), now, rules)
    else:
        _settled(tx, case, one, (SAID[said], says), (who, now), rules)


def _not_reached(tx: Tx, case: Case, one: Callback, told: tuple[str, str], now: datetime, rules: Rules) -> None:
    who, says = told
    entry = rules.pack(case.pack).callback
    if entry is None or one.attempts + 1 >= entry.attempts:
        _unreachable(tx, case, one, told, now, rules)
        return
    tx.callbacks.tried(one, now, says, who)
    tx.callbacks.later(one, next_day(rules.pack(case.pack), entry.every, now, rules))
    tx.cases.note(case.id, Entry(now, who, ASKED, f"未能联系（第 {one.attempts + 1} 次）{says}".rstrip(), rules.digest))


def _unreachable(tx: Tx, case: Case, one: Callback, told: tuple[str, str], now: datetime, rules: Rules) -> None:
    who, says = told
    tx.callbacks.settle(one, now, UNREACHABLE, says, who)
    tx.tasks.strike("callback", one.id)
    tx.cases.note(case.id, Entry(now, who, ASKED, f"{CALLED[UNREACHABLE]}，不再回访：{says}".rstrip("："), rules.digest))


def _settled(tx: Tx, case: Case, one: Callback, result: tuple[str, str], told: tuple[str, datetime], rules: Rules) -> None:
    (word, says), (who, now) = result, told
    state = next(name for name, zh in SAID.items() if zh == word)
    tx.callbacks.settle(one, now, state, says, who)
    tx.tasks.strike("callback", one.id)
    heard_ = replace(case, satisfaction=word)
    tx.cases.save(heard_, Entry(now, who, ASKED, "：".join(filter(None, (word, says))), rules.digest))
    if word != DISSATISFIED:
        return
    if case.state is State.CLOSED:
        again = open_again(tx, heard_, who, f"回访：客户不满意。{says}", now, rules)
        report_again(tx, again, times_again(tx, again), now, rules)
        tell_desk(tx, again, "客户不满意", ["回访时客户表示不满意，本件已重新办理（P-18），请重新核实、分派。"], (-(4 * 10**9 + one.id * 10 + one.attempts % 10), now), rules)
