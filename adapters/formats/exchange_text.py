"""Text as telephone exchanges and their vendors write it: in whatever charset the name was typed."""


def words(raw: bytes) -> str:
    """Text of whatever the exchange was given: UTF-8, else the GB family, else byte by byte. Never fails."""
    for charset in ("utf-8", "gb18030"):
        try:
            return raw.decode(charset)
        except UnicodeDecodeError:
            continue
    return raw.decode("latin-1")


def clean(text: str) -> str:
    """The text without what no database takes: NUL and halves of surrogate pairs."""
    return text.encode("utf-8", "replace").decode("utf-8").replace("\0", "\N{REPLACEMENT CHARACTER}")
