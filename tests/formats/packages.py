"""Packages as other programs write them: archives with GBK names, winmail.dat, .msg, signed mails."""

import io
import struct
import zipfile
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs7
from cryptography.x509.oid import NameOID


class _Gbk(zipfile.ZipInfo):
    """A member named in GBK without saying so, as old Chinese Windows does."""

    def _encodeFilenameFlags(self) -> tuple[bytes, int]:
        return self.filename.encode("gbk"), self.flag_bits & ~0x800


def a_zip(files: Mapping[str, bytes], *, gbk: bool = False) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in files.items():
            member = (_Gbk if gbk else zipfile.ZipInfo)(name, (2026, 7, 22, 9, 0, 0))
            member.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(member, body)
    return out.getvalue()


def _attribute(level: int, name: int, kind: int, data: bytes) -> bytes:
    return struct.pack("<BHHI", level, name, kind, len(data)) + data + struct.pack("<H", sum(data) & 0xFFFF)


def a_tnef(files: Mapping[str, bytes], body: str = "", *, charset: str = "gbk") -> bytes:
    """MS-OXTNEF: short names and words in the system's code page."""
    out = struct.pack("<IH", 0x223E9F78, 1) + _attribute(1, 0x9006, 8, struct.pack("<I", 0x10000)) + _attribute(1, 0x9007, 6, struct.pack("<II", 936, 0))
    if body:
        out += _attribute(1, 0x800C, 2, body.encode(charset) + b"\0")
    for name, content in files.items():
        out += _attribute(2, 0x9002, 6, b"\0" * 14) + _attribute(2, 0x8010, 1, name.encode(charset) + b"\0") + _attribute(2, 0x800F, 6, content)
    return out


# .msg: a compound file (MS-CFB) with property streams (MS-OXMSG) ---------------------------------------------------------
_SECTOR = 512
_END, _FREE, _FAT, _NONE = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD, 0xFFFFFFFF


def _properties(values: Mapping[tuple[int, int], bytes], header: bytes) -> dict[str, bytes]:
    streams, table = {}, header
    for (prop, kind), value in values.items():
        if kind == 3:
            table += struct.pack("<HHI", kind, prop, 6) + value.ljust(8, b"\0")
            continue
        streams[f"__substg1.0_{prop:04X}{kind:04X}"] = value
        table += struct.pack("<HHIII", kind, prop, 6, len(value) + (2 if kind == 0x1F else 0), 0)
    return {"__properties_version1.0": table, **streams}


def a_msg(subject: str, body: str, files: Mapping[str, bytes]) -> bytes:
    u = lambda text: text.encode("utf-16-le")
    head = struct.pack("<8xIIII8x", 0, len(files), 0, len(files))
    tree: dict[str, object] = dict(_properties({(0x0037, 0x1F): u(subject), (0x1000, 0x1F): u(body), (0x340D, 3): struct.pack("<I", 0x40000), (0x001A, 0x1F): u("IPM.Note")}, head))
    for place, (name, content) in enumerate(files.items()):
        tree[f"__attach_version1.0_#{place:08X}"] = _properties(
            {(0x3707, 0x1F): u(name), (0x3701, 0x102): content, (0x3705, 3): struct.pack("<I", 1), (0x370E, 0x1F): u("application/octet-stream")}, b"\0" * 8)
    return _compound(tree)


