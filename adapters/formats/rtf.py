"""Rich text to plain, with striprtf; bounded, for its time grows with the third power of what is left open."""

from striprtf.striprtf import rtf_to_text

from routing.papers import Unreadable

_MOST_BYTES = 400_000
_MOST_FIELDS = 60           # 15 KB of unclosed fields take a second, 60 KB a minute


def rtf_text(content: bytes, encoding: str = "gb18030") -> str:
    """Return the words; Unreadable where the text is too large, or has more fields than a letter has."""
    if len(content) > _MOST_BYTES or content.count(b"\\field") > _MOST_FIELDS or content.count(b"HYPERLINK") > _MOST_FIELDS:
        raise Unreadable("RTF 文件过大或结构异常，未予打开；请另存为 .docx 后重新发送")
    text: str = rtf_to_text(content.decode("latin-1"), encoding=encoding, errors="replace")  # type: ignore[no-untyped-call]
    return text.strip()
