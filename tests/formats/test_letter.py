import email
import re
from dataclasses import replace
from datetime import datetime
from email import policy
from email.message import EmailMessage

import pytest
from hypothesis import given, settings, strategies as st
from selectolax.parser import HTMLParser

from adapters.formats.letter import LOOP_HEADER, Draft, Enclosure, compose
from tests.elements.words import read_slip
from routing.elements import ELEMENTS
from routing.slip import slip_text
from tests.letters import slip_page, write_slip
from tests.routing.slips import NUMBER, RECEIVED, a_slip

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
DRAFT = Draft(
    message_id="slip.1@bank.example", date=RECEIVED, from_=("客户服务中心，投诉处理岗", "hotline@bank.example"),
    to=(("河东支行", "hedong@bank.example"), ("", "city@bank.example"), ('Smith, "J"', "smith@bank.example")),
    subject=f"【投诉转办单】{NUMBER} 河东支行 请于7月31日17:30前回复，并抄送个人金融部及监察部门",
    text="第一行\n第二行\n", cc=(("个人金融部", "retail@bank.example"),), reply_to=(("", "hotline+1@bank.example"),),
    html="<p>第一行</p>", enclosures=(Enclosure("投诉转办单-河东市分行河东支行-违规操作（兼服务态度）.docx", DOCX, bytes(range(256)) * 40),),
    in_reply_to="first@bank.example", references=("first@bank.example", "<second@bank.example>"), headers=(("X-Case", NUMBER),),
)
#: Words that may stand in a header: no control characters and no lone surrogates.
SPOKEN = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=120).map(lambda text: " ".join(text.split()))


def parsed(draft) -> EmailMessage:
    return email.message_from_bytes(compose(draft), policy=policy.default)


def lines(text):
    return text.replace("\r\n", "\n").rstrip("\n")


def test_every_part_of_a_letter_survives():
    letter = parsed(DRAFT)
    assert letter["From"].addresses[0].display_name == "客户服务中心，投诉处理岗"
    assert [(one.display_name, one.addr_spec) for one in letter["To"].addresses] == list(DRAFT.to)
    assert [(one.display_name, one.addr_spec) for one in letter["Cc"].addresses] == list(DRAFT.cc)
    assert letter["Reply-To"].addresses[0].addr_spec == "hotline+1@bank.example"
    assert letter["Subject"] == DRAFT.subject
    assert letter["Date"].datetime == RECEIVED
    assert letter["Message-ID"] == "<slip.1@bank.example>"
    assert letter["In-Reply-To"] == "<first@bank.example>"
    assert letter["References"].split() == ["<first@bank.example>", "<second@bank.example>"]
    assert letter["X-Case"] == NUMBER
    assert lines(letter.get_body(("plain",)).get_content()) == "第一行\n第二行"
    assert lines(letter.get_body(("html",)).get_content()) == "<p>第一行</p>"
    (file,) = letter.iter_attachments()
    assert (file.get_filename(), file.get_content_type(), file.get_content()) == (DRAFT.enclosures[0].name, DOCX, DRAFT.enclosures[0].content)
    assert not any(part.defects for part in letter.walk())


def test_a_letter_is_crlf_ascii_and_narrow():
    raw = compose(DRAFT)
    assert raw.isascii()
    assert raw.endswith(b"\r\n")
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)", raw)
    assert max(map(len, raw.split(b"\r\n"))) <= 76


def test_the_same_draft_gives_the_same_bytes():
    assert compose(DRAFT) == compose(replace(DRAFT))
    assert compose(replace(DRAFT, message_id="slip.2@bank.example")) != compose(DRAFT)


def test_a_draft_survives_as_json():
    again = Draft.from_json(DRAFT.to_json())
    assert again == DRAFT
    assert compose(again) == compose(DRAFT)


@pytest.mark.parametrize("text", ["[]", "{}", "null", "not json", '{"date": 1, "enclosures": []}'])
def test_other_json_is_no_draft(text):
    with pytest.raises(ValueError):
        Draft.from_json(text)


def test_RFC3834_a_machines_letter_says_so_and_a_persons_does_not():
    letter = parsed(DRAFT)
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter["X-Auto-Response-Suppress"] == "OOF, AutoReply"
    assert letter[LOOP_HEADER] == "hotline-bridge"
    human = parsed(replace(DRAFT, machine=False, bridge="bank one"))
    assert human["Auto-Submitted"] is None
    assert human[LOOP_HEADER] == "bank one"


def test_old_clients_find_the_name_of_an_attachment_too():
    raw = compose(DRAFT).decode()
    assert "filename*0*=utf-8''%E6%8A%95" in raw
    name = re.search(r'name="((?:=\?utf-8\?b\?[A-Za-z0-9+/=]+\?=\s*)+)"', raw)[1]
    assert "".join(word for word, _ in [(str(email.header.make_header(email.header.decode_header(name))), 0)]) == DRAFT.enclosures[0].name


def test_a_plain_letter_has_one_part_and_is_not_flowed():
    letter = parsed(replace(DRAFT, html="", enclosures=()))
    assert letter.get_content_type() == "text/plain"
    assert letter.get_content_charset() == "utf-8"
    assert letter.get_param("format") is None
    assert "flowed" not in str(letter["Content-Type"])