def _compound(tree: Mapping[str, object]) -> bytes:
    """A compound file: streams below 4,096 bytes in the small sectors of the root's own stream."""
    entries: list[list] = [["Root Entry", 5, _NONE, b""]]       # name, type, child, content
    siblings: dict[int, int] = {}

    def add(nodes: Mapping[str, object]) -> int:
        first = previous = _NONE
        for name, node in nodes.items():
            place = len(entries)
            entries.append([name, 2 if isinstance(node, bytes) else 1, _NONE, node if isinstance(node, bytes) else b""])
            if not isinstance(node, bytes):
                entries[place][2] = add(node)  # type: ignore[arg-type]
            if previous == _NONE:
                first = place
            else:
                siblings[previous] = place
            previous = place
        return first

    entries[0][2] = add(tree)
    sectors: list[bytes] = []
    chain: list[int] = []
    small, small_chain = b"", []

    def lay(content: bytes) -> int:
        count = -(-len(content) // _SECTOR)
        start = len(sectors)
        for at in range(count):
            sectors.append(content[at * _SECTOR:(at + 1) * _SECTOR].ljust(_SECTOR, b"\0"))
            chain.append(len(sectors) if at + 1 < count else _END)
        return start if count else _END

    starts = [_END] * len(entries)
    for place, (_, kind, _, content) in enumerate(entries):
        if kind == 2 and len(content) >= 4096:
            starts[place] = lay(content)
        elif kind == 2 and content:
            starts[place] = len(small_chain)
            count = -(-len(content) // 64)
            small_chain += [*range(len(small_chain) + 1, len(small_chain) + count), _END]
            small += content.ljust(count * 64, b"\0")
    starts[0], entries[0][3] = lay(small), small
    small_fat = lay(b"".join(struct.pack("<I", each) for each in small_chain).ljust(-(-len(small_chain) // 128) * _SECTOR, b"\xff"))
    table = b""
    for place, (name, kind, child, content) in enumerate(entries):
        raw = name.encode("utf-16-le") + b"\0\0"
        table += raw.ljust(64, b"\0") + struct.pack("<HBBIII", len(raw), kind, 1, _NONE, siblings.get(place, _NONE), child) + b"\0" * 36 + struct.pack("<IQ", starts[place], len(content))
    while len(table) % _SECTOR:
        table += b"\0" * 66 + struct.pack("<BBIII", 0, 1, _NONE, _NONE, _NONE) + b"\0" * 36 + struct.pack("<IQ", 0, 0)
    directory = lay(table)
    fats = 1
    while fats * 128 < len(sectors) + fats:
        fats += 1
    fat_at = list(range(len(sectors), len(sectors) + fats))
    full = chain + [_FAT] * fats
    full += [_FREE] * (fats * 128 - len(full))
    sectors += [struct.pack("<128I", *full[at * 128:(at + 1) * 128]) for at in range(fats)]
    head = bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 16 + struct.pack(
        "<HHHHH6xIIIIIIIII", 0x3E, 3, 0xFFFE, 9, 6, 0, fats, directory, 0, 4096, small_fat, -(-len(small_chain) // 128), _END, 0)
    return head + struct.pack("<109I", *fat_at, *[_FREE] * (109 - fats)) + b"".join(sectors)


# S/MIME ------------------------------------------------------------------------------------------------------------------
def a_signer(address: str, name: str = "陆经理", *, curve: bool = False):
    key = ec.generate_private_key(ec.SECP256R1()) if curve else rsa.generate_private_key(65537, 2048)
    who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime(2026, 1, 1, tzinfo=UTC)
    certificate = (
        x509.CertificateBuilder().subject_name(who).issuer_name(who).public_key(key.public_key()).serial_number(7)
        .not_valid_before(now).not_valid_after(now + timedelta(days=900))
        .add_extension(x509.SubjectAlternativeName([x509.RFC822Name(address)]), critical=False).sign(key, hashes.SHA256()))
    return certificate, key


def signed_mail(head: str, part: bytes, signer, *, opaque: bool = False) -> bytes:
    """A mail signed over `part` (a MIME entity with CRLF); opaque: the words inside the signature."""
    builder = pkcs7.PKCS7SignatureBuilder().set_data(part).add_signer(*signer, hashes.SHA256())
    options = [pkcs7.PKCS7Options.Binary] + ([] if opaque else [pkcs7.PKCS7Options.DetachedSignature])
    import base64

    der = base64.encodebytes(builder.sign(serialization.Encoding.DER, options)).replace(b"\n", b"\r\n")
    if opaque:
        return head.encode() + b'Content-Type: application/pkcs7-mime; smime-type=signed-data; name="smime.p7m"\r\nContent-Transfer-Encoding: base64\r\n\r\n' + der
    outer = b'Content-Type: multipart/signed; protocol="application/pkcs7-signature"; micalg=sha-256; boundary="s"\r\n\r\n--s\r\n'
    return head.encode() + outer + part + b'\r\n--s\r\nContent-Type: application/pkcs7-signature; name="smime.p7s"\r\nContent-Transfer-Encoding: base64\r\n\r\n' + der + b"--s--\r\n"
