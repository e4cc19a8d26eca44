"""The reviewer listens again and signs, or hands the case back to the desk (P-9.1)."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from hotline_bridge import letters
from hotline_bridge.recorded import CALLED, heard_by, main, spoken
from hotline_bridge.store.cases import Signature
from hotline_bridge.store.corrections import FLAG, Correction
from hotline_bridge.store.recordings import THERE, UNHEARABLE, WAITING
from hotline_bridge.store.tx import Tx
from routing.addressee import same_desk
from routing.case import ENTERED, HANDED_BACK, SIGNED, Case, Entry, Recording, State
from routing.errors import RuleError
from routing.papers import Channel
from routing.route import route
from routing.rules import Rules



def sign(  # noqa: PLR0913 (a signature binds all of it)
    tx: Tx, number: str, who: str, findings: str, heard: Recording, now: datetime, rules: Rules, dismissed: Collection[str] = (),
    why: str = "",
) -> None:
    """Sign: bound to the recording as it was heard, the slip's words and the recipients; then the slip may leave.

    The book says how much of it this reviewer heard through the bridge before signing. Where a recording is named and `heard` is not
    of its first bytes - it is not there yet, missing, empty, changed - nobody signs it as heard without saying `why` all the same (P-9.1).

    `dismissed` names the flags that the recording does not bear out: they are kept as corrections, for triage to learn from.
    RuleError where the case is not held, the reviewer took the complaint or entered it, nothing was found, or a flag
    is dismissed that was never raised.
    """
    case = _held(tx, number)
    _raised(case, dismissed)
    _may_sign(tx, case, who)
    if not _words(findings):
        msg = "the findings are empty; write what was heard (P-9.1)"
        raise RuleError(msg)
    unheard = _unheard(tx, case, heard, why)
    case = replace(case, recording=replace(heard, reference=case.recording.reference))
    routing = route(case, rules.pack(case.pack), rules.directory)
    if routing.lead is None:
        msg = f"case {number} has no recipient yet: {'；'.join(routing.doubts)}; assign a unit first"
        raise RuleError(msg)
    slips, recipients = letters.matter(case, routing, rules)
    tx.cases.sign(case.id, Signature(who, now, findings, letters.heard(case.recording), slips, recipients))
    unfounded = f"；不成立的标记：{'、'.join(dismissed)}" if dismissed else ""
    tx.cases.save(case, Entry(now, who, SIGNED, f"{findings}；{_of(case)}{_heard(tx, case, who)}{unheard}{unfounded}", rules.digest))
    tx.corrections.keep(case.id, *(Correction(now, who, FLAG, name, "") for name in dismissed))
    tx.tasks.owe("dispatch", case.id, now)


def _may_sign(tx: Tx, case: Case, who: str) -> None:
    """RuleError where nobody is named, or who took the complaint or wrote it down (P-9.1)."""
    if not who.strip():
        msg = "the signature has no name; say who reviews (P-9.1)"
        raise RuleError(msg)
    takers = [case.seat, *(line.who for line in tx.cases.book(case.id) if line.what == ENTERED)]        # who took it, and who wrote it down
    if any(same_desk(who, one) for one in takers):
        msg = f"{who} took or entered case {case.number} and cannot review it; another reviewer must sign (P-9.1)"
        raise RuleError(msg)


def _unheard(tx: Tx, case: Case, heard: Recording, why: str) -> str:
    """Why the recording could not be heard, for the book; RuleError where that must be said and is not (P-9.1)."""
    kept = main(tx, case)
    state, first, trouble = (kept.state, kept.sha256, kept.trouble) if kept is not None else (WAITING, "", "")
    if not case.recording.reference or (state not in UNHEARABLE and heard.sha256 and first in {"", heard.sha256}):
        return f"；说明：{why}" if _words(why) else ""
    called = CALLED[state] if state != THERE else "此刻取不到"
    if not _words(why):
        msg = f"录音{called}（{trouble or state}），不能按已复听签字；写明原因（why / --why） / the recording is {state} and was not heard now: say why it is signed all the same (P-9.1)"
        raise RuleError(msg)
    return f"；录音{called}，仍签字的原因：{why}"


def _words(said: str) -> bool:
    """Whether somebody wrote something: blanks, and what no eye sees, is nothing."""
    return any(sign.isalnum() for sign in said)


def _heard(tx: Tx, case: Case, who: str) -> str:
    """How much of the recording this reviewer heard through the bridge, in words; nothing where there is none to hear."""
    kept = main(tx, case)
    if kept is None:
        return ""
    seconds = heard_by(tx, case, who)
    return f"；签字前经本系统播放 {spoken(seconds)}（全长 {spoken(kept.seconds)}）" if seconds else "；签字前未经本系统播放录音"


def hand_back(tx: Tx, number: str, who: str, findings: str, now: datetime, rules: Rules) -> None:
    """Do not sign: the case goes to the desk with the reason."""
    case = _held(tx, number)
    if not _words(findings):
        msg = "the reason is empty; write why the case is handed back"
        raise RuleError(msg)
    tx.cases.save(case.moved(State.DESK), Entry(now, who, HANDED_BACK, findings, rules.digest))
    tx.tasks.strike("dispatch", case.id)        # another's signature of this very minute does not send it either


def _raised(case: Case, dismissed: Collection[str]) -> None:
    raised = [flag.name for flag in case.verdict.flags] if case.verdict else []
    if unknown := [name for name in dismissed if name not in raised]:
        msg = f"{'、'.join(unknown)} is no flag of case {case.number} and cannot be dismissed; its flags are {'、'.join(raised) or 'none'}"
        raise RuleError(msg)


def _of(case: Case) -> str:
    """What the signature says of the recording: its hash, or honestly that there was none to hear."""
    recording = case.recording
    if recording.sha256:
        return f"录音 {recording.reference or '（未关联）'}，SHA-256 {recording.sha256}"
    if case.complaint.channel is not Channel.PHONE:
        return "非电话渠道，无录音"
    return f"录音 {recording.reference} 未找到，签字未绑定录音内容" if recording.reference else "未关联录音，签字未绑定录音内容"


def _held(tx: Tx, number: str) -> Case:
    case = tx.cases.known(number)
    if case.state is not State.HELD:
        msg = f"case {number} is {case.state.value} ({case.state.name}); only a held case is reviewed"
        raise RuleError(msg)
    return case
