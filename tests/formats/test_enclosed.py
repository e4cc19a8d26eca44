"""What hangs on a mail is opened: archives, Outlook's packages, mails in mails; bounded whatever somebody sends (pains 1, 14)."""

import io
import zipfile
import zlib
from email.message import EmailMessage

import pytest
from hypothesis import given, settings, strategies as st

from adapters.formats.mime import mail_json, read_mail
from routing.papers import Mail
from tests.formats.packages import a_msg, a_signer, a_tnef, a_zip, signed_mail

HEAD = "From: ts@branch.example\r\nTo: hotline@bank.example\r\nSubject: x\r\nMessage-ID: <1@branch.example>\r\nMIME-Version: 1.0\r\n"
FILES = {"答复单（上地路）.docx": b"PK-1", "截图.png": b"\x89PNG"}


def mail(name: str, content: bytes, *, text: str = "请见附件。\n", kind: str = "application/octet-stream") -> Mail:
    whole = EmailMessage()
    whole["From"], whole["To"], whole["Subject"], whole["Message-ID"] = "ts@branch.example", "hotline@bank.example", "答复", "<2@branch.example>"
    if text:
        whole.set_content(text)
    main, _, sub = kind.partition("/")
    whole.add_attachment(content, maintype=main, subtype=sub, filename=name)
    return read_mail(whole.as_bytes())


def inside(read: Mail) -> dict[str, bytes]:
    return {one.name: one.content for one in read.attachments if one.inside}


@pytest.mark.parametrize("gbk", [True, False])
def test_the_files_of_an_archive_with_their_chinese_names(gbk: bool) -> None:
    read = mail("材料.zip", a_zip(FILES, gbk=gbk))
    assert inside(read) == FILES
    assert {one.inside for one in read.attachments} == {"", "材料.zip"}
    assert read.warnings == ("no Date",)


def test_the_true_name_of_info_zip_wins_over_a_wrong_one() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        member = zipfile.ZipInfo("____.txt", (2026, 7, 22, 9, 0, 0))
        name = "说明.txt".encode()
        member.extra = b"up" + (5 + len(name)).to_bytes(2, "little") + b"\1" + zlib.crc32(b"____.txt").to_bytes(4, "little") + name
        archive.writestr(member, b"x")
    assert inside(mail("a.zip", out.getvalue())) == {"说明.txt": b"x"}


def test_paths_of_members_lead_nowhere() -> None:
    read = mail("a.zip", a_zip({"../../etc/x.txt": b"1", "目录/答复.docx": b"2", "C:\\y.txt": b"3"}))
    assert set(inside(read)) == {"x.txt", "答复.docx", "y.txt"}


