""".msg: a mail that somebody dragged out of Outlook (MS-OXMSG), read with python-oxmsg."""

from oxmsg import Message

from adapters.formats.html import html_to_text
from adapters.formats.package import Allowance, Inside, TooMuch
from adapters.formats.parts import file_name
from routing.papers import Attachment, Unreadable

_MOST_WORDS = 1_000_000     # characters


def opened(content: bytes, allowance: Allowance) -> Inside:
    """Return the words and files of a .msg, its subject first; Unreadable where it is none."""
    try:
        message = Message.load(content)
        words = (message.body or html_to_text(message.html_body or ""))[:_MOST_WORDS].replace("\r\n", "\n")
        found = Inside(words="\n".join(filter(None, (message.subject or "", words))))
        files = [(one.file_name or "", one.file_bytes, one.mime_type or "") for one in message.attachments]
    except Exception as error:
        raise Unreadable("不是完好的 Outlook 邮件（.msg）；请改为转发原邮件") from error
    for name, body, kind in files:
        if body is None:
            found.warnings.append(f"所附 {name or '文件'} 未随信保存")
            continue
        if why := allowance.takes(len(body)):
            raise TooMuch(why, found)
        found.files.append(Attachment(file_name(name) or f"文件{len(found.files) + 1}", kind.lower(), bytes(body)))
    return found
