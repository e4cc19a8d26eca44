"""The files of a .zip, their names right: Chinese programs write them in GBK without saying so (APPNOTE.TXT 4.4.4, 4.6.9)."""

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator

from adapters.formats import charset
from adapters.formats.package import MOST_RATIO, Allowance, Inside, TooMuch
from adapters.formats.parts import file_name
from routing.papers import Attachment, Unreadable

_UTF8 = 0x800               # bit 11: name and comment are UTF-8
_ENCRYPTED = 0x1
_UNICODE_PATH = 0x7075      # Info-ZIP's own field for the true name
_MOST_LISTED = 2_000
_STEP = 1 << 16


def opened(content: bytes, allowance: Allowance) -> Inside:
    """Return the files of an archive; Unreadable where it is none, TooMuch beyond what one mail may hold."""
    found = Inside()
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = [one for one in archive.infolist() if not one.is_dir()]
            if len(members) > _MOST_LISTED:
                raise Unreadable(f"压缩包内有 {len(members)} 个文件")
            for member in members:
                _take(archive, member, allowance, found)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError, zlib.error, struct.error) as error:
        if isinstance(error, Unreadable):
            raise
        if found.files:
            found.warnings.append(f"压缩包已损坏，只读出 {len(found.files)} 个文件")
            return found
        raise Unreadable("不是完好的 zip 文件；请重新压缩后发送") from error
    return found


def _take(archive: zipfile.ZipFile, member: zipfile.ZipInfo, allowance: Allowance, found: Inside) -> None:
    name = file_name(_true_name(member)) or f"文件{len(found.files) + 1}"
    if member.flag_bits & _ENCRYPTED:
        found.warnings.append(f"{name} 设有密码，未打开；请去掉密码后重新发送")
        return
    body = b"".join(_unpacked(archive, member, allowance, found))
    if why := allowance.takes(0):
        raise TooMuch(why, found)
    found.files.append(Attachment(name, "application/octet-stream", body))


def _unpacked(archive: zipfile.ZipFile, member: zipfile.ZipInfo, allowance: Allowance, found: Inside) -> Iterator[bytes]:
    """Yield a file piece by piece, counting what really comes; the size in the directory may lie."""
    size = 0
    with archive.open(member) as stream:
        while piece := stream.read(_STEP):
            size += len(piece)
            allowance.size -= len(piece)
            if allowance.size < 0 or size > MOST_RATIO * max(member.compress_size, 1024):
                raise TooMuch("展开后过大，疑似压缩炸弹", found)
            yield piece


def _true_name(member: zipfile.ZipInfo) -> str:
    """The name as its writer meant it; zipfile reads what is not marked UTF-8 as code page 437."""
    if member.flag_bits & _UTF8:
        return member.filename
    if stated := _unicode_path(member.extra):
        return stated
    raw = member.orig_filename.encode("cp437", "replace")
    return charset.decode(raw, "gbk").text


def _unicode_path(extra: bytes) -> str:
    while len(extra) >= 4:
        kind, size = struct.unpack("<HH", extra[:4])
        if kind == _UNICODE_PATH and size > 5:
            return extra[9:4 + size].decode("utf-8", "replace")     # version and checksum before it
        extra = extra[4 + size:]
    return ""
