"""Mails as they really are: every fault still gives a mail."""

import json
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.formats.mime import mail_json, read_mail
from adapters.formats.parts import MAX_DEPTH, MAX_PARTS
from routing.papers import MailKind, Unreadable
from tests.formats import mails
from tests.formats.mails import b64, file_part, mail, multipart, nested, text_part, word


def test_an_ordinary_answer():
    raw = mail("已核实。\n经办人：李四\n\n-----原始邮件-----\n发件人: 客服\n", subject=word("回复: 投诉转办单", "gb2312"),
               head="Cc: Wang <Wang@branch.example>\nDelivered-To: d@bank.example\nX-Original-To: o@bank.example\nEnvelope-To: e@bank.example\n"
                    "In-Reply-To: <slip-7@bank.example>\nReferences: <a@bank.example> <slip-7@bank.example>\n")
    found = read_mail(raw)
    assert (found.sender, found.sender_name, found.subject) == ("zhang@branch.example", "张三", "回复: 投诉转办单")
    assert found.message_id == "m1@branch.example"
    assert found.recipients == ("desk@bank.example", "wang@branch.example", "d@bank.example", "o@bank.example", "e@bank.example")
    assert found.date == datetime(2026, 7, 22, 9, tzinfo=timezone(timedelta(hours=8)))
    assert found.references == ("slip-7@bank.example", "a@bank.example")
    assert found.new_text == "已核实。\n经办人：李四\n\n"
    assert found.quoted
    assert found.kind is MailKind.MESSAGE
    assert found.charsets == ("utf-8",)
    assert found.warnings == ()


@pytest.mark.parametrize("raw", [b"", b"   \r\n", b"\x00\x01\x02" * 400, b"hello\nworld\n", "您好，这不是邮件。\n".encode(), b"PK\x03\x04rest", b"a: b\nc: d\n\nx"],
                         ids=["empty", "blank", "binary", "words", "Chinese words", "zip", "headers of something else"])
def test_what_is_no_mail_is_said_to_be_none(raw):
    with pytest.raises(Unreadable, match="mail"):
        read_mail(raw)


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"], ids=["unix", "internet", "old mac"])
def test_all_line_ends(end):
    found = read_mail(mail("一\n二\n").replace(b"\n", end))
    assert found.text == "一\n二\n"
    assert found.sender == "zhang@branch.example"


def test_a_byte_order_mark_blank_lines_and_an_mbox_line_before_the_head():
    assert read_mail(b"\xef\xbb\xbf\r\n\nFrom zhang Mon\n" + mail("一")).text == "一"


def test_no_blank_line_below_the_head():
    assert read_mail(b"From: a@b.example\nSubject: x\n\xd2\xd1\xba\xcb\xca\xb5\n").text == "已核实\n"


def test_head_only():
    assert read_mail(b"Subject: x\n").text == ""


@pytest.mark.parametrize(("head", "sender", "name"), [
    ("From: CN=Wang Fang/OU=HZ/O=BANK@BANK\nSender: <proxy@bank.example>\n", "", "CN=Wang Fang/OU=HZ/O=BANK@BANK"),
    ("Sender: <proxy@bank.example>\n", "proxy@bank.example", ""),
    ("Return-Path: <wang@bank.example>\n", "wang@bank.example", ""),
])
def test_who_wrote_where_from_does_not_say(head, sender, name):
    found = read_mail(head.encode() + b"Subject: x\n\ny")
    assert (found.sender, found.sender_name) == (sender, name)


# ---- words -----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("plain", "text"), [("已核实", "已核实"), ("", "网页"), (" \n", "网页"), ("您的邮件客户端不支持HTML格式，请升级。", "网页"),
                                             ("This is an HTML message. Please use an HTML client.", "网页")])
def test_plain_text_unless_it_is_empty_or_a_stub(plain, text):
    assert read_mail(multipart(text_part(plain), text_part("<p>网页</p>", kind="html"), kind="alternative")).text.strip() == text


def test_a_file_inside_an_alternative_is_not_lost():
    inner = nested(text_part("<p>网页</p>", kind="html"), file_part(b'attachment; filename="a.docx"'), kind="mixed")
    found = read_mail(multipart(text_part("已核实"), inner, kind="alternative"))
    assert found.text == "已核实"
    assert [file.name for file in found.attachments] == ["a.docx"]


