"""The directory as a table: what it answers, and every mistake at once."""

import csv
import gzip
import time
from pathlib import Path

import pytest

from routing.directory import Directory
from routing.errors import BadTable
from routing.parties import UnitCode

SHARED = Path(__file__).parents[3] / "shared"


def row(code: str, name: str, parent: str = "", level: str = "支行", **more: str) -> dict[str, str]:
    return {"code": code, "name": name, "full_name": name, "level": level, "parent": parent, "division": "", "mailbox": f"{code.lower()}@bank.example",
            "contact1": "甲主任", "contact1_phone": "010-00000001", "contact2": "乙经理", "contact2_phone": "010-00000002", "aliases": "", **more}


ROWS = (
    row("HQ", "总行", level="总行"),
    row("HQ-INSPECT", "总行监察部", "HQ", "部门"),
    row("HQ-PRODUCT", "总行产品管理部", "HQ", "部门"),
    row("P1", "云岭分行", "HQ", "一级分行"),
    row("P1-GH", "云岭分行工会", "P1", "部门"),
    row("C1", "青溪市分行", "P1", "二级分行"),
    row("A1", "石桥县支行", "C1"),
    row("S1", "桃园镇营业所", "A1", "网点", mailbox="", aliases="桃园老街所; 桃园邮政|桃园所"),
)


def directory(*more: dict[str, str]) -> Directory:
    return Directory.parse((*ROWS, *more))[0]


def test_a_unit_and_its_superiors():
    found = directory()
    assert [unit.code for unit in found.chain("S1")] == ["S1", "A1", "C1", "P1", "HQ"]
    assert found.chain("nowhere") == ()
    assert found.get("S1").aliases == ("桃园老街所", "桃园邮政", "桃园所")
    assert found.get("A1").first.name == "甲主任"
    assert [unit.code for unit in found.children("HQ")] == ["HQ-INSPECT", "HQ-PRODUCT", "P1"]


def test_P9_2_a_unit_without_a_mailbox_takes_its_superiors():
    found, warnings = Directory.parse(ROWS)
    assert found.mailbox("S1") == ("A1", "a1@bank.example")
    assert found.mailbox("nowhere") is None
    assert len(warnings) == 1
    assert "line 9" in warnings[0]
    assert "A1" in warnings[0]


def test_P20_a_mailbox_finds_its_unit_in_any_case_and_by_its_contacts():
    found = directory(row("A2", "临江区支行", "C1", contact2_mailbox="Yi@bank.example"))
    assert [unit.code for unit in found.by_mailbox(" A1@Bank.Example ")] == ["A1"]
    assert [unit.code for unit in found.by_mailbox("yi@bank.example")] == ["A2"]
    assert found.by_mailbox("nobody@bank.example") == ()
    assert found.get("A2").second.mailbox == "yi@bank.example"


def test_P14_the_nearest_department_of_a_role_up_to_head_office():
    found = directory()
    assert found.department(UnitCode("S1"), "工会").code == "P1-GH"
    assert found.department(UnitCode("S1"), "监察").code == "HQ-INSPECT"
    assert found.department(UnitCode("S1"), "法律") is None


def test_all_mistakes_at_once_with_their_lines():
    rows = (row("HQ", "总行"), row("A", "甲", "B"), row("B", "乙", "A"), row("C", "丙", "X"), row("C", "丁", "HQ"), row("", "戊", "HQ", mailbox=""),
            row("D", "", "HQ"), row("E", "己", "HQ", mailbox="no address"))
    with pytest.raises(BadTable) as caught:
        Directory.parse(rows, "directory.csv")
    text = str(caught.value)
    for line, word in ((3, "circle"), (5, "X"), (6, "already"), (7, "no code"), (8, "no name"), (9, "mail address")):
        assert any(f"line {line}:" in each and word in each for each in caught.value.mistakes), (line, word, text)
    assert len(caught.value.mistakes) == 6
    assert text.startswith("directory.csv: ")


def test_an_empty_table_is_a_mistake():
    with pytest.raises(BadTable, match="head office"):
        Directory.parse(())


def test_the_digest_tells_contents_not_order():
    turned = Directory.parse((ROWS[0], *reversed(ROWS[1:])))[0]
    assert directory().digest == turned.digest
    assert directory().digest != directory(row("A2", "临江区支行", "C1")).digest


def test_columns_may_be_missing():
    found, warnings = Directory.parse([{"code": "HQ", "name": "总行"}])
    assert found.get("HQ").full_name == "总行"
    assert len(warnings) == 1


def test_the_whole_bank_loads_quickly():
    if not SHARED.exists():
        pytest.skip("no ../shared here")
    with gzip.open(SHARED / "data" / "directory.csv.gz", "rt", encoding="utf-8") as table:
        rows = list(csv.DictReader(table))
    started = time.perf_counter()
    found, _ = Directory.parse(rows)
    took = time.perf_counter() - started
    print(f"directory: {len(found.units)} units in {took:.2f} s")
    assert len(found.units) == len(rows)
    assert took < 30               # a hang guard on a shared machine; the figure is printed


@pytest.mark.parametrize(("said", "allowed"), [("", False), ("是", True), ("yes", True), ("YES", True), (" 否 ", False), ("no", False)])
def test_P21_a_unit_says_whether_a_machine_may_call_it(said: str, allowed: bool):
    found = directory(row("A2", "临江区支行", "C1", phone_chasing=said))
    assert found.get("A2").phone_chasing is allowed
    assert not found.get("A1").phone_chasing
    assert (found.digest == directory(row("A2", "临江区支行", "C1")).digest) is not allowed


def test_P21_any_other_word_is_a_mistake_with_its_line():
    with pytest.raises(BadTable) as caught:
        directory(row("A2", "临江区支行", "C1", phone_chasing="也许"))
    assert caught.value.mistakes == (f"line {len(ROWS) + 2}: A2: phone_chasing is '也许'; expected yes or no (是, 否), or nothing for no",)
