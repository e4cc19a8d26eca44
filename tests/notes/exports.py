"""Exports as Notes writes them, in the image of real ones."""

import base64
import struct
from collections.abc import Mapping
from xml.sax.saxutils import escape

HEAD = "<?xml version='1.0' encoding='utf-8'?>\n<!DOCTYPE database SYSTEM 'xmlschemas/domino_9_0_1.dtd'>\n"
UNID = "B1D133B74B2738056525747C00103DE9"


def item(name: str, *values: str, kind: str = "text") -> str:
    body = "".join(f"<{kind}>{escape(value)}</{kind}>" for value in values)
    return f"<item name='{name}'>{f'<{kind}list>{body}</{kind}list>' if len(values) > 1 else body}</item>\n"


def rich(*paragraphs: str) -> str:
    body = "".join(f"<par def='1'><run><font size='10pt'/>{escape(each)}</run></par>\n" for each in paragraphs)
    return f"<item name='Body'><richtext>\n<pardef id='1'/>\n{body}</richtext></item>\n"


def file(name: str, content: bytes) -> str:
    return f"<item name='$FILE' summary='true'><object><file hosttype='msdos' name='{name}'><created/><filedata>\n{base64.encodebytes(content).decode()}</filedata></file></object></item>\n"


def mime_part(boundary: bytes, head: bytes, body: bytes) -> str:
    raw = struct.pack("<HIBBHHHHI", 2, 0, 2, 0, len(boundary) + len(head) + len(body), len(boundary), len(head), 0, 0) + boundary + head + body
    return f"<item name='Body'><rawitemdata type='19'>\n{base64.encodebytes(raw).decode()}</rawitemdata></item>\n"


def document(*items: str, unid: str = UNID, form: str = "Memo", names: str = " xmlns='http://www.lotus.com/dxl'") -> str:
    return f"<document{names} version='9.0' replicaid='862564870080072B' form='{form}'>\n<noteinfo noteid='2e9fa' unid='{unid}' sequence='2'><created><datetime>20260722T091500,25+08</datetime></created></noteinfo>\n{''.join(items)}</document>\n"


def memo(number: str = "", *, sender: str = "CN=王芳/OU=HZ/O=BANK@BANK", unid: str = UNID, **more: str) -> str:
    """A branch's answer in Notes."""
    words = more.pop("words", "一、经核实，情况属实。")
    items = {"From": sender, "SendTo": "hotline@bank.example", "Subject": f"答复: {number}", "$MessageID": f"<OF{unid[:8]}.1-ON{unid[8:16]}@bank.example>"} | more
    return document(*(item(name.replace("_", "$") if name.startswith("_") else name, value) for name, value in items.items()),
                    item("PostedDate", "20260722T092500,00+08", kind="datetime"), rich(*words.split("\n")), unid=unid)


def database(*documents: str) -> bytes:
    return (HEAD + "<database xmlns='http://www.lotus.com/dxl' version='9.0' title='complaints'>\n" + "".join(documents) + "</database>\n").encode()


def structured(*records: tuple[Mapping[str, str], str], charset: str = "gb18030") -> bytes:
    out = ""
    for items, body in records:
        out += "".join(f"{name}:  {value}\r\n" for name, value in items.items()) + "\r\n" + body.replace("\n", "\r\n") + "\r\n\f\r\n\r\n"
    return out.encode(charset)


MEMO = {"Form": "Memo", "From": "CN=王芳/OU=HZ/O=BANK", "Subject": "关于投诉的答复", "PostedDate": "2026/07/22 下午 03:40:23", "SendTo": "CN=投诉岗/O=BANK,hotline@bank.example",
        "$UpdatedBy": "CN=王芳/OU=HZ/O=BANK", "Categories": ""}
