"""A mail by which a superior, regulator or government hands a complaint down: read by its template, laid before the desk where it is not understood.

Known by its sender, else by its words: a letter that only looks like an authority's opens a case too, but nothing of it
leaves before a person has asked whether it is true (D-6, P-9.9; law: article 27).
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from adapters.formats.authority_mail import Letter, Row, files_rows, read_letter, words_of
from adapters.formats.entry_fields import FIELDS
from adapters.formats.entry_form import Entry, Today, read_entry
from adapters.formats.form_json import BadForm
from adapters.formats.quoting import without_footer
from hotline_bridge.store.tx import Tx
from routing.authenticity import doubt
from routing.authority import Authority, Template
from routing.papers import Channel, Form, Mail, Unreadable
from routing.rules import Rules

FAR = timedelta(days=120)       # a date beyond it is a misprint, or a year too many
NEAR = timedelta(days=4)        # a span counted from receipt and a day written out may lie so far apart
_FIGURE = re.compile("[0-9]+")
LONGEST = 19_000
_ONLY_READ = frozenset({"complained_on", "authority_due"})


@dataclass(frozen=True, slots=True)
class HandedDown:
    """A letter as a form, and what the desk must look at before anything leaves.

    `certain` where a server of the bank's confirms its sender; `numbered` where nothing speaks against its number, `dated` against its date.
    """

    form: Form
    doubts: tuple[str, ...]
    certain: bool
    numbered: bool = True
    dated: bool = True


def handed_down(tx: Tx, mail: Mail, received: datetime, rules: Rules) -> HandedDown | None:
    """Read a mail as an authority's letter; None where neither its sender nor its words are one's."""
    authority = rules.authorities.of(mail.sender)
    inside = bool(rules.directory.by_mailbox(rules.identity.speaks_as(mail.sender))) or mail.sender == rules.identity.desk
    files, trouble = _files(tx, mail)
    words = words_of(mail, files)
    template = _template(authority, words, rules, strange=not inside)
    if template is None:
        return None
    zone = rules.packs[rules.default_pack].zone
    letter = read_letter(mail, files, template, received.astimezone(zone).date())
    if authority is None and "authority_number" not in letter.fields:
        return None             # it only uses an authority's words: a customer may
    form, unusable = _form(mail, letter, authority, received, rules)
    sender, number, (form, dates) = _sender(mail, authority, rules), tuple(_number(letter)), _dated(form, letter, received, rules)
    doubts = [*sender, *_understood(letter, template, words, unusable), *number, *dates, *_others(letter), *trouble]
    return HandedDown(form, tuple(dict.fromkeys(doubts)), certain=not sender, numbered=not number, dated=not dates)


def _template(authority: Authority | None, words: str, rules: Rules, *, strange: bool) -> Template | None:
    if authority is not None and (strange or authority.template.fits(words)):
        return authority.template           # a mailbox of the bank's own writes other letters, too
    fitting = [one for one in rules.authorities.templates if one.fits(words)] if strange else []
    return max(fitting, key=lambda one: one.hits(words), default=None)


def _files(tx: Tx, mail: Mail) -> tuple[tuple[Row, ...], tuple[str, ...]]:
    """The rows of the files that came with it; of an old one, what the office made of it."""
    own, trouble = [], list[str]()
    for file in mail.attachments:
        try:
            own.append(tx.opened.read(file))
        except Unreadable as error:
            trouble.append(f"附件 {file.name}：{error}")
    rows, unread = files_rows(own)
    return rows, (*trouble, *unread)



def _form(mail: Mail, letter: Letter, authority: Authority | None, received: datetime, rules: Rules) -> tuple[Form, tuple[str, ...]]:
    """The letter as a form; a field whose words cannot be meant is left out and told."""
    pack = rules.packs[rules.default_pack]
    due = letter.due.falls(received, rules.calendar, pack.hours, pack.zone) if letter.due else None
    said = {name: words for name, words in letter.fields.items() if name not in _ONLY_READ}
    said["narrative"] = _narrative(mail, letter)
    said |= {"channel": (authority.channel if authority else Channel.REGULATOR).value, "authority": authority.name if authority else mail.sender_name[:60] or mail.sender[:60]}
    counted = _FIGURE.findall(unicodedata.normalize("NFKC", said.get("heads", "")))
    said["heads"] = counted[0] if counted else ""
    entry, unusable = _read(said, Today(received, pack.zone, pack.hours))
    if len(counted) > 1:
        unusable = (*unusable, f"{FIELDS['heads'].zh}中的其余数字（只取第一个）")
    hotline = pack.hotlines[0] if pack.hotlines else ""
    return replace(entry.form, source="mail", hotline=hotline, started_at=received, authority_due=due), unusable


def _narrative(mail: Mail, letter: Letter) -> str:
    told = letter.fields.get("narrative") or "\n".join((mail.subject, without_footer(mail.text)))
    when = letter.fields.get("complained_on")
    return "\n".join(filter(None, (told[:LONGEST], when and f"（客户向转办单位投诉的时间：{when}）")))


def _read(said: dict[str, str], today: Today) -> tuple[Entry, tuple[str, ...]]:
    """Read what was said; fields that cannot be used are left out."""
    try:
        return read_entry(said, today), ()
    except BadForm as error:
        bad = {one.pointer.removeprefix("/"): one.wrong for one in error.mistakes}
        kept = {name: words for name, words in said.items() if name not in bad or name in {"channel", "narrative"}}
        return read_entry(kept, today), tuple(f"{FIELDS[name].zh}：{wrong}" for name, wrong in bad.items())


def _number(letter: Letter) -> Iterator[str]:
    """Yield why the letter's number may be another letter's: a customer's words name numbers too."""
    if said := letter.twice.get("authority_number"):
        yield f"来信有两个转办编号：{'、'.join(said)}"
    if "authority_number" in letter.among:
        yield "转办编号写在投诉内容之后，可能是投诉人的话"