def test_a_file_that_is_missing_its_end_gives_what_is_whole() -> None:
    whole = a_zip({f"{place}.txt": bytes([place]) * 3000 for place in range(5)})
    assert "无法打开" in mail("a.zip", whole[: len(whole) // 2]).warnings[-1]
    assert "无法打开" in mail("a.zip", b"PK\x03\x04 not really").warnings[-1]


def test_bombs_are_left_where_they_are() -> None:
    bomb = a_zip({"0.bin": b"\0" * 30_000_000})
    read = mail("a.zip", bomb)
    assert inside(read) == {}
    assert "疑似压缩炸弹" in read.warnings[-1]
    many = mail("b.zip", a_zip({f"{place}.txt": b"x" for place in range(150)}))
    assert len(inside(many)) == 100
    assert "超过 100 个文件" in many.warnings[-1]


def test_archives_in_archives_end_somewhere() -> None:
    packed = a_zip({"x.txt": b"x"})
    for place in range(8):
        packed = a_zip({f"{place}.zip": packed})
    read = mail("a.zip", packed)
    assert sum(bool(one.inside) for one in read.attachments) == 3
    assert "太多层" in read.warnings[-1]


def test_a_password_is_asked_to_be_taken_off() -> None:
    raw = bytearray(a_zip({"a.txt": b"x"}))
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        raw[raw.index(mark) + at] |= 1
    read = mail("a.zip", bytes(raw))
    assert "设有密码" in read.warnings[-1]


@pytest.mark.parametrize("name", ["a.rar", "a.7z", "材料.tar.gz"])
def test_other_archives_are_told_with_what_to_do(name: str) -> None:
    assert "请改用 zip" in mail(name, b"Rar!\x1a\x07").warnings[-1]


# Outlook -----------------------------------------------------------------------------------------------------------------
def test_winmail_dat_is_opened() -> None:
    read = mail("winmail.dat", a_tnef(FILES, "答复如下。"), kind="application/ms-tnef")
    assert inside(read) == FILES
    assert read.text.strip() == "请见附件。"


def test_the_words_outlook_packed_away_are_the_mails_own() -> None:
    read = mail("winmail.dat", a_tnef({}, "一、经核实，情况属实。\r\n二、已批评。"), kind="application/ms-tnef", text="")
    assert read.new_text.splitlines() == ["一、经核实，情况属实。", "二、已批评。"]


@pytest.mark.parametrize("raw", [b"", b'x\x9f>"', a_tnef(FILES)[:40], b"\0" * 5000])
def test_a_broken_winmail_dat_stays_an_attachment(raw: bytes) -> None:
    read = mail("winmail.dat", raw, kind="application/ms-tnef")
    assert read.text.strip() == "请见附件。"
    assert [one.name for one in read.attachments] == ["winmail.dat"]


def test_a_msg_dragged_out_of_outlook() -> None:
    read = mail("转发.msg", a_msg("关于投诉的答复", "情况属实，已整改。\r\n", FILES))
    assert inside(read) == FILES
    assert read.text.strip() == "请见附件。"
    bare = mail("转发.msg", a_msg("关于投诉的答复", "情况属实，已整改。\r\n", {}), text="")
    assert bare.new_text.splitlines() == ["关于投诉的答复", "情况属实，已整改。"]
    assert "正文取自所附的 转发.msg" in bare.warnings[-1]


def test_a_msg_that_claims_more_than_it_holds_is_not_opened() -> None:
    whole = bytearray(a_msg("a", "b" * 3000, FILES))
    at = whole.index("__substg1.0_1000001F".encode("utf-16-le"))
    whole[at + 120:at + 128] = (13 << 30).to_bytes(8, "little")
    assert "内部结构异常" in "".join(mail("转发.msg", bytes(whole)).warnings)


@pytest.mark.parametrize("cut", [0, 1, 2, 3])
def test_a_broken_msg_stays_an_attachment(cut: int) -> None:
    whole = a_msg("a", "b", FILES)
    raw = (b"", whole[:700], whole[:520] + b"\xff" * 4000, bytes.fromhex("d0cf11e0a1b11ae1"))[cut]
    assert "无法打开" in "".join(mail("转发.msg", raw).warnings)


def test_a_mail_in_a_mail_in_an_archive() -> None:
    inner = EmailMessage()
    inner["From"], inner["Subject"] = "ts@branch.example", "答复"
    inner.set_content("已办结。")
    inner.add_attachment(b"PK-1", maintype="application", subtype="octet-stream", filename="答复单.docx")
    read = mail("a.zip", a_zip({"答复.eml": inner.as_bytes()}))
    assert [(one.name, one.inside) for one in read.attachments] == [("a.zip", ""), ("答复.eml", "a.zip"), ("答复单.docx", "a.zip/答复.eml")]
    assert mail_json(read, "f", None, {})["attachments"][2]["inside"] == "a.zip/答复.eml"  # type: ignore[index]


# signed --------------------------------------------------------------------------------------------------------------------
PART = "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n情况属实，已整改。".encode()


@pytest.fixture(scope="module", params=[False, True], ids=["rsa", "curve"])
def signer(request):
    return a_signer("ts@branch.example", curve=request.param)


@pytest.mark.parametrize("opaque", [False, True])
def test_signed_words_are_read_and_the_signature_is_shown(signer, opaque: bool) -> None:
    read = read_mail(signed_mail(HEAD, PART, signer, opaque=opaque))
    assert read.new_text.strip() == "情况属实，已整改。"
    assert read.seal == "数字签名完整：陆经理 <ts@branch.example>（证书未核验，不证明身份）"
    assert not read.attachments


def test_words_changed_after_signing_are_told(signer) -> None:
    raw = signed_mail(HEAD, PART, signer).replace("属实".encode(), "不实".encode())
    read = read_mail(raw)
    assert read.seal == "数字签名无效：正文在签名后被改动过"
    assert "情况不实" in read.text


def test_words_beside_the_signed_ones_are_told(signer) -> None:
    whole = signed_mail("", PART, signer)
    outer = HEAD.encode() + b'Content-Type: multipart/mixed; boundary="o"\r\n\r\n--o\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n' + "客户满意。".encode() + b"\r\n--o\r\n" + whole + b"\r\n--o--\r\n"
    read = read_mail(outer)
    assert "客户满意" in read.text
    assert "仅部分内容有签名" in read.seal
    assert read.seal_broken


def test_RTF_that_would_take_minutes_is_not_opened() -> None:
    from adapters.formats.rtf import rtf_text
    from routing.papers import Unreadable

    assert rtf_text(rb"{\rtf1\ansi hello}") == "hello"
    for raw in (b"{\\rtf1" + b'{\\field{\\*\\fldinst{HYPERLINK "' * 2000, b"{\\rtf1 " + b"x" * 500_000):
        with pytest.raises(Unreadable):
            rtf_text(raw)


def test_a_winmail_dat_of_very_many_attributes_is_not_opened() -> None:
    many = a_tnef({}, "正文") + (b"\2\x02\x90\x06\0\0\0\0\0\0\0") * 3000
    assert "结构异常" in "".join(mail("winmail.dat", many, kind="application/ms-tnef").warnings)


def test_another_persons_certificate_is_told() -> None:
    read = read_mail(signed_mail(HEAD, PART, a_signer("other@evil.example")))
    assert "与发件人不符" in read.seal


def test_a_signature_that_is_none_is_told_and_the_words_are_read(signer) -> None:
    raw = signed_mail(HEAD, PART, signer)
    at = raw.rindex(b"base64\r\n\r\n") + 10
    read = read_mail(raw[:at] + b"AAAA" + raw[at + 300:])
    assert read.seal.startswith("数字签名无法读取")
    assert "情况属实" in read.text


def test_what_is_encrypted_is_told_with_what_to_do() -> None:
    from asn1crypto import cms

    der = cms.ContentInfo({"content_type": "enveloped_data", "content": cms.EnvelopedData({
        "version": "v0", "recipient_infos": [], "encrypted_content_info": {"content_type": "data", "content_encryption_algorithm": {"algorithm": "aes128_cbc", "parameters": b"0" * 16}, "encrypted_content": b"x"}})}).dump()
    raw = HEAD.encode() + b"Content-Type: application/pkcs7-mime; smime-type=enveloped-data\r\nContent-Transfer-Encoding: base64\r\n\r\n" + __import__("base64").b64encode(der)
    read = read_mail(raw)
    assert "已加密" in read.seal
    assert len(read.attachments) == 1


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_no_damage_to_a_package_is_an_exception(data: st.DataObject) -> None:
    name, whole = data.draw(st.sampled_from(SAMPLES))
    raw = bytearray(whole)
    for _ in range(data.draw(st.integers(1, 8))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    read = mail(name, bytes(raw[: data.draw(st.integers(0, len(raw)))]))
    assert read.text.strip() == "请见附件。"


SAMPLES = [("a.zip", a_zip(FILES, gbk=True)), ("a.msg", a_msg("主题", "正文", FILES)), ("winmail.dat", a_tnef(FILES, "正文")), ("a.p7m", b"0\x82\x01")]
