"""What a mail is before anybody reads its words: a person's message, or a machine's answer of one of four kinds.

The rules are tables, tried from the top. Only what a machine certainly wrote is taken from the desk: a person's mail
with 退信 or 自动回复 inside its subject stays a message, and so does a mailing list's (Precedence: list, bulk).
Sources: RFC 3834 (automatic responses), RFC 3464 (delivery reports), RFC 8098 (receipts), and what QQ Mail, Coremail,
Alimail, 21cn, Sina, Exchange and Domino send instead of following them.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from adapters.formats.headers import Headers
from routing.papers import MailKind

AUTO, BOUNCE, RECALL, RECEIPT = MailKind.AUTO_REPLY, MailKind.BOUNCE, MailKind.RECALL, MailKind.READ_RECEIPT


@dataclass(frozen=True, slots=True)
class Signs:
    """What the kind of a mail is read from: headers, sender, subject, opening words and the reports inside.

    `reports` are the types of the message/* reports found ("delivery-status", "disposition-notification", ...);
    `actions` are the Action fields of delivery reports (failed, delayed, delivered, relayed, expanded).
    """

    headers: Headers
    sender: str
    subject: str
    text: str
    reports: Sequence[str] = ()
    actions: Sequence[str] = ()


def _any(*words: str) -> re.Pattern[str]:
    return re.compile("|".join(words), re.IGNORECASE)


#: (kind, the whole report type): what is inside a multipart/report or stands as a part of its own.
REPORTS = (
    (RECEIPT, "disposition-notification"),
    (BOUNCE, "delivery-status"),
    (BOUNCE, "feedback-report"),
)
#: (kind, header, the value it must match from its start).
HEADERS = (
    (BOUNCE, "x-aliyun-bounce", _any("1", "true")),
    (BOUNCE, "hmm-notify", _any("bounce")),
    (BOUNCE, "x-failed-recipients", _any(".")),
    (AUTO, "x-qq-auto-reply", _any("true", "1")),
    (AUTO, "x-qq-holidayreply", _any("true", "1")),
    (AUTO, "x-autoreply", _any("(?!no|false|0).")),
    (AUTO, "x-auto-reply", _any("(?!no|false|0).")),
    (AUTO, "x-autorespond", _any("(?!no|false|0).")),
    (AUTO, "x-autoresponder", _any("(?!no|false|0).")),
    (AUTO, "x-mail-autoreply", _any("(?!no|false|0).")),
    (AUTO, "x-apple-action", _any("vacation")),
    (AUTO, "precedence", _any("auto[-_ ]?reply")),
    (AUTO, "x-precedence", _any("auto[-_ ]?reply")),
    (AUTO, "return-path", _any(r"<?[^@>]*\+auto_=")),
    (AUTO, "sender", _any(r"<?[^@>]*\+auto_=")),
)
#: (kind, subject from its first sign): nobody but a machine begins a subject so.
SUBJECTS = (
    (RECALL, _any(r"撤回[:：]\s*\S", r"(?:message )?recall[:：]\s*\S")),
    (RECEIPT, _any(r"(?:已读|未读|已讀|已读回执|读取回执|Read|Not read|Return receipt)[:：(（]", r"(?:返回收条|已读回执|Return Receipt)\s*$")),
    (AUTO, _any(
        r"(?:自动|自動)(?:回复|答复|回覆|答覆|應答|应答)[:：]", r"(?:自动|自動)(?:回复|答复|回覆|答覆)\s*$",
        r"来自\S+的自动(?:回复|答复)\s*$", r"(?:automatic reply|auto[- ]?reply|autoreply|out of (?:the )?office(?: reply)?|ooo)[:：]",
        r"auto[:：] ", r".{1,60} is out of the office\b", r"(?:我?不在办公室|外出)(?:自动)?(?:回复|答复)?[:：]", r"out of office$",
    )),
    (BOUNCE, _any(
        r"系统退信\s*$", r"系统退信[:：/]", r"来自\S+@\S+的退信\s*$", r"退信(?:通知)?[:：]", r"(?:退信通知|邮件退回通知|投递失败通知)\s*$",
        r"(?:未送达|无法送达|未传递|无法传递|未傳遞|無法傳遞)[:：]", r"(?:邮件)?投递失败(?:[:：]|\s*$)",
        r"undeliver(?:ed|able)(?: mail| message)?(?:[:：]| returned|$)", r"delivery failure(?:[:：]|$)", r"failure notice\s*$",
        r"returned mail[:：]", r"mail delivery (?:failed|failure|subsystem)", r"delivery status notification",
        r"(?:mail|message) (?:delivery )?(?:could not be|was not) delivered",
    )),
)
#: (kind, how the words begin).
OPENINGS = (
    (RECALL, _any(r".{1,60}(?:将撤回邮件|要撤回邮件|希望撤回邮件|將撤回郵件)", r".{1,60}would like to recall the message")),
    (AUTO, _any(r"这是来自QQ邮箱的(?:假期)?自动回复", r"这是(?:一封)?自动(?:回复|答复)(?:邮件)?[。.\s,，]", r"这是自动回复$",
                r"(?:此|本)(?:邮件|郵件)(?:为|是)(?:系统)?自动(?:回复|答复)", r"this is an automat(?:ic|ed) (?:reply|response)")),
    (BOUNCE, _any(r"(?:很)?抱歉[，,]?您(?:发送)?的邮件被退(?:回|信)", r"your message\s+subject:.{0,500}\s+was not delivered to:")),
)
#: Local parts no person writes from, and those a person perhaps does (then the subject says it is an answer).
MACHINES = _any(r"(?:mailer[-_.]?daemon|mdaemon|mail-daemon)(?:@|$)")
POSTMASTERS = _any(r"post_?master@", r"post_?office@", r"bounces?@", r"microsoftexchange[0-9a-f]{20,}@")
ANSWER_PREFIX = _any(r"(?:re|fw|fwd|回复|答复|回覆|转发|轉寄)\s*[:：]")
#: Words that decide only where the mail also bears a machine's mark (no return path, automatic by its own word).
AWAY = _any("外出", "休假", "不在办公室", "不在辦公室", "假期", "出差", "vacation", "out of (?:the )?office", "away")


def kind_of(signs: Signs) -> MailKind:
    """The kind of a mail; MESSAGE unless a rule of the tables says otherwise."""
    for rule in (_by_report, _by_subject_of_recall, _by_header, _by_subject, _by_opening, _by_sender, _by_return_path):
        if (kind := rule(signs)) is not None:
            return kind
    return MailKind.MESSAGE


def _by_report(signs: Signs) -> MailKind | None:
    found = [kind for kind, report in REPORTS if report in signs.reports]
    if found == [BOUNCE] and signs.actions and set(signs.actions) <= {"delivered", "relayed", "expanded"}:
        return RECEIPT          # a report of success: nothing came back
    return found[0] if found else None


def _by_subject_of_recall(signs: Signs) -> MailKind | None:
    return RECALL if SUBJECTS[0][1].match(signs.subject) else None


def _by_header(signs: Signs) -> MailKind | None:
    for kind, name, value in HEADERS:
        if any(value.match(found) for found in signs.headers.all_raw(name)):
            return kind
    automatic = signs.headers.raw("auto-submitted").lower()
    if not automatic or automatic.startswith("no"):
        return None
    bounced = _matches(SUBJECTS, signs.subject) is BOUNCE or _by_sender(signs) is BOUNCE
    return BOUNCE if bounced else AUTO


def _by_subject(signs: Signs) -> MailKind | None:
    return _matches(SUBJECTS, signs.subject)


def _by_opening(signs: Signs) -> MailKind | None:
    return _matches(OPENINGS, signs.text[:1000].lstrip())


def _by_sender(signs: Signs) -> MailKind | None:
    if MACHINES.match(signs.sender or signs.headers.raw("from").strip('<>" ')):      # qmail's From has no domain
        return BOUNCE
    return BOUNCE if POSTMASTERS.match(signs.sender) and not ANSWER_PREFIX.match(signs.subject) else None


def _by_return_path(signs: Signs) -> MailKind | None:
    """A mail that wants no answer to its envelope was written by a machine (RFC 3834, section 3.3; RFC 5321, 4.5.5)."""
    path = signs.headers.raw("return-path").lower()
    if not (path.replace(" ", "") == "<>" or MACHINES.match(path.strip("<> "))):
        return AUTO if signs.headers.has("x-auto-response-suppress") and AWAY.match(signs.subject) else None
    return AUTO if AWAY.search(signs.subject) else BOUNCE


def _matches(table: Sequence[tuple[MailKind, re.Pattern[str]]], text: str) -> MailKind | None:
    return next((kind for kind, pattern in table if pattern.match(text)), None)
