"""What a mail says of a case's elements: its words, its files, what was filled in below a greeting (P-12)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from adapters.formats.answer_file import may_answer, read_file, unseen
from adapters.formats.answer_table import SlipAnswer
from adapters.formats.letter import Draft
from adapters.formats.mime import read_mail
from adapters.formats.quoting import without_footer, without_quotes
from hotline_bridge.store.tx import Tx
from routing.case import Case
from routing.elements import ELEMENTS, HANDLED, HANDLER, TELEPHONE, Said, merged, part_about, said_in, without_words_of
from routing.hollow import Hollow
from routing.papers import Mail, Unreadable
from routing.plausible import impossible
from routing.rules import Rules

MOST_FILES = 10     # of one mail; each is a package to be unpacked
_WHY: Mapping[int, str] = {HANDLED: "不是有效日期", HANDLER: "不是姓名", TELEPHONE: "不是完整的电话号码"}


@dataclass(frozen=True, slots=True)
class Reply:
    """The elements that count, why others do not, and why a file could not be read."""

    elements: Mapping[int, str]
    refused: Mapping[int, str] = field(default_factory=dict)
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class Files:
    """What the files of a mail hold: each one's words, the case numbers on them, and what could not be read."""

    said: tuple[SlipAnswer, ...] = ()
    trouble: str = ""

    @property
    def numbers(self) -> tuple[str, ...]:
        """The case numbers on the forms."""
        return tuple(dict.fromkeys(one.number for one in self.said if one.number))


def namesake(tx: Tx, paper: int, mail: Mail) -> int | None:
    """An earlier paper that bears the same Message-ID and says something else; None where there is none (pain 8)."""
    other = tx.papers.namesake(paper, mail.message_id) if mail.message_id else None
    if other is None or read_mail(tx.papers.body(other)).text.split() == mail.text.split():
        return None         # the same words, taken otherwise: a copy that came another way
    return other


def files_of(tx: Tx, mail: Mail, hollow: Hollow, others: str = "") -> Files:
    """Read the files of a mail in which people answer, the first few of them; `others` are words that are nobody's answer."""
    named = [one for one in mail.attachments if may_answer(one) and not one.foreign]       # what hangs on an attached mail, others wrote
    troubles = [f"附件过多，只读取了前{MOST_FILES}个"] if len(named) > MOST_FILES else []
    said = []
    for file in named[:MOST_FILES]:
        try:
            said.append(read_file(tx.opened.read(file), hollow, others))
        except Unreadable as error:
            troubles.append(f"{file.name}：{error}")
    scans = [one.name for one in mail.attachments if unseen(one)]
    if scans:
        troubles.append(f"{'、'.join(scans[:3])}：扫描件或图片，系统不能读取；请在邮件正文或表格中逐项填写")
    return Files(tuple(said), "；".join(dict.fromkeys(troubles)))



def reply_in(tx: Tx, mail: Mail, case: Case, arrived: datetime, rules: Rules) -> Reply:
    """Add up the mail's new words, its files, and what was filled in inside the quoted slip; what others wrote aside."""
    others = _others_words(tx, case)
    files = files_of(tx, mail, rules.hollow, others)
    mine = {case.number, *tx.matters.numbers(tx.matters.gathered(case.id)).values()}       # the form of a merged case is one of this one's (law:18)
    parts = [_said(without_footer(without_quotes(mail.new_text)), others, case, rules)]
    parts += [Said(one.elements, one.refused) for one in files.said if one.number is None or one.number in mine]
    troubles = [files.trouble] if files.trouble else []
    troubles += [f"附表编号为{number}，不是本件，其内容未计入；请核对编号" for number in files.numbers if number not in mine]
    if mail.quoted and len(_total(parts)) < len(ELEMENTS):      # somebody typed into the form below their greeting
        parts.insert(0, _said(mail.text, others, case, rules))
    total = _total(parts)
    refused = {number: f"所填“{_brief(words)}”{_WHY.get(number, '没有具体内容')}" for one in parts for number, words in one.refused.items() if number not in total}
    zone = rules.pack(case.pack).zone
    since = min(case.received, case.complaint.received).astimezone(zone).date()
    wrong = impossible(total, since, arrived.astimezone(zone).date(), case.complaint.customer.phone)
    refused |= {number: f"“{_brief(total[number])}”：{why}" for number, why in wrong.items()}
    return Reply({number: words for number, words in total.items() if number not in wrong}, refused, "；".join(troubles))


def _said(text: str, others: str, case: Case, rules: Rules) -> Said:
    return said_in(part_about(without_words_of(text, others), case.number), rules.hollow)


def _total(parts: Sequence[Said]) -> Mapping[int, str]:
    total: Mapping[int, str] = {}
    for one in parts:
        total = merged(total, one.elements)
    return total


def _others_words(tx: Tx, case: Case) -> str:
    """What stands in the case before any answer: the customer's words, and those of our own letters."""
    them = (case, *tx.cases.several(tx.matters.gathered(case.id)))
    ours = dict.fromkeys(one.letter for it in them for one in tx.tray.of_case(it.id) if one.purpose.startswith(("slip", "incomplete")))
    texts = (Draft.from_json(str(tx.tray.get(letter).draft["letter"])).text for letter in ours)
    return "\n".join((*(words for it in them for words in (it.complaint.text, it.complaint.demand)), *texts))


def _brief(words: str) -> str:
    line = " ".join(words.split())
    return line if len(line) <= 20 else line[:19] + "…"
