"""Authentication-Results as servers really write them, and the headers by which a machine says that it is one."""

import pytest

from adapters.formats.mime import read_mail, sameness
from routing.papers import Check

HEAD = "From: ts@branch.example\r\nTo: hotline@bank.example\r\nSubject: x\r\nMessage-ID: <1@branch.example>\r\n"


def read(head: str, body: str = "您好"):
    return read_mail((head + HEAD + "Content-Type: text/plain; charset=utf-8\r\n\r\n" + body).encode())


@pytest.mark.parametrize(("value", "found"), [
    ("mx.bank.example; spf=pass smtp.mailfrom=a@branch.example; dkim=pass header.d=branch.example; dmarc=pass header.from=branch.example",
     [("spf", "pass", "branch.example"), ("dkim", "pass", "branch.example"), ("dmarc", "pass", "branch.example")]),
    ("mx.bank.example 1;\r\n\tdmarc=fail (p=none dis=none; see (RFC 7489)) header.from=branch.example;\r\n\tspf=softfail smtp.helo=[192.0.2.1]",
     [("dmarc", "fail", "branch.example"), ("spf", "softfail", "[192.0.2.1]")]),
    ("MX.Bank.Example; none", []),
    ('mx.bank.example; auth=pass (login) smtp.auth="ts@branch.example"', [("auth", "pass", "")]),
    ("mx.bank.example; dkim=pass (2048-bit key; unprotected) header.i=@Branch.Example header.s=k1", [("dkim", "pass", "branch.example")]),
    ('mx.bank.example; dkim=permerror reason="bad; dmarc=pass" header.d=x.example', [("dkim", "permerror", "")]),
    ('mx.bank.example; spf=pass smtp.mailfrom="x@branch.example"@evil.example; dmarc=none', [("spf", "pass", ""), ("dmarc", "none", "")]),
    ('mx.bank.example; spf=pass smtp.mailfrom="x;dkim=pass header.d=branch.example;"@evil.example', [("spf", "pass", "")]),
    ('mx.bank.example; spf=pass smtp.mailfrom="(x"@evil.example; dmarc=fail header.from=branch.example; dkim=pass header.i="x);dmarc=pass header.from=branch.example "@evil.example',
     [("spf", "pass", ""), ("dmarc", "fail", "branch.example"), ("dkim", "pass", "")]),
    ("mx.bank.example; dmarc=pass (never closed header.from=branch.example", []),
    (";;;=;a=b=c", []), ("", []), ("mx.bank.example;" + "spf=pass;" * 5000, None),
])
def test_results_are_read_as_servers_write_them(value: str, found: list[tuple[str, str, str]] | None) -> None:
    got = read(f"Authentication-Results: {value}\r\n").checks
    if found is None:
        assert len(got) == 50
        return
    plain = [(check.method, check.result, check.about) for check in got if check.method != "a"]
    if "reason" in value:       # what stands in quotes may be cut at its semicolon, but it confirms nothing for the sender
        assert not any(check.method == "dmarc" and check.about for check in got)
        return
    assert plain == found
    assert all(check.server == "mx.bank.example" for check in got if check.method != "a")


def test_how_deep_a_note_stands_is_told() -> None:
    head = "Received: a\r\nAuthentication-Results: one; spf=pass\r\nReceived: b\r\nReceived: c\r\nAuthentication-Results: two; spf=fail\r\n"
    assert read(head).checks == (Check("one", "spf", "pass", "", 1), Check("two", "spf", "fail", "", 3))


@pytest.mark.parametrize("header", [
    "Auto-Submitted: auto-replied", "Auto-Submitted: auto-generated (by robot)", "Precedence: bulk", "Precedence: list", "Precedence: Junk", "List-Id: <all.branch.example>",
    "List-Unsubscribe: <mailto:x@y.example>", "X-Auto-Response-Suppress: DR, AutoReply", "X-Auto-Response-Suppress: All", "Return-Path: <>", "Return-Path: < >",
])
def test_RFC3834_a_machine_says_that_it_is_one(header: str) -> None:
    assert read(header + "\r\n").automatic


@pytest.mark.parametrize("header", ["Auto-Submitted: no", "Precedence: first-class", "X-Auto-Response-Suppress: DR, OOF", "Return-Path: <a@b.example>", "Auto-Submitted:", "X-Y: z"])
def test_a_person_is_no_machine(header: str) -> None:
    assert read(header + "\r\n").automatic == ""


def test_a_bridge_names_itself() -> None:
    assert read("X-Hotline-Bridge: =?utf-8?b?5Y2X5rmW6ZO26KGM?=\r\n").bridge == "南湖银行"
    assert read("").bridge == ""


@pytest.mark.parametrize("trace", ["Received: by list.example\r\n", "Delivered-To: other@bank.example\r\n", "X-Spam: no\r\nReturn-Path: <x@y.example>\r\n", "DKIM-Signature: v=1\r\n"])
def test_what_servers_write_into_a_mail_makes_it_no_other(trace: str) -> None:
    assert sameness(read(trace)) == sameness(read(""))


@pytest.mark.parametrize("other", [{"body": "您好！"}, {"body": "您好\r\n另：请回电"}, {"head": "Date: Wed, 22 Jul 2026 09:25:00 +0800\r\n"}])
def test_other_words_or_another_hour_make_it_another(other: dict[str, str]) -> None:
    assert sameness(read(other.get("head", ""), other.get("body", "您好"))) != sameness(read(""))


def test_an_attachment_belongs_to_what_a_mail_says() -> None:
    parts = "--b\r\nContent-Type: text/plain\r\n\r\nx\r\n--b\r\nContent-Type: application/pdf\r\nContent-Disposition: attachment; filename=a.pdf\r\n\r\n{}\r\n--b--\r\n"
    one, two = (read_mail((HEAD + 'Content-Type: multipart/mixed; boundary="b"\r\n\r\n' + parts.format(file)).encode()) for file in ("1", "2"))
    assert sameness(one) != sameness(two)
