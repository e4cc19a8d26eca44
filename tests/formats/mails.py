"""Mails made as real programs make them; all names and addresses invented."""

import base64

BOUNDARY = "=_part_1"


def b64(raw: bytes) -> bytes:
    return base64.encodebytes(raw)


def word(text: str, label: str, codec: str = "") -> str:
    return f"=?{label}?B?{base64.b64encode(text.encode(codec or label)).decode()}?="


def mail(body: bytes | str = "正文", *, head: str = "", raw_head: bytes = b"", content_type: str = "text/plain; charset=utf-8",
         encoding: str = "8bit", subject: str = "x", sender: str = "张三 <zhang@branch.example>") -> bytes:
    """A mail of one part; `head` and `raw_head` are further header lines."""
    body = body.encode() if isinstance(body, str) else body
    lines = f"From: {sender}\nTo: <desk@bank.example>\nSubject: {subject}\nDate: Wed, 22 Jul 2026 09:00:00 +0800\n"
    lines += f"Message-ID: <m1@branch.example>\nMIME-Version: 1.0\nContent-Type: {content_type}\n"
    lines += f"Content-Transfer-Encoding: {encoding}\n" + head
    return lines.encode() + raw_head + b"\n" + body


def multipart(*parts: bytes, kind: str = "mixed", head: str = "", **more: str) -> bytes:
    """A mail of several parts, each given with its own header lines."""
    content_type = f'multipart/{kind}; boundary="{BOUNDARY}"'
    return mail(_joined(parts, BOUNDARY), head=head, content_type=content_type, **more)


def nested(*parts: bytes, kind: str, boundary: str = "=_inner") -> bytes:
    return f'Content-Type: multipart/{kind}; boundary="{boundary}"\n\n'.encode() + _joined(parts, boundary)


def _joined(parts: tuple[bytes, ...], boundary: str) -> bytes:
    line = f"--{boundary}".encode()
    return b"".join(line + b"\n" + part + b"\n" for part in parts) + line + b"--\n"


def text_part(text: str, *, kind: str = "plain", charset: str = "utf-8") -> bytes:
    return f"Content-Type: text/{kind}; charset={charset}\nContent-Transfer-Encoding: 8bit\n\n".encode() + text.encode(charset)


def file_part(disposition: bytes, content: bytes = b"PK\x03\x04", kind: str = "application/octet-stream") -> bytes:
    return (f"Content-Type: {kind}\nContent-Transfer-Encoding: base64\nContent-Disposition: ".encode()
            + disposition + b"\n\n" + b64(content))


RETURNED = (
    b"Content-Type: message/rfc822\n\nFrom: desk@bank.example\nTo: zhi@branch.example\nSubject: slip\n"
    b"Message-ID: <slip-7@bank.example>\n\nslip\n"
)

QQ_AUTO_2024 = mail(
    "这是来自QQ邮箱的假期自动回复邮件。<br  /><br  />您好，我最近正在休假中，无法亲自回复您的邮件。", subject=word("自动回复: 投诉转办单", "utf-8"),
    content_type="text/html; charset=utf-8", head="X-QQ-AUTO-REPLY: true\nIn-Reply-To: <slip-7@bank.example>\n",
)
QQ_AUTO_2020 = mail(
    "您好，我正在休假。".encode("gbk"), subject=word("自动回复:投诉转办单", "gbk"), content_type="text/plain; charset=gbk",
    head="X-QQ-HolidayReply: true\nSender: 100000+auto_=desk=bank.example@qq.example\n",
)
SINA_AUTO = mail("我在出差。", subject=word("来自sanwang@mail.example的自动回复 ", "gbk").replace("=?=", "?="))
COREMAIL_BOUNCE = multipart(
    b"Content-Type: text/plain; charset=gb2312\nContent-Transfer-Encoding: base64\n\n"
    + b64("抱歉，您的邮件被退回来了……\n原邮件信息：\n时间：2026-07-22\n主题：投诉转办单\n收件人：zhi@branch.example\n退信原因：对方邮箱不存在\n".encode("gbk")),
    b"Content-Type: message/delivery-status\n\nFinal-Recipient: rfc822; zhi@branch.example\nAction: failed\nStatus: 5.0.0\n",
    b"Content-Type: Message/Rfc822\nContent-Transfer-Encoding: 8bit\n\nFrom: desk@bank.example\nMessage-ID: slip-7@bank.example\n\nx\n",
    kind="report; report-type=delivery-status", sender="Postmaster@mail.example", subject=word("系统退信", "gb2312"),
    head="X-Mailer: Coremail MTA server\nX-CM-Original-Message-ID: <cm-9@bank.example>\n",
)
ALIMAIL_BOUNCE = multipart(
    nested(
        text_part("很抱歉您发送的邮件被退回，以下是该邮件的相关信息：\n\n\t发件人 : desk@bank.example\n\t主题 : 投诉转办单\n\n"
                  "无法发送到 zhi@branch.example\n\t系统应答:\n\t退信原因:邮箱已满\n"),
        text_part("<p>很抱歉您发送的邮件被退回</p>", kind="html"), kind="alternative",
    ),
    file_part(f'attachment; filename="{word("投诉转办单.eml", "utf-8")}"'.encode(), b"Message-ID: <a@bank.example>\n\n"),
    sender=" <postmaster@mail.example>", subject=word("来自postmaster@mail.example的退信", "utf-8"), head="x-aliyun-bounce: 1\nPrecedence: list\n",
)
TELECOM_BOUNCE = mail(
    # A soft line break between the two bytes of 件, every blank as =20, and a subject in UTF-8 inside the GBK page.
    b"<html><meta=20charset=3Dutf-8><p>=CA=D5=BC=\n=FE=C8=CB=A3=BA=20zhi@branch.example</p><p>=20=E6=8A=95=E8=AF=89=E5=8D=95=20</p></html>",
    content_type="text/html; charset=gbk", encoding="quoted-printable", subject=word("系统退信", "gbk"),
    head="Hmm-Notify: bounce\nHMM_SOURCE_IP: 192.0.2.1\n", sender="<noreply@telecom.example>",
)
DOMINO_BOUNCE = mail(
    "Your message\n\n  Subject: slip\n\nwas not delivered to:\n\n  zhi@branch.example\n\nbecause:\n\n  User not listed\n",
    sender="Postmaster@notes.example", subject="DELIVERY FAILURE: User zhi (zhi@branch.example) not listed in Directory",
)
RECEIPT = multipart(
    text_part("您的邮件已被阅读。"),
    b"Content-Type: message/disposition-notification\n\nFinal-Recipient: rfc822; zhi@branch.example\n"
    b"Original-Message-ID: <slip-7@bank.example>\nDisposition: manual-action/MDN-sent-manually; displayed\n",
    kind="report; report-type=disposition-notification", subject=word("已读: 投诉转办单", "utf-8"),
)
RECALL = mail("张三 将撤回邮件“投诉转办单”。".encode("gb18030"), subject=word("撤回: 投诉转办单", "gb2312"), content_type="text/plain; charset=gb2312")
EVERY = (
    QQ_AUTO_2024, QQ_AUTO_2020, SINA_AUTO, COREMAIL_BOUNCE, ALIMAIL_BOUNCE, TELECOM_BOUNCE, DOMINO_BOUNCE, RECEIPT, RECALL,
    multipart(text_part("答复"), file_part(b"attachment; filename*=gb2312''%D7%AA%B0%EC%B5%A5.docx"), RETURNED), mail(),
)