@pytest.mark.parametrize("break_", ["\r\n", "\n", "\r", "\r\nBcc: x@elsewhere.example", "\x00", "\x85", "\u2028", "\ud800"])
@pytest.mark.parametrize("spoil", [
    lambda b: {"subject": f"a{b}b"}, lambda b: {"from_": (f"a{b}", "a@b.example")}, lambda b: {"to": ((f"a{b}b", "a@b.example"),)},
    lambda b: {"to": (("", f"a{b}@b.example"),)}, lambda b: {"cc": (("", f"a@b.example{b}"),)}, lambda b: {"reply_to": ((b, "a@b.example"),)},
    lambda b: {"message_id": f"a{b}@b.example"}, lambda b: {"in_reply_to": f"<a@b.example>{b}"}, lambda b: {"references": (f"a@b{b}",)},
    lambda b: {"headers": (("X-A", f"a{b}b"),)}, lambda b: {"headers": ((f"X{b}A", "a"),)}, lambda b: {"bridge": f"a{b}"},
    lambda b: {"enclosures": (Enclosure(f"a{b}.txt", "text/plain", b""),)}, lambda b: {"enclosures": (Enclosure("a", f"text/plain{b}", b""),)},
])
def test_nothing_breaks_out_of_its_header(break_, spoil):
    with pytest.raises(ValueError, match="cannot be written"):
        replace(DRAFT, **spoil(break_))


@pytest.mark.parametrize(("changed", "why"), [
    ({"date": datetime(2026, 7, 22)}, "time zone"), ({"to": ()}, "nobody"), ({"to": (("", "a"),)}, "address"),  # noqa: DTZ001 meant
    ({"to": (("", "a@b.example, c@d.example"),)}, "address"), ({"to": (("", "甲@b.example"),)}, "address"), ({"to": (("", "<a@b.example>"),)}, "address"),
    ({"headers": (("Bcc", "a@b.example"),)}, "composer's own"), ({"headers": (("Subject", "x"),)}, "composer's own"), ({"headers": (("", "x"),)}, "header name"),
    ({"headers": (("X:A", "x"),)}, "header name"), ({"message_id": ""}, "message id"), ({"message_id": "a b@c.example"}, "message id"),
])
def test_an_unsound_draft_is_refused_with_its_reason(changed, why):
    with pytest.raises(ValueError, match=why):
        replace(DRAFT, **changed)


def test_all_mistakes_are_told_at_once():
    with pytest.raises(ValueError, match=r"subject .*; address .*") as refusal:
        replace(DRAFT, subject="a\nb", to=(("", "x"),))
    assert str(refusal.value).count(";") == 1


@settings(max_examples=150)
@given(SPOKEN, SPOKEN, SPOKEN)
def test_any_words_survive_in_subject_names_and_attachment_names(subject, name, file):
    draft = replace(DRAFT, subject=subject, to=((name, "a@b.example"),), enclosures=(Enclosure(file, DOCX, b"x"),))
    raw = compose(draft)
    assert raw.isascii()
    assert max(map(len, raw.split(b"\r\n"))) <= 200
    letter = email.message_from_bytes(raw, policy=policy.default)
    assert " ".join(letter["Subject"].split()) == subject
    assert letter["To"].addresses[0].addr_spec == "a@b.example"
    assert len(letter["To"].addresses) == 1
    assert len(list(letter.iter_attachments())) == 1
    assert not any(sign in next(letter.iter_attachments()).get_filename() for sign in '/\\:"<>|')


@given(st.text(st.characters(codec="utf-8"), max_size=400), st.binary(max_size=400))
def test_any_text_and_any_file_survive(text, content):
    letter = parsed(replace(DRAFT, text=text, html="", enclosures=(Enclosure("a.bin", "application/octet-stream", content),)))
    expected = text.replace("\r\n", "\n").replace("\r", "\n")
    assert letter.get_body(("plain",)).get_payload(decode=True).decode().replace("\r\n", "\n") == (expected if expected.endswith("\n") else expected + "\n")
    (file,) = letter.iter_attachments()
    assert file.get_payload(decode=True) == content


def test_P12_a_slip_goes_out_three_times_the_same():
    slip = a_slip()
    letter = parsed(replace(DRAFT, text=slip_text(slip), html=slip_page(slip), enclosures=(Enclosure(f"{NUMBER}.docx", DOCX, write_slip(slip, RECEIVED)),)))
    plain, html = (letter.get_body((kind,)).get_content() for kind in ("plain", "html"))
    (file,) = letter.iter_attachments()
    assert read_slip(file.get_content()).number == NUMBER
    for field in (*slip.fields, *slip.answer):
        assert field.label in plain
        assert field.label in html


def test_the_html_of_a_slip_escapes_everything():
    slip = a_slip(text="<script>alert(1)</script>\n&amp; \"'", demand='"><img src=x>')
    page = HTMLParser(slip_page(slip))
    assert page.css("script, img, a, link, iframe") == []
    assert "<script>alert(1)</script>" in page.body.text()
    assert [node.text() for node in page.css("tr b")] == ["一、投诉受理情况（由受理单位填写）", "二、调查处理情况（由承办单位填写）"]
    labels = [row.css("td")[0].text() for row in page.css("tr")]
    assert [f"{number}．{name}" for number, name in ELEMENTS.items()] == [label for label in labels if label[0].isdigit()]