def test_several_words_follow_each_other():
    related = nested(text_part("<p>网页</p>", kind="html"), file_part(b"inline", b"GIF89a", "image/gif"), kind="related")
    found = read_mail(multipart(text_part("第一"), related, text_part("第三")))
    assert found.text == "第一\n\n网页\n\n第三"
    assert [(file.name, file.type, file.content) for file in found.attachments] == [("附件1.gif", "image/gif", b"GIF89a")]


def test_markup_labelled_plain_is_read_as_markup():
    found = read_mail(mail("<p>已核实</p>\n<p>经办人</p>"))
    assert found.text == "已核实\n\n经办人"
    assert found.warnings == ("html labelled text/plain",)


@pytest.mark.parametrize("label", ["", "; charset=", '; charset="x-unknown"', "; charset=x-gbk", "; charset=gb_2312-80", "; charset=us-ascii", "; charset==?gbk?="])
def test_charset_labels_python_does_not_know(label):
    assert read_mail(mail("已核实，客户满意".encode("gbk"), content_type="text/plain" + label)).text == "已核实，客户满意"


def test_a_raw_subject_follows_the_charset_of_the_body():
    raw = mail("客戶滿意".encode("big5"), content_type="text/plain; charset=big5").replace(b"Subject: x", b"Subject: " + "投訴轉辦單".encode("big5"))
    assert read_mail(raw).subject == "投訴轉辦單"


@pytest.mark.parametrize("content_type", ["text", "", "text/plain/x; charset=utf-8", ";;;", "\x00"])
def test_content_types_that_are_none(content_type):
    assert read_mail(mail("已核实", content_type=content_type)).text == "已核实"


# ---- transfer encodings ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("encoding", ["7-bit", "8bits", "plain", "", "text/html", "x-nobody", "utf-8", "binary"])
def test_transfer_encodings_nobody_knows_mean_none(encoding):
    assert read_mail(mail("已核实", encoding=encoding)).text == "已核实"


@pytest.mark.parametrize(("encoding", "body", "text", "warning"), [
    ("base64", b64("已核实".encode()), "已核实", None),
    ("BASE64;", b64("已核实".encode()), "已核实", None),
    ("base64", b"5bey5qC45a6", "已核", "damaged utf-8"),
    ("base64", b64("已核实".encode()) + b"_____\nlist footer\n", "已核实\n_____\nlist footer\n", "plain text below base64"),
    ("base64", "已核实，不是编码".encode(), "已核实，不是编码", "declared base64, is not"),
    ("quoted-printable", b"=E5=B7=B2=E6=A0=\n=B8=E5=AE=9E", "已核实", None),
    ("quoted-printable", "已核实=20=ZZ=".encode(), "已核实 =ZZ", None),
    ("7bit", b"=E5=B7=B2=E6=A0=B8=E5=AE=9E", "已核实", "quoted-printable without saying so"),
    ("7bit", b64(("已核实，客户满意。" * 5).encode()), "已核实，客户满意。" * 5, "base64 without saying so"),
    ("x-uuencode", b'begin 644 x\n)Y;>RYJ"XY:Z>\n`\nend\n', "已核实", None),
])
def test_transfer_encodings_right_and_wrong(encoding, body, text, warning):
    found = read_mail(mail(body, encoding=encoding))
    assert found.text.startswith(text)
    assert found.warnings == ((warning,) if warning else ())


def test_a_soft_line_break_inside_a_character():
    assert read_mail(mails.TELECOM_BOUNCE).text == "收件人： zhi@branch.example\n\n投诉单"


def test_ordinary_words_are_not_taken_for_base64():
    words = "A" * 80 + "\nabcd\n"
    assert read_mail(mail(words)).text == words


