"""Notes documents exported to files, each made the internet mail it stands for: DXL and Structured Text."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from adapters.formats.notes.dxl import documents as _dxl, is_dxl
from adapters.formats.notes.mail import as_mail
from adapters.formats.notes.structured_text import documents as _structured, is_structured
from routing.papers import Unreadable

__all__ = ["Exported", "exported", "is_export"]


class Exported(NamedTuple):
    """One document of an export: its place in the file, and the mail it is; or why it is none."""

    place: int
    name: str                   # its UNID, or its place where the export has none
    mail: bytes
    trouble: str = ""


def is_export(content: bytes) -> bool:
    """Whether a file is an export of Notes documents, by its beginning."""
    return is_dxl(content) or is_structured(content)


def exported(content: bytes, addresses: Mapping[str, str]) -> Iterator[Exported]:
    """Yield every document of an export; one that is damaged comes with its trouble and holds up no other.

    `addresses` are the mailboxes of Notes names (abbreviated, lower case). Unreadable where the file is no export, and
    where it breaks off: behind those before.
    """
    if not is_export(content):
        raise Unreadable("不是 Notes 导出文件（DXL 或结构化文本）；请在 Notes 中用 文件▸导出 重新导出 / no export of Notes")
    for place, document in enumerate(_dxl(content) if is_dxl(content) else _structured(content), 1):
        try:
            mail = as_mail(document, addresses)
        except (ValueError, KeyError) as error:
            yield Exported(place, document.unid or str(place), b"", str(error) if isinstance(error, Unreadable) else "文档内容已损坏 / the document is damaged")
            continue
        yield Exported(place, document.unid or str(place), mail)
