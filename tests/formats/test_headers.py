"""Headers with the faults real mailers make."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from adapters.formats.headers import Headers, addresses, decode_words, mailbox, message_ids, moment, parameters, read_headers
from tests.formats.mails import word

CST = timezone(timedelta(hours=8))


def _headers(name: str, raw: bytes | str, hint: str = "") -> Headers:
    raw = raw.encode() if isinstance(raw, str) else raw
    return Headers(((name.lower(), raw.decode("ascii", "surrogateescape")),), hint)


@pytest.mark.parametrize(("raw", "text"), [
    (word("自动回复:投诉", "gbk"), "自动回复:投诉"),
    (word("郵件", "gb2312", "gbk"), "郵件"),
    (word("回复：投诉", "x-gbk", "gbk"), "回复：投诉"),
    ("=?utf-8?B?5oqV6K+J5Y2V?= =?utf-8?B?5LqM?=", "投诉单二"),
    ("=?utf-8?B?5oqV6K8=?= =?utf-8?B?iQ==?=", "投诉"),             # one character cut between two words
    ("=?gb2312?B?s7e72DogW1BBVENI?=\n =?gb2312?Q?_t_=CA=C7?=", "撤回: [PATCH t 是"),
    ("=?gb2312?B?zba=?=", "投"),                                       # padding missing, one sign lost
    ("=?utf-8?Q?a b=E6=8A=95?=", "a b投"),                            # blanks inside
    ("=?x-nobody?B?5oqV6K+J?=", "投诉"),
    ("Re:=?utf-8?Q?=E6=8A=95?=x", "Re:投x"),
    ("=?utf-8?B?!!!?= y", " y"),
    ("=?broken", "=?broken"),
    ("a =?utf-8?Q?b?= c", "a b c"),
])
def test_encoded_words_are_read_with_their_faults(raw, text):
    assert decode_words(raw) == text


@pytest.mark.parametrize(("raw", "hint"), [("投诉转办单".encode("gbk"), ""), ("投诉转办单".encode(), "gbk"), ("投訴轉辦單".encode("big5"), "big5")])
def test_raw_eight_bit_headers(raw, hint):
    assert _headers("Subject", raw, hint).text("subject") in {"投诉转办单", "投訴轉辦單"}


def test_a_subject_is_one_line_without_controls():
    assert _headers("Subject", "=?utf-8?B?" + "YQpiAGM=" + "?=").text("subject") == "a bc"


def test_a_torn_line_and_an_mbox_line_do_not_end_the_head():
    headers, rest = read_headers("From x@y Mon\nSubject: a\n__\nDate: b\nno header here\n")
    assert [name for name, _ in headers.fields] == ["subject", "date"]
    assert rest == "no header here\n"


@pytest.mark.parametrize(("raw", "address", "name"), [
    ("张三 <Zhang@Branch.Example>", "zhang@branch.example", "张三"),
    ('"Wang, Fang" <wang@branch.example>', "wang@branch.example", "Wang, Fang"),
    ("wang@branch.example (Wang Fang)", "wang@branch.example", "Wang Fang"),
    (" <postmaster@mail.example>", "postmaster@mail.example", ""),
    ("CN=Wang Fang/OU=HZ/O=BANK@BANK", "", "CN=Wang Fang/OU=HZ/O=BANK@BANK"),
    ('"CN=Wang Fang/OU=HZ/O=BANK" <wang@hz.bank.example>', "wang@hz.bank.example", "CN=Wang Fang/OU=HZ/O=BANK"),
    ("Wang Fang/HZ/BANK@BANK", "", "Wang Fang/HZ/BANK@BANK"),
    ('"zhang@other.example" <wang@branch.example>', "wang@branch.example", "zhang@other.example"),
    (word("王芳 <wang@branch.example>", "gb2312"), "wang@branch.example", "王芳"),
    ("Pete(A wonderful \\) chap) <pete(his account)@branch.example(his host)>", "pete@branch.example", "Pete(A wonderful ) chap)"),
    ("undisclosed-recipients:;", "", "undisclosed-recipients:"),
    ("", "", ""),
    ("<>", "", ""),
])
def test_who_wrote(raw, address, name):
    headers = _headers("From", raw)
    assert mailbox(headers, headers.raw("from")) == (address, name)


def test_recipients_of_all_headers_once_each():
    headers = Headers((
        ("to", '"a, b" <A@x.example>, Gruppe: b@x.example, c@x.example;, undisclosed-recipients:;'),
        ("cc", "CN=Wang/O=BANK@BANK,\n a@x.example; d@x.example"), ("delivered-to", "e@x.example"),
    ))
    assert addresses(headers, ("to", "cc", "delivered-to")) == ("a@x.example", "b@x.example", "c@x.example", "d@x.example", "e@x.example")


@pytest.mark.parametrize(("raw", "name"), [
    ("attachment; filename*=gb2312''%D7%AA%B0%EC%B5%A5.docx", "转办单.docx"),
    ("attachment; filename*0*=utf-8''%E8%BD%AC; filename*1*=%E5%8A%9E; filename*2=.docx", "转办.docx"),
    ("attachment; filename*1*=%E5%8A%9E; filename*0*=utf-8''%E8%BD%AC", "转办"),
    ("attachment; filename=\"=?gbk?Q?x?=\"; filename*=utf-8''%E8%BD%AC", "转"),
    ('attachment; filename*0="a"; filename*1="b.txt"', "ab.txt"),
    ('attachment; filename="a;b\\"c.txt"', 'a;b"c.txt'),
    ("attachment; filename=plain name.txt ; size=3", "plain name.txt"),
    ('attachment; filename="unclosed.txt', "unclosed.txt"),
    ("attachment; filename*=x-nobody'zh'%B5%A5", "单"),
    ("attachment; filename*=%E8%BD%AC.txt", "转.txt"),
    ("attachment; filename*" + "9" * 400 + "*=x; filename=y", "y"),
])
def test_parameters_of_rfc2231_and_their_faults(raw, name):
    assert parameters(_headers("Content-Disposition", raw), "content-disposition")["filename"] == name


def test_a_raw_gbk_file_name():
    raw = b'attachment; filename="' + "转办单.docx".encode("gbk") + b'"'
    assert parameters(_headers("Content-Disposition", raw), "content-disposition")["filename"] == "转办单.docx"


@pytest.mark.parametrize(("value", "ids"), [
    ("<a@b.example> <c@d.example>,\n <a@b.example>", ("a@b.example", "c@d.example")), ("slip-7@bank.example", ("slip-7@bank.example",)),
    ("Your message of Monday", ()), ("", ()), ("<>", ()), ("Message from Wang <a@b.example>", ("a@b.example",)),
])
def test_message_ids_with_and_without_angles(value, ids):
    assert message_ids(value) == ids


@pytest.mark.parametrize(("value", "found"), [
    ("Wed, 22 Jul 2026 09:00:00 +0800", datetime(2026, 7, 22, 9, tzinfo=CST)),
    ("Wed, 22 Jul 2026 01:00:00 -0000", datetime(2026, 7, 22, 1, tzinfo=UTC)),
    ("2026-07-22 09:00:00 +0800", datetime(2026, 7, 22, 9, tzinfo=CST)),
    ("yesterday", None), ("", None), ("Wed, 99 Jul 2026 09:00:00 +0800", None), ("Fri, 31 Dec 9999 23:00:00 -1400", None), ("1 Jan 99999999999999 00:00", None),
])
def test_dates_are_aware_or_none(value, found):
    assert moment(value) == found
