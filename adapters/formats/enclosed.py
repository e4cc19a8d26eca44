"""What is packed inside the attachments of a mail: files in archives, Outlook's own packages, mails in mails.

Everything comes from outside: how deep, how many and how much is bounded, sizes are counted while unpacking, since those
written in a package may lie. What cannot be opened stays what it was, an attachment, with a word about why.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from adapters.formats import outlook_message, tnef, zip_members
from adapters.formats.package import Allowance, Inside, TooMuch
from routing.papers import Attachment, Unreadable

MOST_WARNINGS = 30
MOST_DEPTH = 3              # a file in an archive in a mail in a mail
_UNOPENED = re.compile(r"\.(?:rar|7z|tar|gz|tgz|bz2|xz|iso|cab)$", re.IGNORECASE)

Opener = Callable[[bytes, Allowance], Inside]


@dataclass(slots=True)
class Opened:
    """All files of a mail, those inside of others behind them; the words of mails found inside, and what went wrong."""

    files: list[Attachment] = field(default_factory=list)
    words: list[tuple[str, str]] = field(default_factory=list)      # name of the mail inside, its words
    packed: list[tuple[str, str]] = field(default_factory=list)     # the mail's own words where Outlook packed them away
    warnings: list[str] = field(default_factory=list)


def opened(attachments: Sequence[Attachment], mail_inside: Callable[[bytes], Inside]) -> Opened:
    """Open what can be opened. `mail_inside` reads a mail that is attached to the mail."""
    found = Opened()
    allowance = Allowance()
    for attachment in attachments:
        _open(attachment, 0, (found, allowance, mail_inside))
    if len(found.warnings) > MOST_WARNINGS:
        found.warnings[MOST_WARNINGS:] = [f"另有 {len(found.warnings) - MOST_WARNINGS} 条提示从略 / and more"]
    return found


def _open(one: Attachment, depth: int, common: tuple[Opened, Allowance, Callable[[bytes], Inside]]) -> None:
    found, allowance, mail_inside = common
    found.files.append(one)
    name = f"{one.inside}/{one.name}" if one.inside else one.name
    if _UNOPENED.search(one.name):
        found.warnings.append(f"附件 {name} 是压缩包，未打开；请改用 zip 或直接附上文件 / an archive of this kind is not opened")
        return
    opener = _opener(one, mail_inside)
    if opener is None:
        return
    if depth >= MOST_DEPTH:
        found.warnings.append(f"附件 {name} 套了太多层，未再打开 / packed too deeply; not opened further")
        return
    try:
        inside = opener(one.content, allowance)
    except TooMuch as error:
        found.warnings.append(f"附件 {name} 内容过多（{error}），只读取了一部分 / holds too much; read in part")
        inside = error.so_far
    except Unreadable as error:
        found.warnings.append(f"附件 {name} 无法打开：{error} / cannot be opened")
        return
    found.warnings += [f"附件 {name}：{warning}" for warning in inside.warnings]
    if inside.words.strip():
        (found.packed if inside.own_words else found.words).append((name, inside.words))
    foreign = one.foreign or _is_mail(one) or one.name.lower().endswith(".msg")
    for file in inside.files:
        _open(replace(file, inside=name, foreign=foreign), depth + 1, common)


def _opener(one: Attachment, mail_inside: Callable[[bytes], Inside]) -> Opener | None:
    if _is_mail(one):
        return lambda content, allowance: _within(mail_inside(content), allowance)
    for opener, belongs in _OPENERS.items():
        if belongs(one):
            return opener
    return None


def _is_mail(one: Attachment) -> bool:
    return one.type == "message/rfc822" or one.name.lower().endswith(".eml")


def _within(inside: Inside, allowance: Allowance) -> Inside:
    """As many files of an attached mail as one mail may hold."""
    files, inside.files = inside.files, []
    for file in files:
        if why := allowance.takes(len(file.content)):
            raise TooMuch(why, inside)
        inside.files.append(file)
    return inside


def _named(*endings: str) -> Callable[[Attachment], bool]:
    return lambda one: one.name.lower().endswith(endings)


_OPENERS: Mapping[Opener, Callable[[Attachment], bool]] = {
    tnef.opened: lambda one: one.type in {"application/ms-tnef", "application/vnd.ms-tnef"} or one.name.lower() == "winmail.dat",
    outlook_message.opened: lambda one: one.type == "application/vnd.ms-outlook" or one.name.lower().endswith(".msg"),
    zip_members.opened: _named(".zip"),
}