def _dated(form: Form, letter: Letter, received: datetime, rules: Rules) -> tuple[Form, tuple[str, ...]]:
    """The form with the earliest date the letter sets, and what speaks against it; without one that is past or too far off."""
    pack = rules.packs[rules.default_pack]
    due = form.authority_due
    if due is None:
        return form, ()
    if not received < due < received + FAR:
        return replace(form, authority_due=None), (f"来文要求的办理期限（{due.astimezone(pack.zone):%Y-%m-%d}）已过或过远，未采用，请核对",)
    others = [at for one in letter.asked if (at := one.falls(received, rules.calendar, pack.hours, pack.zone)) > received]
    doubts = ["来信有两个办理期限"] if "authority_due" in letter.twice else []
    if "authority_due" in letter.fields and any(abs(due - at) > NEAR for at in others):
        doubts.append("“办理期限”一栏与来文中要求的日期不一致")
    if not doubts:
        return form, ()
    first = min([due, *others])
    return replace(form, authority_due=first), (f"{'，'.join(doubts)}；暂按较早的 {first.astimezone(pack.zone):%Y-%m-%d} 办理，请核对",)


def _others(letter: Letter) -> Iterator[str]:
    """Yield the other fields that the letter fills twice; their words are the customer's and not repeated."""
    for name in letter.twice.keys() - {"authority_number", "authority_due"}:
        yield f"来信有两处“{FIELDS[name].zh}”，内容不同"


def _sender(mail: Mail, authority: Authority | None, rules: Rules) -> Sequence[str]:
    if authority is None:
        return (f"来信形似转办件，而发件地址 {mail.sender or '（无）'} 未登记为转办单位，请先核实真伪，再登记到 [[authorities]]",)
    if not mail.sender_certain:
        return ("发件人一栏有多个、隐藏或残缺的地址",)
    if not rules.identity.trusted_servers:
        return ("未配置 mail.trusted_servers，无法确认来信确由该单位发出，请先核实真伪",)
    told = doubt(mail, rules.identity.trusted_servers, accept_unverified=False)      # what moves dates and sends slips is confirmed, not let pass
    return (told,) if told else ((mail.seal,) if mail.seal_broken else ())


def _understood(letter: Letter, template: Template, words: str, unusable: Sequence[str]) -> Sequence[str]:
    """What a person must still find in the letter: nothing of an authority is guessed."""
    told = [] if template.fits(words) else [f"来信不是“{template.name}”的格式，请看原件核对"]
    if letter.lacking:
        told.append(f"未能识别：{'、'.join(FIELDS[name].zh if name in FIELDS else name for name in letter.lacking)}")
    return [*told, *(f"未采用 {one}" for one in unusable)]


