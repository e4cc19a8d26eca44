"""Papers set aside: the desk is told of them in one letter, and a person lets one be read again or lays it away (pains 1, 24)."""

from collections.abc import Sequence
from datetime import datetime

from hotline_bridge import letters
from hotline_bridge.store.papers import Kept
from hotline_bridge.store.tx import Tx
from hotline_bridge.telling import gathered
from routing.errors import RuleError
from routing.rules import Rules



def aside(tx: Tx, subject: int, now: datetime, rules: Rules) -> None:
    """Tell the desk of the papers set aside since the last letter, at most one letter each half hour and in working hours."""
    if subject not in {one.id for one in tx.papers.untold()}:
        return
    gathered(tx, letters.ASIDE, now, rules)
    _tell(tx, tx.papers.untold(), now, rules)


def _tell(tx: Tx, waiting: Sequence[Kept], now: datetime, rules: Rules) -> None:
    letter = tx.tray.put(letters.aside(waiting, now, rules, tx.cases.sequence("aside")), now)
    assert letter is not None
    for one in waiting:
        tx.tasks.strike("aside", one.id)
    tx.tasks.owe("post", letter, now)


def retry(tx: Tx, paper_id: int, who: str, now: datetime, rules: Rules) -> None:
    """Let a paper be read again, under the rules and the program of today; RuleError where it does not lie in quarantine.

    What it became before stays: a paper is one case at most, and a mail that was read elsewhere is read there.
    """
    del rules
    paper = _lying(tx, paper_id)
    tx.papers.again(paper.id, f"{who} 要求重新读取 / read again on request")
    tx.tasks.strike("aside", paper.id)
    tx.tasks.owe("read", paper.id, now)


def settle(tx: Tx, paper_id: int, who: str, says: str, now: datetime, rules: Rules) -> None:
    """Lay a paper away: a person has seen to it, and says how; RuleError without a word about it."""
    if not says.strip():
        msg = "say what was done with it, e.g. 已手工登记为 95580-…; whoever looks later must understand why it is gone"
        raise RuleError(msg)
    paper = _lying(tx, paper_id)
    at = now.astimezone(rules.pack(rules.default_pack).zone)
    tx.papers.read(paper.id, f"{at:%Y-%m-%d %H:%M} {who}：{says.strip()[:500]}（原因：{paper.trouble}）")
    tx.tasks.strike("aside", paper.id)


def _lying(tx: Tx, paper_id: int) -> Kept:
    paper = tx.papers.get(paper_id)
    if paper is None or paper.state != "quarantined":
        state = "no such paper" if paper is None else "it has been seen to already"
        msg = f"Q-{paper_id} does not lie in quarantine ({state}); `hotline-bridge quarantine list` shows what does"
        raise RuleError(msg)
    return paper
