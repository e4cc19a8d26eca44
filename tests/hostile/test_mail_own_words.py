"""Whose words count: never ours, never the customer's, quoted below an answer in whatever way (P-12)."""

import io
import zipfile
from email.message import EmailMessage

import pytest

from adapters.formats.html import html_to_text
from routing.case import State
from tests.conftest import Bank
from tests.fakes import Sent
from tests.make import WHOLE_ANSWER, a_form, a_mail

OUTLET = "ts-b1010101@branch.example"
ELEMENTS = WHOLE_ANSWER.splitlines()
AS_IF_ANSWERED = "客户称在上地路营业所办理存款，柜员态度冷淡。\n二、调查处理情况\n" + "\n".join(
    f"{place}．{line.partition('、')[2]}" for place, line in enumerate(ELEMENTS, 1)
)


async def sent(bank: Bank, **more) -> tuple[str, Sent]:
    posted = await bank.post(a_form(**more))
    await bank.quiet()
    (slip,) = bank.relay.to(OUTLET)
    return posted.number, slip


def html_of(letter: Sent) -> str:
    body = letter.mail.get_body(("html",))
    return "" if body is None else str(body.get_content())


WAYS = {
    "bare": lambda text: text,
    "angled": lambda text: "".join(f"> {line}\n" for line in text.splitlines()),
    "indented": lambda text: "".join(f"    {line}\n" for line in text.splitlines()),
    "wide": lambda text: "".join(f"　{line}\n" for line in text.splitlines()),
    "twice": lambda text: "".join(f">> {line}\n" for line in text.splitlines()),
    "crowded": lambda text: "\n".join(line for line in text.splitlines() if line.strip()),
    "spread": lambda text: "\n\n".join(text.splitlines()),
    "torn": lambda text: "\n".join(line[at:at + 30] for line in text.splitlines() for at in range(0, max(1, len(line)), 30)),
}
ABOVE = ("收到\n\n在 2026-07-22 10:00, hotline@bank.example 写道：\n", "收到\n\n-----原始邮件-----\n发件人: hotline@bank.example\n发送时间: 2026年7月22日\n收件人: x\n主题: y\n\n", "收到\n")


@pytest.mark.parametrize("above", ABOVE)
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("lacking", [(4,), (3,), (5,), (1, 2, 3, 4), (6, 7), (1, 2, 3, 4, 5, 6, 7)])
async def test_P12_our_request_quoted_back_fills_no_gap(bank: Bank, lacking: tuple[int, ...], way: str, above: str) -> None:
    number, slip = await sent(bank)
    given = "\n".join(line for place, line in enumerate(ELEMENTS, 1) if place not in lacking) or "已知悉。"
    bank.door.mail(a_mail(given, sender=OUTLET, reply_to_id=slip.message_id, message_id="<a1@branch.example>", subject=f"答复 {number}"))
    await bank.quiet()
    asked = bank.relay.to(OUTLET)[-1]
    assert f"缺{len(lacking)}项" in asked.subject
    bank.door.mail(a_mail(above + WAYS[way](asked.text), sender=OUTLET, reply_to_id=asked.message_id, message_id="<a2@branch.example>"))
    await bank.quiet()
    assert bank.case().state is State.SENT
    assert f"缺{len(lacking)}项" in bank.relay.to(OUTLET)[-1].subject
    first, second = bank.house.store.read_now(lambda tx: tx.answers.of_case(bank.case().id))
    assert all(first.elements.get(place, words) == words for place, words in second.elements.items())     # nor is one cut short


@pytest.mark.parametrize("above", ABOVE)
@pytest.mark.parametrize("way", WAYS)
async def test_P12_our_slip_quoted_back_is_no_answer(bank: Bank, way: str, above: str) -> None:
    _, slip = await sent(bank)
    bank.door.mail(a_mail(above + WAYS[way](slip.text), sender=OUTLET, reply_to_id=slip.message_id))
    await bank.quiet()
    assert "缺7项" in bank.relay.to(OUTLET)[-1].subject


@pytest.mark.parametrize("above", ABOVE)
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("html", [False, True])
async def test_P12_what_the_customer_wrote_is_not_the_units_answer(bank: Bank, way: str, above: str, *, html: bool) -> None:
    _, slip = await sent(bank, narrative=AS_IF_ANSWERED)
    quoted = html_to_text(html_of(slip)) if html else slip.text
    bank.door.mail(a_mail(above + WAYS[way](quoted), sender=OUTLET, reply_to_id=slip.message_id))
    await bank.quiet()
    assert bank.case().state is State.SENT
    assert "缺7项" in bank.relay.to(OUTLET)[-1].subject


async def test_P12_the_same_in_a_mail_of_html_alone(bank: Bank) -> None:
    _, slip = await sent(bank, narrative=AS_IF_ANSWERED)
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"], mail["Message-ID"], mail["In-Reply-To"] = OUTLET, "hotline@bank.example", "x", "<h@branch.example>", f"<{slip.message_id}>"
    mail.set_content("<p>收到</p><div>发件人: a<br>发送时间: b<br>收件人: c<br>主题: d</div>" + html_of(slip), subtype="html")
    bank.door.mail(mail.as_bytes())
    await bank.quiet()
    assert bank.case().state is State.SENT
    assert "缺7项" in bank.relay.to(OUTLET)[-1].subject