# ---- files -----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("disposition", [
    b"attachment; filename*=gb2312''%D7%AA%B0%EC%B5%A5.docx", b"attachment; filename*=utf-8''%E8%BD%AC%E5%8A%9E%E5%8D%95.docx",
    b'attachment; filename="' + word("转办单.docx", "gb2312").encode() + b'"', b"attachment; filename=" + word("转办单.docx", "utf-8").encode(),
    b'attachment; filename="' + "转办单.docx".encode("gbk") + b'"', b'attachment; filename="' + "转办单.docx".encode() + b'"',
    b'attachment; filename="%E8%BD%AC%E5%8A%9E%E5%8D%95.docx"', b'attachment; filename="C:\\\\Users\\\\zhang\\\\%E8%BD%AC%E5%8A%9E%E5%8D%95.docx"',
    b'attachment;\n filename="=?gb2312?B?16qw7LU=?=\n =?gb2312?B?pS5kb2N4?=";\n size=3', b'attachment; filename="../../' + "转办单.docx".encode() + b'"',
    b'attachment; filename="=?ISO-8859-1?Q?=D7=AA=B0=EC=B5=A5.docx?="', b'inline; filename="/etc/' + "转办单.docx".encode("gb18030") + b'"',
])
def test_chinese_file_names_however_they_are_written(disposition):
    found = read_mail(multipart(text_part("见附件"), file_part(disposition)))
    assert [(file.name, file.content) for file in found.attachments] == [("转办单.docx", b"PK\x03\x04")]
    assert found.text == "见附件"


def test_a_name_in_content_type_only():
    part = f"Content-Type: application/msword; name=\"{word('转办单.doc', 'gbk')}\"\n\nx".encode()
    assert read_mail(multipart(text_part("x"), part)).attachments[0].name == "转办单.doc"


@pytest.mark.parametrize(("name", "kept"), [(b"..", "附件1"), (b"a\x00b\x07.txt", "ab.txt"), (b"x" * 400 + b".docx", "x" * 180 + ".docx"), ("a\u202excod.exe".encode(), "axcod.exe")])
def test_names_a_disk_would_refuse(name, kept):
    assert read_mail(multipart(text_part("x"), file_part(b'attachment; filename="' + name + b'"'))).attachments[0].name == kept


def test_a_text_file_is_a_file():
    part = b"Content-Type: text/plain; charset=gbk\nContent-Disposition: attachment; filename=a.txt\n\n" + "附件内容".encode("gbk")
    found = read_mail(multipart(text_part("正文"), part))
    assert found.text == "正文"
    assert found.attachments[0].content == "附件内容".encode("gbk")


def test_winmail_dat_is_listed_beside_the_words():
    found = read_mail(multipart(text_part("正文"), file_part(b'attachment; filename="winmail.dat"', b"\x78\x9f\x3e\x22", "application/ms-tnef")))
    assert (found.text, found.attachments[0].name, found.attachments[0].type) == ("正文", "winmail.dat", "application/ms-tnef")


def test_an_attached_mail_is_a_file_to_the_byte():
    inner = b"From: a@b.example\r\nSubject: =?utf-8?B?5oqV6K+J?=\r\n\r\n\xff\xfe words\r\n"
    found = read_mail(multipart(text_part("见附件"), b"Content-Type: message/rfc822\n\n" + inner))
    assert found.text == "见附件"
    assert [(file.name, file.type, file.content) for file in found.attachments] == [("投诉.eml", "message/rfc822", inner)]
    assert found.references == ()


def test_a_mail_that_is_only_a_file():
    found = read_mail(mail(b64(b"%PDF"), content_type="application/pdf; name=a.pdf", encoding="base64"))
    assert (found.text, found.attachments[0].content) == ("", b"%PDF")


def test_sealed_words_are_told():
    found = read_mail(mail(b64(b"0\x82"), content_type="application/pkcs7-mime; name=smime.p7m", encoding="base64"))
    assert found.attachments[0].name == "smime.p7m"
    assert "S/MIME" in found.warnings[0]


# ---- multipart faults and bounds -------------------------------------------------------------------------------------
def test_boundaries_missing_unclosed_and_alike():
    assert read_mail(mail("--b1\nContent-Type: text/plain\n\nwords\n", content_type="multipart/mixed; boundary=b1")).text == "words"
    assert read_mail(mail("--guessed\n\nwords\n--guessed--\n", content_type="multipart/mixed")).text == "words"
    assert "words" in read_mail(mail("words", content_type="multipart/mixed; boundary=none")).text
    inner = nested(text_part("inner"), kind="mixed", boundary=mails.BOUNDARY + "2")
    assert read_mail(multipart(inner, text_part("outer"))).text == "inner\n\nouter"


def test_a_multipart_that_is_empty():
    assert read_mail(mail("", content_type="multipart/mixed; boundary=b")).text == ""


