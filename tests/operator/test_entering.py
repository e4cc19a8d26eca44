"""Entering at the terminal and over the people's API: the same function, the same words (P-9, P-6)."""

import io
import json
import subprocess
import sys
from pathlib import Path

import openpyxl
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from hotline_bridge.console.api import Api
from hotline_bridge.console.door import Visitor
from hotline_bridge.wiring import _sha256
from tests.conftest import ROOT, Bank
from tests.entering.forms import ID, NARRATIVE, a_book

HEADS = ("渠道", "投诉人", "被投诉单位", "投诉内容", "证件号码")
GOOD = ("信件", "王小明", "上地路营业所", NARRATIVE, ID)


@pytest.fixture
async def client(bank: Bank):
    people = [Visitor(role, (role,), _sha256(f"{role}-token")) for role in ("seat", "desk", "auditor")]
    app = web.Application()
    app.add_routes(Api(bank.house, people).routes())
    async with TestClient(TestServer(app)) as one:
        yield one


def of(role: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {role}-token"}


async def test_one_complaint_by_http(client: TestClient, bank: Bank) -> None:
    body = {"channel": "信件", "narrative": NARRATIVE, "id_number": ID, "representatives": ["甲", "乙"], "refuses_name": False}
    done = await client.post("/api/v1/cases", json=body, headers=of("seat"))
    assert done.status == 201
    told = await done.json()
    again = await client.post("/api/v1/cases", json=body, headers=of("seat"))
    assert (again.status, (await again.json())["case_number"]) == (200, told["case_number"])
    assert bank.case(told["case_number"]).seat == "seat"
    seen = await (await client.get(f"/api/v1/cases/{told['case_number']}", headers=of("desk"))).json()
    assert seen["customer"]["id_number"] == "*" * 14 + ID[-4:]


async def test_what_cannot_be_used_is_told_by_field_and_nothing_is_entered(client: TestClient, bank: Bank) -> None:
    for body, pointers in (({"channel": "电报"}, {"/channel", "/narrative"}), ({"channel": "信件", "narrative": "x", "colour": 1}, {"/colour"})):
        bad = await client.post("/api/v1/cases", json=body, headers=of("desk"))
        assert bad.status == 422
        assert {one["pointer"] for one in (await bad.json())["errors"]} == pointers
    for raw in (b"[]", b"{", b"[" * 100_000, "\ud800".encode("utf-8", "surrogatepass")):
        assert (await client.post("/api/v1/cases", data=raw, headers=of("desk"))).status == 422
    assert (await client.post("/api/v1/cases", json={"channel": "信件", "narrative": "x"}, headers=of("auditor"))).status == 403
    assert (await client.post("/api/v1/cases", json={}, headers={})).status == 401
    assert bank.cases() == []


async def test_a_table_by_http_is_looked_at_first(client: TestClient, bank: Bank) -> None:
    book = a_book([GOOD], HEADS)
    seen = await client.post("/api/v1/imports", data=book, headers=of("desk"))
    assert (seen.status, (await seen.json())["applied"]) == (200, False)
    assert bank.cases() == []
    done = await (await client.post("/api/v1/imports?apply=true", data=book, headers=of("desk"))).json()
    assert [row["standing"] for row in done["rows"]] == ["opened"]
    assert done["rows"][0]["name"] == "王**"
    bad = await client.post("/api/v1/imports?apply=true", data=a_book([GOOD, ("电报", *GOOD[1:])], HEADS), headers=of("desk"))
    assert bad.status == 422
    assert [(one["cell"], one["column"]) for one in (await bad.json())["errors"]] == [("A3", "投诉渠道")]
    assert (await client.post("/api/v1/imports?apply=yes", data=book, headers=of("desk"))).status == 409
    assert (await client.post("/api/v1/imports", data=b"none", headers=of("desk"))).status == 422
    assert len(bank.cases()) == 1


async def test_the_empty_table_by_http(client: TestClient) -> None:
    got = await client.get("/api/v1/imports/template", headers=of("seat"))
    assert got.status == 200
    assert openpyxl.load_workbook(io.BytesIO(await got.read())).active["A1"].value == "来件编号"


async def test_P6_only_the_desk_unseals_an_identity_number_and_says_why(client: TestClient, bank: Bank) -> None:
    number = (await (await client.post("/api/v1/cases", json={"channel": "信件", "narrative": NARRATIVE, "id_number": ID}, headers=of("seat"))).json())["case_number"]
    at = f"/api/v1/cases/{number}/identity"
    assert (await client.post(at, json={"says": "核对"}, headers=of("seat"))).status == 403
    assert (await client.post(at, json={}, headers=of("desk"))).status == 409
    assert (await (await client.post(at, json={"says": "核对身份"}, headers=of("desk"))).json()) == {"id_number": ID}
    assert bank.book(number)[-1].what == "查看证件号码"


@pytest.fixture
def hb(tmp_path: Path):
    """The command, in a state folder of its own."""
    def run(*words: str, given: str = "") -> tuple[int, list[dict], str]:
        command = [sys.executable, "-m", "hotline_bridge", *words]
        env = {"PATH": "/usr/bin:/bin", "HOTLINE_STATE": str(tmp_path / "var"), "PYTHONPATH": str(ROOT), "LANG": "C.UTF-8"}
        done = subprocess.run(command, cwd=tmp_path, env=env, input=given.encode(), capture_output=True, timeout=120, check=False)
        rows = [json.loads(line) for line in done.stdout.decode().splitlines() if line.startswith("{")]
        return done.returncode, rows, done.stderr.decode()
    return run


def test_enter_import_and_identity_at_the_terminal(hb, tmp_path: Path) -> None:
    code, (told,), _ = hb("cases", "enter", "--set", "渠道=信件", "--set", f"narrative={NARRATIVE}", "--set", f"身份证号={ID}", "--as", "甲", "--json")
    assert (code, told["standing"]) == (0, "opened")
    (tmp_path / "one.toml").write_text(f'channel = "上门"\nnarrative = "{NARRATIVE}"\nheads = 7\n', encoding="utf-8")
    code, (told,), _ = hb("cases", "enter", "one.toml", "--as", "甲", "--json")
    assert (code, told["remarks"][0][-8:]) == (0, "（law:12）")
    code, _, said = hb("cases", "enter", "--set", "渠道=电报", "--as", "甲")
    assert code == 1
    assert "投诉内容" in said
    assert hb("cases", "enter")[0] == 2
    (tmp_path / "rows.xlsx").write_bytes(a_book([("信件", "李", "上地路营业所", "另一件", "")], HEADS))
    assert hb("import", "rows.xlsx", "--as", "甲", "--json")[1][0]["standing"] == "new"
    assert hb("import", "rows.xlsx", "--apply", "--as", "甲", "--json")[1][0]["standing"] == "opened"
    assert hb("import", "rows.xlsx", "--apply", "--as", "甲", "--json")[1][0]["standing"] == "repeat"
    (tmp_path / "bad.xlsx").write_bytes(a_book([("信件", "李", "上地路营业所", "", "")], HEADS))
    code, rows, said = hb("import", "bad.xlsx", "--apply", "--as", "甲", "--json")
    assert (code, rows[0]["cell"]) == (1, "D2")
    assert "未登记任何一件" in said
    assert hb("import", "--template", "empty.xlsx")[0] == 0
    assert hb("import", "--template", "empty.xlsx")[0] == 2         # what is there is left alone
    first = hb("cases", "list", "--json")[1][-1]["number"]
    assert hb("cases", "identity", first, "--as", "甲")[0] == 2
    assert hb("cases", "identity", first, "--as", "甲", "--says", "核对")[1] == [{"number": first, "id_number": ID}]
