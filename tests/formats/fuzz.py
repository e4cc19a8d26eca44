"""Throws damaged mails and exports at the readers for a while: python -m tests.formats.fuzz [SECONDS]. Nothing but Unreadable may come out."""

import random
import sys
import time
import traceback
from email.message import EmailMessage
from resource import RUSAGE_SELF, getrusage

from adapters.formats.mime import read_mail, sameness
from adapters.formats.notes import exported
from routing.papers import Unreadable
from tests.formats.packages import a_msg, a_signer, a_tnef, a_zip, signed_mail
from tests.make import WHOLE_ANSWER, a_mail
from tests.notes.exports import MEMO, database, memo, structured

MOST_MEMORY = 200 << 10     # KiB more than at the start; a mail of a few KB that needs more is a bomb
FILES = {"答复单.docx": b"PK-1", "截图.png": b"\x89PNG"}
HEAD = "From: ts@branch.example\r\nTo: hotline@bank.example\r\nSubject: =?gb2312?B?tPC4tA==?=\r\nMessage-ID: <1@branch.example>\r\nDate: Wed, 22 Jul 2026 09:25:00 +0800\r\n"
PART = b"Content-Type: text/plain; charset=gb2312\r\n\r\n\xc7\xe9\xbf\xf6\xca\xf4\xca\xb5\r\n"
WORDS = (b"=?utf-8?B?", b"?=", b"\r\n\r\n", b"--b\r\n", b"Content-Type: multipart/mixed; boundary=b\r\n", b"\x00", b"\xff\xfe", b"charset=x-unknown", b"=\r\n", b"<", b">", b'"', b";",
         b"Content-Transfer-Encoding: base64\r\n", "发件人：".encode(), "------------------ 原始邮件 ------------------\r\n".encode(), b"X-QQ-AUTO-REPLY: true\r\n", b"message/rfc822", b"&#x", b"<div>" * 50)


def with_file(name: str, content: bytes, kind: str = "application/octet-stream") -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"], mail["Message-ID"] = "ts@branch.example", "hotline@bank.example", "答复", "<2@branch.example>"
    mail.set_content("请见附件。")
    main, _, sub = kind.partition("/")
    mail.add_attachment(content, maintype=main, subtype=sub, filename=name)
    return mail.as_bytes()


def seeds() -> list[bytes]:
    html = EmailMessage()
    html["From"], html["Subject"] = "a@customer.example", "投诉"
    html.set_content("见下")
    html.add_alternative("<table><tr><td>经办人</td><td>陆经理</td></tr></table><blockquote>旧</blockquote>", subtype="html")
    bounce = HEAD.encode() + (
        b'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nfailed\r\n--b\r\n'
        b"Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; x\r\n\r\nFinal-Recipient: rfc822; a@b.example\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n--b--\r\n")
    return [
        a_mail(WHOLE_ANSWER), a_mail("在 2026/7/22 9:57, 某某 写道：\n> 旧文", charset="gb18030"), html.as_bytes(), bounce,
        with_file("材料.zip", a_zip(FILES, gbk=True)), with_file("winmail.dat", a_tnef(FILES, "正文"), "application/ms-tnef"), with_file("转发.msg", a_msg("主题", "正文", FILES)),
        signed_mail(HEAD, PART, a_signer("ts@branch.example")), signed_mail(HEAD, PART, a_signer("ts@branch.example", curve=True), opaque=True),
        database(memo(), memo(unid="D" * 32)), structured((MEMO, "一、情况属实。")),
    ]


def damaged(raw: bytes, others: list[bytes], dice: random.Random) -> bytes:
    """A few accidents: signs changed, pieces cut out, doubled, moved, or taken from elsewhere."""
    for _ in range(dice.randint(1, 6)):
        at, to = sorted((dice.randrange(len(raw) + 1), dice.randrange(len(raw) + 1)))
        what = dice.randrange(6)
        if what == 0 and raw:
            raw = raw[:at] + bytes([dice.randrange(256)]) + raw[at + 1:]
        elif what == 1:
            raw = raw[:at] + raw[min(to, at + dice.randrange(200)):]
        elif what == 2:
            raw = raw[:at] + dice.choice(WORDS) + raw[at:]
        elif what == 3:
            raw = raw[:to] + raw[at:min(to, at + 400)] + raw[to:]
        elif what == 4:
            other = dice.choice(others)
            start = dice.randrange(len(other))
            raw = raw[:at] + other[start:start + dice.randrange(600)] + raw[at:]
        else:
            raw = raw[:to]
    return raw


def main(seconds: float, seed: int = 20261124) -> int:
    dice, starts = random.Random(seed), seeds()
    heavy = getrusage(RUSAGE_SELF).ru_maxrss
    end, count, unreadable, slowest = time.monotonic() + seconds, 0, 0, 0.0
    while time.monotonic() < end:
        raw = damaged(dice.choice(starts), starts, dice)
        count += 1
        begun = time.monotonic()
        try:
            sameness(read_mail(raw))
        except Unreadable:
            unreadable += 1
        except Exception:
            traceback.print_exc()
            print(f"damaged mail number {count}:\n{raw!r}")
            return 1
        try:
            for one in exported(raw, {}):
                assert one.trouble or read_mail(one.mail)
        except Unreadable:
            pass
        except Exception:
            traceback.print_exc()
            print(f"damaged export number {count}:\n{raw!r}")
            return 1
        if (heaviest := getrusage(RUSAGE_SELF).ru_maxrss) > heavy + MOST_MEMORY:
            print(f"damaged mail number {count} of {len(raw)} bytes took the memory from {heavy >> 10} to {heaviest >> 10} MB:\n{raw!r}")
            return 1
        slowest = max(slowest, time.monotonic() - begun)
    print(f"{count} damaged mails in {seconds:g} s: no exception but Unreadable ({unreadable}); the slowest took {slowest * 1000:.0f} ms")
    return 0


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]) if len(sys.argv) > 1 else 600))