def test_nesting_is_followed_to_a_bound():
    part = text_part("innermost")
    for level in range(MAX_DEPTH + 5):
        part = nested(part, kind="mixed", boundary=f"level{level}")
    found = read_mail(mails.multipart(part, text_part("outer")))
    assert "nested too deeply" in found.warnings
    assert "outer" in found.text


def test_parts_are_counted_to_a_bound():
    found = read_mail(multipart(*[file_part(b"attachment; filename=a.bin")] * (MAX_PARTS + 20)))
    assert len(found.attachments) <= MAX_PARTS
    assert any("500 parts" in warning for warning in found.warnings)


@pytest.mark.timeout(20)
@pytest.mark.parametrize("raw", [
    b"From: a@b.example\n" + b"Content-Type: multipart/mixed; boundary=b\n\n--b\n" * 20_000,
    b"From: a@b.example\n" + b"Content-Type: message/rfc822\n\n" * 50_000,
    b"From: a@b.example\nSubject: " + b"=?gbk?b?" * 100_000, b"From: a@b.example\nCc: " + b'"\\' * 100_000, b"From: a@b.example\nCc: " + b"(<" * 200_000,
    b"From: a@b.example\nContent-Type: text/plain" + b"; a*1=" * 100_000, b"X: y\n" * 300_000 + b"From: a@b.example\n", b"x" * 3_000_000,
    b"From: a@b.example\n\n" + b"> x\ny\n" * 200_000, b"From: a@b.example\n\n" + b"-" * 2_000_000,
    b"From: mailer-daemon@b.example\n\n" + b"a" * 500_000 + b"\n" + b"delivered to " * 50_000,
], ids=["levels", "mails in mails", "words never closed", "quotes never closed", "angles", "parameters", "headers", "no line end", "quoted", "dashes", "prose"])
def test_hostile_mails_take_no_time(raw):
    try:
        found = read_mail(raw)
    except Unreadable:
        return
    assert found.new_text + found.history == found.text


# ---- what the command line prints ------------------------------------------------------------------------------------
def test_the_json_of_a_mail():
    found = read_mail(multipart(text_part("已核实\n\n> 旧\n"), file_part(b"attachment; filename=a.docx"), subject=word("回复", "gbk")))
    printed = mail_json(found, "a.eml", "95580-20260722-000137", {"handler": "李四"})
    assert json.loads(json.dumps(printed)) == {
        "file": "a.eml", "message_id": "m1@branch.example", "from": "zhang@branch.example", "subject": "回复", "date": "2026-07-22T09:00:00+08:00",
        "kind": "message", "new_text": "已核实\n\n", "quoted": True, "case_number": "95580-20260722-000137", "elements": {"handler": "李四"},
        "attachments": [{"name": "a.docx", "type": "application/octet-stream", "bytes": 4}], "charsets": ["utf-8"], "warnings": [],
    }


def test_the_json_of_a_mail_with_nothing():
    printed = mail_json(read_mail(b"Subject:\n\n"), "b.eml", None, {})
    assert (printed["date"], printed["case_number"], printed["quoted"], printed["from"]) == (None, None, False, "")
    assert printed["warnings"] == ["no Message-ID", "no Date", "no sender address"]


# ---- whatever comes --------------------------------------------------------------------------------------------------
def _check(raw: bytes) -> None:
    try:
        found = read_mail(raw)
    except Unreadable:
        return
    assert found.new_text + found.history == found.text
    json.dumps(mail_json(found, "x", None, {}), ensure_ascii=False).encode("utf-8")
    for words in (found.message_id, found.sender, found.sender_name, *found.recipients, *found.references, *found.failed_recipients):
        assert "\x00" not in words
    for file in found.attachments:
        assert "/" not in file.name


@given(st.binary(max_size=400) | st.binary(max_size=200).map(lambda rest: b"From: " + rest) | st.binary(max_size=200).map(lambda rest: b"Subject: x\nContent-Type: " + rest))
@settings(deadline=None)
def test_random_bytes_never_raise_anything_else(raw):
    _check(raw)


@given(st.sampled_from(mails.EVERY), st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 6), st.binary(max_size=8)), min_size=1, max_size=12))
@settings(deadline=None, max_examples=300)
def test_damaged_mails_never_raise_anything_else(raw, wounds):
    for place, length, instead in wounds:
        raw = raw[:place] + instead + raw[place + length:]
    _check(raw)
