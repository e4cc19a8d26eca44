"""winmail.dat: what Outlook packs away when it sends its own rich text (MS-OXTNEF), read with tnefparse."""

from contextlib import suppress

from compressed_rtf import decompress
from tnefparse import TNEF
from tnefparse.tnef import TNEFAttachment

from adapters.formats import charset
from adapters.formats.html import html_to_text
from adapters.formats.package import Allowance, Inside, TooMuch
from adapters.formats.parts import file_name
from adapters.formats.rtf import rtf_text
from routing.papers import Attachment, Unreadable

_LONG_NAME = 0x3707         # PidTagAttachLongFilename (MS-OXPROPS 2.586)
_MOST_ATTRIBUTES = 2_000    # tnefparse copies the rest of the file for each


def opened(content: bytes, allowance: Allowance) -> Inside:
    """Return the files and words of a winmail.dat; Unreadable where it is none."""
    if _attributes(content) > _MOST_ATTRIBUTES:
        raise Unreadable("winmail.dat 内部结构异常，未予打开；请对方改用纯文本或 HTML 格式发送")
    try:
        package = TNEF(content, do_checksum=False)
        files = [(_name(one), bytes(one.data)) for one in package.attachments]
        words = _words(package)
    except Exception as error:
        raise Unreadable("winmail.dat 已损坏；请对方改用纯文本或 HTML 格式发送") from error
    found = Inside(words=words, own_words=True)
    for name, body in files:
        if why := allowance.takes(len(body)):
            raise TooMuch(why, found)
        found.files.append(Attachment(file_name(_text(name)) or f"文件{len(found.files) + 1}", "application/octet-stream", body))
    return found


def _attributes(content: bytes) -> int:
    """How many attributes the file has, by their own lengths (MS-OXTNEF 2.1.3.3)."""
    at, count = 6, 0
    while at + 9 < len(content) and count <= _MOST_ATTRIBUTES:
        at += 11 + int.from_bytes(content[at + 5:at + 9], "little")
        count += 1
    return count


def _name(one: TNEFAttachment) -> str | bytes:
    """The long name among its properties, else the short one as bytes: its own way takes these for UTF-8, and Chinese Outlook writes GBK."""
    long = next((each.data for each in one.mapi_attrs if each.name == _LONG_NAME), "")
    return long or one._name  # noqa: SLF001


def _text(words: str | bytes) -> str:
    return words.strip("\x00") if isinstance(words, str) else charset.decode(words.strip(b"\x00"), "gbk").text


def _words(package: TNEF) -> str:
    """The plain words, else those of the HTML, else of the rich text."""
    if package.body:
        return _text(package.body).replace("\r\n", "\n")
    if package.htmlbody:
        return html_to_text(_text(package.htmlbody))
    with suppress(Exception):       # rich text that nobody can read is no reason to lose the files beside it
        if rich := package._rtfbody:  # noqa: SLF001 (its own way to it needs a class that a broken package lacks)
            return rtf_text(bytes(decompress(bytes(rich))))
    return ""
