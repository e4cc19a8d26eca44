"""An answer in whatever a unit writes it: asked for the rest within the minute, parts add up, old files are opened (P-12)."""

import io
from dataclasses import dataclass, field, replace
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import openpyxl
import pytest
from docx import Document

from routing.case import State
from routing.papers import Unreadable
from tests.conftest import Bank
from tests.elements.words import read_slip
from tests.formats.test_answer_file import OLD_WORD, a_workbook
from tests.formats.test_slip_docx import filled
from tests.make import WHOLE_ANSWER, a_form, a_mail

OUTLET = "ts-b1010101@branch.example"
LACKS_TIME = WHOLE_ANSWER.replace("五、处理时间：2026年7月22日\n", "")
SAID = {1: "经核实属实，柜员语气生硬", 2: "通报批评", 3: "组织学习服务规范", 4: "满意", 5: "2026年7月22日", 6: "陆经理", 7: "010-55500017"}


@dataclass
class Opens:
    """An office program that knows one answer."""

    gives: bytes = b""
    asked: list[tuple[bytes, str, str]] = field(default_factory=list)

    async def convert(self, content: bytes, suffix: str, to: str) -> bytes:
        self.asked.append((content, suffix, to))
        if not self.gives:
            raise Unreadable("附件已损坏，打不开；请另存为 .docx 后重新发送")
        return self.gives


class Broken(Opens):
    async def convert(self, content: bytes, suffix: str, to: str) -> bytes:
        raise FileNotFoundError(2, "No such file or directory")


async def sent(bank: Bank) -> tuple[str, str]:
    posted = await bank.post(a_form())
    await bank.quiet()
    (slip,) = bank.relay.to(OUTLET)
    return posted.number, slip.message_id


async def came(bank: Bank, slip: str, text: str, *files: tuple[str, bytes], n: int = 1) -> None:
    mail = message_from_bytes(a_mail(text, sender=OUTLET, reply_to_id=slip, subject="回复", message_id=f"<r{n}@branch.example>"), _class=EmailMessage, policy=default)
    for name, content in files:
        mail.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    bank.door.mail(mail.as_bytes())
    await bank.quiet()


def asked(bank: Bank) -> str:
    """The last letter to the outlet, its lines put together again."""
    return bank.relay.to(OUTLET)[-1].text.replace("\r", "").replace("\n", "")


def saved(thing) -> bytes:
    raw = io.BytesIO()
    thing.save(raw)
    return raw.getvalue()


def the_form(bank: Bank, said: dict[int, str]) -> bytes:
    """The form of the slip with these elements filled in."""
    (form,) = (part.get_content() for part in bank.relay.to(OUTLET)[0].mail.iter_attachments())
    document = Document(io.BytesIO(form))
    for row in document.tables[0].rows:
        for label, cell in zip(row.cells, row.cells[1:], strict=False):
            number = label.text[:1]
            if label.text[1:2] == "．" and not cell.text and int(number) in said:
                cell.text = said[int(number)]
    return saved(document)


async def test_P12_the_rest_is_asked_for_at_once_with_the_words_taken_and_a_form_filled_in_so_far(bank: Bank) -> None:
    _, slip = await sent(bank)
    before = bank.clock()
    await came(bank, slip, LACKS_TIME)
    assert bank.clock() == before                                    # nothing waited for a time to come
    assert "× 5．处理时间" in asked(bank)
    assert "√ 2．对相关责任人处理意见：对柜员通报批评，扣减当月绩效。" in asked(bank)
    (form,) = (part.get_content() for part in bank.relay.to(OUTLET)[-1].mail.iter_attachments())
    assert read_slip(form).elements[6] == "陆经理"
    assert 5 not in read_slip(form).elements
    await came(bank, slip, "处理时间：7月22日", n=2)
    assert bank.case().state is State.ANSWERED


