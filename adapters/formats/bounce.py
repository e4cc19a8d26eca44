"""Returned mail: to whom it could not be delivered, and which letter it was.

Reports of RFC 3464 are read where there are any; Alimail, Coremail, qmail, Postfix and Domino also write it as prose.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from adapters.formats.headers import Headers, addresses, bare_addresses, message_ids, read_headers

MAX_REPORTS = 200           # recipients looked at in one delivery report
MAX_PROSE = 100_000         # characters of the words of a bounce looked at

#: Where the words of a bounce name the recipient, per author; the first that finds anything is believed.
PROSE = (
    re.compile(r"无法(?:发送|投递|送达)到?[:：\s]*<?([^\s<>，。]+@[^\s<>，。]+)"),                       # Alimail
    re.compile(r"收\s*件\s*人\s*[:：]\s*<?([^\s<>，。;；]+@[^\s<>，。;；]+)"),                            # Coremail, 21cn
    re.compile(r"was not delivered to:\s+<?(\S+@[^\s<>]+)", re.IGNORECASE),                            # Domino
    re.compile(r"^<([^\s<>]+@[^\s<>]+)>[^\S\n]*:", re.MULTILINE),                                      # qmail, Postfix
    re.compile(r"\(expanded from: ?<?([^\s<>()]+@[^\s<>()]+)", re.IGNORECASE),                                # Sendmail's aliases
    re.compile(r'emailAddress\\?"\s*:\s*\\?"([^\s"\\]+@[^\s"\\]+)'),                                      # Amazon SES by SNS
    re.compile(r"^[^\S\n]*Recipient address:[^\S\n]*([^\s<>]+@[^\s<>]+)", re.IGNORECASE | re.MULTILINE),  # Messaging Server
    re.compile(r"addresses had [^\n]{0,40}(?:problems|errors)[^\n]{0,20}\n\s*<?([^\s<>]+@[^\s<>]+)", re.IGNORECASE),     # McAfee, X5
    re.compile(r"(?:undeliverable to|did not reach the following recipient[^\n:]{0,10}:|delivering your (?:mail|message) to)"
               r"\s{1,20}<?([^\s<>]+@[^\s<>]+)", re.IGNORECASE),                                          # IMailServer, Exchange
    re.compile(r"following (?:address|recipient)[^\n]{0,80}\n(?:[^\n@]{0,100}\n){0,4}\s*<?([^\s<>:]+@[^\s<>:]+)", re.IGNORECASE),
    re.compile(r"(?:delivered|delivery|deliver|sent) to[^\n@]{0,60}\s<?([^\s<>]+@[^\s<>]+)", re.IGNORECASE),
)
#: Where the returned letter begins in a bounce without parts; addresses below it are its own.
RETURNED_BELOW = re.compile(
    r"^[ \t]*(?:[-=*_ ]{2,40}(?:original|returned|unsent|below this line|transcript)|original message|received:|return-path:|message-id:"
    r"|your message$|to:|from:|发件人)", re.IGNORECASE | re.MULTILINE,
)
DELAYED = re.compile(r"delayed|\(delay\)|warning message only|not yet been delivered|delivery incomplete|延迟|暂未送达", re.IGNORECASE)
NOT_A_RECIPIENT = re.compile(r"(?:post_?master|mailer-daemon|abuse|support|help)@", re.IGNORECASE)
RETURNED_ID = re.compile(r"^[> \t]*(?:Original-)?Message-ID:\s*<?([^<>\s]+@[^<>\s]+)", re.IGNORECASE | re.MULTILINE)
REPORTED_IN_WORDS = re.compile(r"^(?:Reporting-MTA|Final-Recipient|Original-Recipient):", re.IGNORECASE | re.MULTILINE)
QUOTED_WHOLE = re.compile(r'^"([^"]*)"$')
BLANK_LINE = re.compile(r"\r?\n[ \t]*\r?\n")
NOT_FAILED = frozenset({"delayed", "delivered", "relayed", "expanded"})
ORIGINAL_ID_HEADERS = ("x-cm-original-message-id", "x-original-message-id", "original-message-id")


def report_blocks(text: str) -> tuple[Headers, ...]:
    """The blocks of a delivery or disposition report, each as headers."""
    blocks = BLANK_LINE.split(text.strip("\r\n"))[:MAX_REPORTS]
    return tuple(read_headers(block)[0] for block in blocks if block.strip())


def actions(blocks: Iterable[Headers]) -> tuple[str, ...]:
    """The Action of every recipient block, lower case."""
    found = (block.raw("action").split(maxsplit=1) for block in blocks)
    return tuple(words[0].lower().strip(";,") for words in found if words)


def failed_recipients(headers: Headers, blocks: Sequence[Headers], text: str) -> tuple[str, ...]:
    """The bare lower-case addresses a letter did not reach; by the reports, else by header, else by its words."""
    if found := _unique(_reported(blocks)):
        return found
    if found := _unique(address for value in headers.all_raw("x-failed-recipients") for address in bare_addresses(value)):
        return found
    words = text[:MAX_PROSE]
    if set(actions(blocks)) & NOT_FAILED or DELAYED.search(headers.text("subject") + words[:1000]):
        return _unique(_reported(_report_in(words)))
    told = next((found for pattern in PROSE if (found := _unique(pattern.findall(words)))), ())
    return told or _unique(_reported(_report_in(words))) or _first_stranger(headers, words)


def _report_in(words: str) -> tuple[Headers, ...]:
    """The blocks of a report that stands among the words, because the boundary before it was lost."""
    begin = REPORTED_IN_WORDS.search(words)
    return tuple(block for block in report_blocks(words[begin.start():]) if block.has("final-recipient")) if begin else ()


def _first_stranger(headers: Headers, words: str) -> tuple[str, ...]:
    """The first address in the server's own words that is neither the one who gets the bounce nor a server's."""
    returned = RETURNED_BELOW.search(words)
    own = words[:returned.start()] if returned and returned.start() > 0 else words[:2000]
    known = set(addresses(headers, ("to", "from")))
    strangers = (a for a in _unique(bare_addresses(own)) if a not in known and not NOT_A_RECIPIENT.match(a))
    return tuple(strangers)[:1]


def _reported(blocks: Sequence[Headers]) -> Iterator[str]:
    for block in blocks:
        value = block.raw("final-recipient") or block.raw("original-recipient")
        if value and block.raw("action").lower().strip() not in NOT_FAILED:
            yield from bare_addresses(value.rsplit(";", 1)[-1])[:1]


def _unique(found: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(QUOTED_WHOLE.sub(r"\1", address.lower().strip("'.,:")) for address in found))


def original_ids(headers: Headers, blocks: Sequence[Headers], returned: Sequence[Headers], text: str) -> tuple[str, ...]:
    """The Message-IDs of the letter that came back or was receipted, without angles, from wherever they are told."""
    told = [value for part in (headers, *blocks) for name in ORIGINAL_ID_HEADERS for value in part.all_raw(name)]
    told += [part.raw("message-id") for part in returned]
    found = [an_id for value in told for an_id in message_ids(value)]
    return tuple(dict.fromkeys([*found, *RETURNED_ID.findall(text[:MAX_PROSE])]))
