""".msg: a mail that somebody dragged out of Outlook (MS-OXMSG), read with python-oxmsg."""

from olefile import OleFileIO
from oxmsg import Message

from adapters.formats.html import html_to_text
from adapters.formats.package import Allowance, Inside, TooMuch
from adapters.formats.parts import file_name
from routing.papers import Attachment, Unreadable

_SLACK = 1 << 20            # bytes; sectors of streams are shared by nobody, but the last one is not full
_MOST_WORDS = 1_000_000     # characters


def _weigh(content: bytes) -> None:
    """Refuse a compound file whose streams claim to be longer than the file: read as it asks, 7 KB take 14 GB (MS-CFB 2.6)."""
    with OleFileIO(content) as file:
        claimed = sum(entry.size for entry in file.direntries if entry is not None)
        small = file.num_mini_fat_sectors * file.sector_size
    if max(claimed, small) > 2 * len(content) + _SLACK:
        raise Unreadable("Outlook 邮件（.msg）的内部结构异常，未予打开；请改为转发原邮件")


def opened(content: bytes, allowance: Allowance) -> Inside:
    """Return the words and files of a .msg, its subject first; Unreadable where it is none."""
    try:
        _weigh(content)
        message = Message.load(content)
        words = (message.body or html_to_text(message.html_body or ""))[:_MOST_WORDS].replace("\r\n", "\n")
        found = Inside(words="\n".join(filter(None, (message.subject or "", words))))
        files = [(one.file_name or "", one.file_bytes, one.mime_type or "") for one in message.attachments]
    except Unreadable:
        raise
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
