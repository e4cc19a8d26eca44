"""Notes exports are read as the mails they stand for (inputs.md 4.2, 4.3 in the project's own words)."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings, strategies as st

from adapters.formats.mime import read_mail
from adapters.formats.notes import exported, is_export
from adapters.formats.notes.document import abbreviated, address_in
from adapters.formats.notes.mail import moment
from routing.papers import Mail, MailKind, Unreadable
from tests.notes.exports import HEAD, MEMO, UNID, database, document, file, item, memo, mime_part, rich, structured

NAMES = {"王芳/hz/bank": "ts-b1010101@branch.example"}


def mails(content: bytes, names=NAMES) -> list[Mail]:
    return [read_mail(one.mail) for one in exported(content, names)]


def test_a_memo_is_a_mail_with_sender_date_words_and_files() -> None:
    (mail,) = mails(database(document(
        item("From", "CN=王芳/OU=HZ/O=BANK@BANK"), item("SendTo", "hotline@bank.example", "CN=投诉岗/O=BANK"), item("CopyTo", "CN=李行长/OU=HZ/O=BANK"), item("Subject", "答复: 关于投诉"),
        item("PostedDate", "20260722T092500,25+0800", kind="datetime"), item("$MessageID", "<OF1.2-ON3@bank.example>"), item("In_Reply_To", "<slip.1@bank.example>"),
        rich("一、经核实，情况属实。", "二、已批评教育。"), file("答复单.docx", b"PK-1"))))
    assert (mail.sender, mail.sender_name) == ("ts-b1010101@branch.example", "王芳/HZ/BANK")
    assert mail.recipients == ("hotline@bank.example",)
    assert mail.date == datetime(2026, 7, 22, 1, 25, tzinfo=UTC)
    assert mail.subject == "答复: 关于投诉"
    assert mail.message_id == "OF1.2-ON3@bank.example"
    assert mail.references == ("slip.1@bank.example",)
    assert mail.new_text.splitlines() == ["一、经核实，情况属实。", "二、已批评教育。"]
    assert [(one.name, one.content) for one in mail.attachments] == [("答复单.docx", b"PK-1")]
    assert mail.kind is MailKind.MESSAGE


def test_a_table_is_read_row_by_row() -> None:
    cell = "<tablecell><par def='1'><run>{}</run></par></tablecell>"
    table = "<item name='Body'><richtext><table><tablerow>" + cell.format("经办人") + cell.format("陆经理") + "</tablerow><tablerow>" + cell.format("联系电话") + cell.format("010-55500017") + "</tablerow></table><par><run>此致<break/>敬礼</run></par></richtext></item>"
    (mail,) = mails(database(document(item("Subject", "x"), table)))
    lines = [line.strip() for line in mail.text.splitlines() if line.strip()]
    assert lines[-2:] == ["此致", "敬礼"]
    assert "陆经理" in mail.text
    assert mail.text.index("经办人") < mail.text.index("陆经理") < mail.text.index("联系电话")


def test_a_body_that_came_by_the_internet_is_put_together_again() -> None:
    b = b"--=_x\r\n"
    parts = [
        mime_part(b"", b'Content-Type: multipart/mixed; boundary="=_x"\r\n\r\n', b""),
        mime_part(b, b"Content-Type: text/plain; charset=gb2312\r\n\r\n", "情况属实。\r\n".encode("gbk")),
        mime_part(b, b'Content-Type: application/octet-stream; name="a.docx"\r\nContent-Disposition: attachment; filename="a.docx"\r\n\r\n', b"PK-1\r\n"),
        mime_part(b"--=_x--\r\n", b"", b""),
    ]
    (mail,) = mails(database(document(item("Subject", "x"), item("From", "CN=王芳/OU=HZ/O=BANK"), *parts)))
    assert mail.new_text.strip() == "情况属实。"
    assert [one.name for one in mail.attachments] == ["a.docx"]


def test_who_writes_for_somebody_else_is_the_sender_and_both_are_shown() -> None:
    (mail,) = mails(database(memo(Principal="CN=李行长/OU=HZ/O=BANK")))
    assert mail.sender == "ts-b1010101@branch.example"
    assert mail.sender_name == "李行长/HZ/BANK（王芳/HZ/BANK 代发）"


@pytest.mark.parametrize("names", [{}, {"王芳/sh/bank": "other@branch.example"}])
def test_a_name_without_a_mailbox_speaks_for_nobody(names) -> None:
    (mail,) = mails(database(memo()), names)
    assert mail.sender == ""
    assert "王芳/HZ/BANK" in mail.sender_name or not mail.sender_certain


def test_what_may_not_be_passed_on_says_so() -> None:
    (mail,) = mails(database(memo(_KeepPrivate="1")))
    assert mail.private
    assert not mails(database(memo()))[0].private


@pytest.mark.parametrize(("form", "items", "kind"), [
    ("NonDelivery Report", (item("IntendedRecipient", "ts-b1010101@branch.example"), item("FailureReason", "User not listed")), MailKind.BOUNCE),
    ("Memo", (item("$AssistMail", "1"),), MailKind.AUTO_REPLY), ("Return Receipt", (), MailKind.AUTO_REPLY), ("Reply With History", (), MailKind.MESSAGE),
])
def test_forms_of_machines_are_known(form: str, items: tuple[str, ...], kind: MailKind) -> None:
    (mail,) = mails(database(document(item("From", "a@branch.example"), item("Subject", "投诉处理"), rich("见内容"), *items, form=form)))
    assert mail.kind is kind


def test_without_namespace_and_alone_in_the_file() -> None:
    (mail,) = mails((HEAD.replace("database", "document") + document(item("From", "a@branch.example"), item("Subject", "s"), rich("w"), names="")).encode())
    assert (mail.sender, mail.subject) == ("a@branch.example", "s")
    assert mail.message_id == f"{UNID}@notes.export.invalid"


def test_what_is_no_mail_is_told_and_holds_up_no_other() -> None:
    found = list(exported(database(document(item("Icon", "x"), form="View"), memo()), NAMES))
    assert [bool(one.trouble) for one in found] == [True, False]
    assert "不是邮件" in found[0].trouble


def test_a_file_that_breaks_off_gives_what_is_whole() -> None:
    whole = database(memo("1", unid="A" * 32), memo("2", unid="B" * 32), memo("3", unid="C" * 32))
    seen = []
    with pytest.raises(Unreadable, match="不完整或已损坏"):
        seen.extend(one.name for one in exported(whole[: whole.rindex(b"<document") + 50], NAMES))
    assert seen == ["A" * 32, "B" * 32]


BILLION = b"<?xml version='1.0'?><!DOCTYPE document [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;'>]><document form='Memo'><item name='Subject'><text>&b;</text></item></document>"
OUTSIDE = b"<?xml version='1.0'?><!DOCTYPE document SYSTEM 'file:///etc/passwd'><document form='Memo'><item name='Subject'><text>x</text></item></document>"


def test_an_encoding_nobody_knows_is_told() -> None:
    with pytest.raises(Unreadable, match="字符集"):
        list(exported(database(memo()).replace(b"utf-8", b"utf-K", 1), {}))


def test_nothing_is_expanded_and_nothing_fetched() -> None:
    with pytest.raises(Unreadable):
        list(exported(BILLION, {}))
    (mail,) = mails(OUTSIDE)
    assert mail.subject == "x"
    deep = b"<document form='Memo'>" + b"<item name='Body'><richtext>" + b"<par>" * 500
    with pytest.raises(Unreadable, match="嵌套过深"):
        list(exported(deep, {}))


@pytest.mark.parametrize("content", [b"", b"<html><body/></html>", b"hello: world\r\n", b"From: a@b.example\r\nSubject: x\r\nTo: c@d.example\r\n\r\nx", b"\x00" * 100])
def test_what_is_no_export_is_left_alone(content: bytes) -> None:
    assert not is_export(content)


@pytest.mark.parametrize("sender", [
    '"ts-b1010101@branch.example" <clerk@evil.example>', "王芳/HZ/BANK@evil.example", "CN=王芳/OU=HZ/O=BANK@evil.example", "ts-b1010101@branch.example",
])
def test_a_sender_that_its_writer_could_have_made_up_is_certain_for_nobody(sender: str) -> None:
    (mail,) = mails(database(memo(sender=sender)))
    assert not mail.sender_certain
    assert mails(database(memo()))[0].sender_certain


def test_a_document_begun_by_a_form_feed_in_somebodys_words_speaks_for_nobody() -> None:
    found = mails(structured((MEMO | {"From": "a@customer.example"}, "投诉内容\n\fFrom:  CN=王芳/OU=HZ/O=BANK\nSubject:  x\nPostedDate:  2026-7-22 9:00\n\n一、情况属实。")))
    assert len(found) == 2
    assert not any(mail.sender_certain for mail in found)


# Structured Text ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("charset", ["gb18030", "utf-8"])
def test_structured_text_of_a_chinese_windows(charset: str) -> None:
    one, two = mails(structured((MEMO, "一、经核实，情况属实。\n二、已批评。"), (MEMO | {"Subject": "另一件"}, "见附件"), charset=charset))
    assert (one.sender, one.subject) == ("ts-b1010101@branch.example", "关于投诉的答复")
    assert one.date == datetime(2026, 7, 22, 7, 40, 23, tzinfo=UTC)
    assert one.new_text.splitlines() == ["一、经核实，情况属实。", "二、已批评。"]
    assert two.subject == "另一件"
    assert "hotline@bank.example" in one.recipients


def test_lines_cut_at_the_width_of_the_export_are_joined() -> None:
    raw = structured((MEMO, "x")).replace("关于投诉的答复".encode("gbk"), "关于投诉\r\n的答复".encode("gbk"))
    assert mails(raw)[0].subject == "关于投诉的答复"


@pytest.mark.parametrize(("text", "at", "doubtful"), [
    ("20260722T092500,25+0530", datetime(2026, 7, 22, 3, 55, tzinfo=UTC), False), ("20260722T092500,62-05", datetime(2026, 7, 22, 14, 25, tzinfo=UTC), False),
    ("2026-7-3 15:40:23", datetime(2026, 7, 3, 7, 40, 23, tzinfo=UTC), False), ("2026/07/03 下午 03:40:23", datetime(2026, 7, 3, 7, 40, 23, tzinfo=UTC), False),
    ("07/23/2026 03:40:23 PM", datetime(2026, 7, 23, 7, 40, 23, tzinfo=UTC), False), ("23/07/2026 03:40", datetime(2026, 7, 22, 19, 40, tzinfo=UTC), False),
    ("07/03/2026 12:05:00 AM", datetime(2026, 7, 2, 16, 5, tzinfo=UTC), True), ("12/11/97 03:40:23 PM", datetime(1997, 12, 11, 7, 40, 23, tzinfo=UTC), True),
    ("2026年7月3日 9:05", datetime(2026, 7, 3, 1, 5, tzinfo=UTC), False), ("yesterday", None, True), ("", None, False), ("2026-13-45 10:00", None, True),
])
def test_dates_of_every_country(text: str, at: datetime | None, doubtful: bool) -> None:
    found, doubt = moment(text)
    assert found == at
    assert bool(doubt) is doubtful


@pytest.mark.parametrize(("name", "short", "address"), [
    ("CN=王芳/OU=HZ/O=BANK@BANK", "王芳/HZ/BANK", ""), ("王芳/HZ/BANK", "王芳/HZ/BANK", ""), ('"王芳" <wf@branch.example>', '"王芳" <wf', "wf@branch.example"),
    ("wf@branch.example", "wf@branch.example", "wf@branch.example"), ("CN=A B/OU1=X/OU2=Y/O=Z/C=CN", "A B/X/Y/Z/CN", ""),
])
def test_names_of_notes(name: str, short: str, address: str) -> None:
    assert address_in(name) == address
    if "/" in name:
        assert abbreviated(name) == short


TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\f<&"), min_size=1, max_size=40).map(lambda t: " ".join(t.split())).filter(lambda t: t and t.strip() == t)


@settings(max_examples=80, deadline=None)
@given(TEXT, st.lists(TEXT, min_size=1, max_size=4), st.binary(max_size=200))
def test_what_was_written_is_read(subject: str, lines: list[str], content: bytes) -> None:
    (mail,) = mails(database(document(item("From", "a@branch.example"), item("Subject", subject), rich(*lines), file("a.bin", content))))
    assert "".join(mail.subject.split()) == "".join(subject.split())
    assert ["".join(line.split()) for line in mail.text.splitlines() if line.strip()] == ["".join(line.split()) for line in lines if line.strip()]
    assert mail.attachments[0].content == content


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_no_damage_is_an_exception(data: st.DataObject) -> None:
    raw = bytearray(data.draw(st.sampled_from([database(memo(), memo(unid="D" * 32)), structured((MEMO, "x"), (MEMO, "y"))])))
    for _ in range(data.draw(st.integers(1, 10))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    try:
        for one in exported(bytes(raw), NAMES):
            assert one.trouble or read_mail(one.mail)
    except Unreadable:
        pass