async def test_P12_the_upper_half_cut_off_changes_nothing(bank: Bank) -> None:
    _, slip = await sent(bank, narrative=AS_IF_ANSWERED)
    below = slip.text.partition("投诉内容")[2]
    bank.door.mail(a_mail(f"收到\n\n> 投诉内容{below}", sender=OUTLET, reply_to_id=slip.message_id))
    await bank.quiet()
    assert bank.case().state is State.SENT


@pytest.mark.parametrize("way", ["bare", "angled", "indented"])
async def test_P12_what_the_unit_types_into_the_quoted_slip_counts(bank: Bank, way: str) -> None:
    _, slip = await sent(bank)
    text = slip.text
    for place, line in enumerate(ELEMENTS, 1):
        label, _, value = line.partition("、")[2].partition("：")
        text = text.replace(f"{place}．{label}：", f"{place}．{label}：{value}")
    bank.door.mail(a_mail("请见下。\n\n-----原始邮件-----\n" + WAYS[way](text), sender=OUTLET, reply_to_id=slip.message_id))
    await bank.quiet()
    assert bank.case().state is State.ANSWERED


@pytest.mark.parametrize("way", ["bare", "angled", "indented"])
async def test_P12_what_the_unit_types_into_our_request_counts(bank: Bank, way: str) -> None:
    _, slip = await sent(bank)
    bank.door.mail(a_mail("\n".join(ELEMENTS[:3]), sender=OUTLET, reply_to_id=slip.message_id, message_id="<a1@branch.example>"))
    await bank.quiet()
    asked = bank.relay.to(OUTLET)[-1]
    text = asked.text.replace("\r\n", "\n")
    for place, line in list(enumerate(ELEMENTS, 1))[3:]:
        label, _, value = line.partition("、")[2].partition("：")
        text = text.replace(f"\n{place}．{label}：\n", f"\n{place}．{label}：{value}\n")
    bank.door.mail(a_mail("请见下。\n\n-----原始邮件-----\n" + WAYS[way](text), sender=OUTLET, reply_to_id=asked.message_id, message_id="<a2@branch.example>"))
    await bank.quiet()
    assert bank.case().state is State.ANSWERED


async def test_P12_contradicting_parts_are_all_kept_and_the_later_counts(bank: Bank) -> None:
    _, slip = await sent(bank)
    bank.door.mail(a_mail("\n".join(ELEMENTS[:4]), sender=OUTLET, reply_to_id=slip.message_id, message_id="<a1@branch.example>"))
    await bank.quiet()
    bank.door.mail(a_mail("四、客户对处理结果的满意程度：不满意\n" + "\n".join(ELEMENTS[4:]), sender=OUTLET, reply_to_id=slip.message_id, message_id="<a2@branch.example>"))
    await bank.quiet()
    assert [one.elements.get(4) for one in bank.house.store.read_now(lambda tx: tx.answers.of_case(bank.case().id))] == ["满意", "不满意"]


@pytest.mark.parametrize("filler", ["请在此填写", "无", "同上", "已处理", "见附件", "……", "×××", "/"])
async def test_P12_a_form_filled_with_nothing_is_no_answer(bank: Bank, filler: str) -> None:
    _, slip = await sent(bank)
    text = "\n".join(f"{line.partition('：')[0]}：{filler}" for line in ELEMENTS)
    bank.door.mail(a_mail(text, sender=OUTLET, reply_to_id=slip.message_id))
    await bank.quiet()
    assert "缺7项" in bank.relay.to(OUTLET)[-1].subject


def package(xml: bytes) -> bytes:
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as whole:
        whole.writestr("word/document.xml", xml)
    return raw.getvalue()


HOSTILE_FORMS = {
    "bomb": package(b"<a>" + b" " * 60_000_000 + b"</a>"),
    "entities": package(b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'),
    "deep": package(b"<a>" * 100_000),
    "no zip": b"PK\x03\x04 nonsense", "names": package(b"<a>\xff\xfe</a>"),
}


@pytest.mark.parametrize("kind", HOSTILE_FORMS)
async def test_a_hostile_form_is_asked_for_again_and_stops_nothing(bank: Bank, kind: str) -> None:
    _, slip = await sent(bank)
    bank.door.mail(a_mail("请见附件。", sender=OUTLET, reply_to_id=slip.message_id, docx=HOSTILE_FORMS[kind]))
    await bank.quiet()
    assert "附件未能读取" in bank.relay.to(OUTLET)[-1].text
    assert bank.house.store.read_now(lambda tx: tx.tasks.parked()) == []


async def test_of_many_forms_only_the_first_few_are_unpacked(bank: Bank) -> None:
    _, slip = await sent(bank)
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"], mail["Message-ID"], mail["In-Reply-To"] = OUTLET, "hotline@bank.example", "x", "<h@branch.example>", f"<{slip.message_id}>"
    mail.set_content("请见附件。")
    for n in range(40):
        mail.add_attachment(package(b"<a/>"), maintype="application", subtype="msword", filename=f"{n}.docx")
    bank.door.mail(mail.as_bytes())
    await bank.quiet()
    assert "只读取了前10个" in bank.relay.to(OUTLET)[-1].text
