"""A bank writes its own letters (P-9.2, P-12): they go out in its words; one that would leave out what it must say does not go out."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from hotline_bridge.config import Bank as BankSection, Config
from hotline_bridge.rulebook import BadTables, load_rules
from hotline_bridge.templates import FORM, SHIPPED, load_templates
from routing.case import State
from routing.errors import BadTable
from tests.conftest import Bank
from tests.elements.words import HOLLOW
from tests.make import HALF_ANSWER, a_form, a_mail

OUTLET = "ts-b1010101@branch.example"
KEY = b"a key of the tests, 32 bytes long"


def folder(tmp_path: Path, files: Mapping[str, tuple[str, str]]) -> Path:
    """A bank's folder: shipped files, each with one change."""
    for name, (before, after) in files.items():
        text = (SHIPPED / name).read_text(encoding="utf-8")
        assert before in text
        (tmp_path / name).write_text(text.replace(before, after), encoding="utf-8")
    return tmp_path


async def test_P9_2_the_letters_go_out_in_the_banks_own_words(bank: Bank, tmp_path: Path) -> None:
    own = load_templates(folder(tmp_path, {
        "cover.txt.j2": ("现将投诉件", "兹有投诉件"), "slip.html.j2": ("<p>{{ how_to_answer }}</p>", "<p>本行提示：{{ how_to_answer }}</p>"), "incomplete.txt.j2": ("尚缺：\n", "尚缺以下各项：\n"),
    }), None, HOLLOW)
    bank.house.shelf.rules = replace(bank.house.rules, sheets=own)
    await bank.post(a_form())
    await bank.quiet()
    (slip,) = bank.relay.to(OUTLET)
    assert "兹有投诉件" in slip.text
    assert "本行提示" in slip.mail.get_body(("html",)).get_content()
    bank.door.mail(a_mail(HALF_ANSWER, sender=OUTLET, message_id="<r1@branch.example>", reply_to_id=slip.message_id, subject="答复: 转办单"))
    await bank.quiet()
    assert "尚缺以下各项：" in bank.relay.to(OUTLET)[1].text


async def test_P9_2_a_letter_without_its_number_is_not_sent_and_waits_for_a_person(bank: Bank, tmp_path: Path) -> None:
    careless = load_templates(folder(tmp_path, {"cover.txt.j2": ("{{ number }} {{ unit_name }} {% if late", "{{ unit_name }} {% if late")}))      # not tried
    bank.house.shelf.rules = replace(bank.house.rules, sheets=careless)
    await bank.post(a_form())
    await bank.quiet()
    assert bank.relay.to(OUTLET) == []
    assert bank.case().state is not State.SENT
    (parked,) = bank.house.store.read_now(lambda tx: tx.tasks.parked())
    assert "the subject does not say {{ number }} (P-9.2)" in parked.trouble


def test_mistakes_are_told_with_those_of_the_other_tables_before_anything_runs(tmp_path: Path) -> None:
    (tmp_path / "cover.txt.j2").write_text("{{ number }}\n{{ sllip }}\n{% for i in range(9) %}{% endfor %}\n", encoding="utf-8")
    (tmp_path / "notice.txt.j2").write_bytes("【通知】{{ number }}\n第二行\n".encode("gb18030"))
    config = Config(state=tmp_path / "var", bank=BankSection(templates=tmp_path, packs={"1": "nowhere"}))
    with pytest.raises(BadTables) as caught:
        load_rules(config, KEY)
    told = str(caught.value)
    for words in ("cover.txt.j2: line 2: sllip is no placeholder", "cover.txt.j2: line 3: for goes through", "notice.txt.j2: line 1: is not UTF-8", "there is no pack nowhere"):
        assert words in told


def test_P12_templates_are_tried_on_every_letter_when_they_are_loaded(tmp_path: Path) -> None:
    config = Config(state=tmp_path / "var", bank=BankSection(templates=folder(tmp_path, {"incomplete.txt.j2": ("已收到：", "收悉")})))
    with pytest.raises(BadTables, match=r"incomplete \(some\): the letter itself would be read as an answer"):
        load_rules(config, KEY)


def test_another_template_is_another_digest_and_the_same_is_the_same(tmp_path: Path) -> None:
    config = Config(state=tmp_path / "var")
    theirs = Config(state=tmp_path / "var", bank=BankSection(templates=folder(tmp_path, {"bounce.txt.j2": ("未能送达", "没有送达")})))
    digests = [load_rules(one, KEY).rules.digest for one in (config, theirs, theirs)]
    assert digests[0] != digests[1] == digests[2]


@pytest.mark.parametrize(("name", "words"), [("covre.txt.j2", "there is no template of this name"), ("readme.md", "holds no template")])
def test_a_folder_of_something_else_is_told(tmp_path: Path, name: str, words: str) -> None:
    (tmp_path / name).write_text("x", encoding="utf-8")
    with pytest.raises(BadTable, match=words):
        load_templates(tmp_path)
    with pytest.raises(BadTable, match="there is no such folder"):
        load_templates(tmp_path / "nowhere")


def test_P9_1_a_form_of_the_banks_own_is_tried_when_it_is_loaded(tmp_path: Path) -> None:
    (tmp_path / "own.docx").write_bytes((SHIPPED / FORM).read_bytes())
    assert load_templates(None, tmp_path / "own.docx", HOLLOW).own == {FORM}
    (tmp_path / "own.docx").write_bytes(b"%PDF-1.4")
    with pytest.raises(BadTable, match=r"own\.docx: is no Word form"):
        load_templates(None, tmp_path / "own.docx", HOLLOW)