async def test_P12_parts_add_up_in_any_order_and_from_any_kind_of_file(bank: Bank) -> None:
    _, slip = await sent(bank)
    book = openpyxl.Workbook()
    book.active.append(["经办人", "联系电话", "处理时间"])
    book.active.append(["陆经理", "010-55500017", 46225])
    await came(bank, slip, "经办情况见附表。", ("经办.xlsx", saved(book)), n=1)
    await came(bank, slip, "补充：\n客户对处理结果的满意程度：满意", ("说明.txt", "整改措施：组织全员学习服务规范".encode("gb18030")), n=2)
    assert bank.case().state is State.SENT
    await came(bank, slip, "请见附件", ("回复.docx", the_form(bank, {1: SAID[1], 2: SAID[2]})), n=3)
    assert bank.case().state is State.ANSWERED


@pytest.mark.parametrize(("wrong", "why"), [
    (("2026年7月22日", "2026年12月30日"), "晚于收到回复的日期（2026年7月22日）"), (("2026年7月22日", "2026年6月1日"), "早于受理投诉的日期（2026年7月22日）"),
    (("2026年7月22日", "2026年7月32日"), "不是有效日期"), (("010-55500017", "550001"), "不是完整的电话号码"), (("010-55500017", "13800000001"), "客户本人的电话"),
    (("陆经理", "网点负责人"), "不是姓名"), (("满意\n", "同上\n"), "没有具体内容"),
])
async def test_P12_what_does_not_count_is_told_with_the_reason(bank: Bank, wrong: tuple[str, str], why: str) -> None:
    _, slip = await sent(bank)
    await came(bank, slip, WHOLE_ANSWER.replace(*wrong))
    assert bank.case().state is State.SENT
    assert why in asked(bank)
    assert "缺1项" in bank.relay.to(OUTLET)[-1].subject


async def test_P12_an_old_word_file_is_opened_by_the_office_and_counts(bank: Bank) -> None:
    _, slip = await sent(bank)
    bank.house = replace(bank.house, office=(office := Opens(the_form(bank, SAID))))
    await came(bank, slip, "请见附件", ("回复.doc", OLD_WORD))
    assert office.asked == [(OLD_WORD, "doc", "docx")]
    assert bank.case().state is State.ANSWERED


async def test_P12_the_same_old_file_is_opened_once(bank: Bank) -> None:
    _, slip = await sent(bank)
    bank.house = replace(bank.house, office=(office := Opens(the_form(bank, {1: SAID[1]}))))
    for n in (1, 2):
        await came(bank, slip, "请见附件", ("回复.doc", OLD_WORD), n=n)
    assert len(office.asked) == 1


@pytest.mark.parametrize(("office", "why"), [(None, "旧版 .doc"), (Opens(), "已损坏"), (Broken(), "旧版 .doc")])
async def test_P12_where_nobody_can_open_it_the_unit_is_asked_again_with_the_reason(bank: Bank, office: Opens | None, why: str) -> None:
    bank.house = replace(bank.house, office=office)
    _, slip = await sent(bank)
    await came(bank, slip, "请见附件", ("回复.doc", OLD_WORD))
    assert bank.case().state is State.SENT
    assert "附件未能读取：回复.doc：" in asked(bank)
    assert why in asked(bank)


async def test_P12_the_form_of_another_case_does_not_count(bank: Bank) -> None:
    _, slip = await sent(bank)
    await came(bank, slip, "请见附件", ("回复.docx", filled(SAID)))
    assert bank.case().state is State.SENT
    assert "附表编号为95580-20260722-000134，不是本件" in asked(bank)


async def test_P12_a_scan_alone_is_asked_for_in_words(bank: Bank) -> None:
    _, slip = await sent(bank)
    await came(bank, slip, "盖章件见附件", ("回复.pdf", b"%PDF-1.4"))
    assert "回复.pdf：扫描件或图片" in asked(bank)


async def test_P12_a_workbook_that_is_no_answer_does_not_hold_anything_up(bank: Bank) -> None:
    _, slip = await sent(bank)
    await came(bank, slip, WHOLE_ANSWER, ("坏.xlsx", b"PK\x03\x04"), ("别的.xlsx", a_workbook()))
    assert bank.case().state is State.ANSWERED
