"""Who need not know a customer does not read them in anybody's words either; identity numbers leave the house nowhere (P-6)."""

import json
from dataclasses import replace

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from hotline_bridge.console.api import Api
from hotline_bridge.console.door import Visitor
from hotline_bridge.wiring import _sha256
from tests.conftest import Bank
from tests.entering.forms import ID, LETTER, entered, from_regulator, registered
from tests.make import WHOLE_ANSWER, a_mail

SECRETS = ("王小明", "13800000001", "138-0000-0001", ID, "ming@customer.example", "6222020000001234567")
SAYS = "客户王小明，电话13800000001（138-0000-0001），身份证" + ID + "，卡号6222020000001234567，邮箱ming@customer.example，称在上地路营业所办理存款，柜员态度冷淡。"
OUTLET = "ts-b1010101@branch.example"


@pytest.fixture
async def client(bank: Bank):
    people = [Visitor(role, (role,), _sha256(f"{role}-token")) for role in ("seat", "desk", "auditor", "supervisor")]
    app = web.Application()
    app.add_routes(Api(bank.house, people).routes())
    async with TestClient(TestServer(app)) as one:
        yield one


async def read(client: TestClient, path: str, role: str) -> str:
    got = await client.get(f"/api/v1/{path}", headers={"Authorization": f"Bearer {role}-token"})
    assert got.status == 200
    return json.dumps(await got.json(), ensure_ascii=False)


@pytest.mark.parametrize("role", ["auditor", "supervisor"])
async def test_P6_free_words_are_starred_for_who_need_not_know_the_customer(client: TestClient, bank: Bank, role: str) -> None:
    done = await entered(bank, narrative=SAYS, demand="请致电王小明13800000001")
    await bank.quiet()
    slip = bank.relay.to(OUTLET)[-1]
    said = WHOLE_ANSWER.replace("客户反映属实", f"已致电客户：{SAYS}")
    bank.door.mail(a_mail(said, sender="stranger@x.example", message_id="<q@x.example>", reply_to_id=slip.message_id))
    await bank.quiet()
    facts = {"says": f"补充：{SAYS}"}
    await client.post(f"/api/v1/cases/{done.number}/new-facts", json=facts, headers={"Authorization": "Bearer desk-token"})
    await bank.quiet()
    for path in (f"cases/{done.number}", f"cases/{done.number}/deadline", f"cases/{done.number}/hops", "answers/claimed"):
        masked = await read(client, path, role)
        assert [secret for secret in SECRETS if secret in masked] == [], path
        assert "stranger@x.example" not in masked
    whole = json.loads(await read(client, f"cases/{done.number}", role))
    assert OUTLET in [letter["recipient"] for letter in whole["letters"]]           # units are no secret
    assert whole["text"].startswith("客户王**，电话138****")
    assert "柜员态度冷淡" in whole["text"]
    assert whole["book"][0]["rules"] == bank.book(done.number)[0].rules
    assert "王小明" in await read(client, f"cases/{done.number}", "desk")
    assert "stranger@x.example" in await read(client, "answers/claimed", "desk")


async def test_P6_an_identity_number_in_the_words_leaves_by_its_last_signs(bank: Bank) -> None:
    registered(bank)
    wrong = ID[:-1] + "X"               # its check sign is wrong, but it is the one that was given
    await entered(bank, narrative=f"客户证件号{wrong}，在上地路营业所办理存款，柜员态度冷淡。", demand=f"核对{wrong}", id_number=wrong)
    await entered(bank, narrative=f"客户王小明{ID}和{ID[:6]} {ID[6:14]} {ID[14:]}在上地路营业所办理存款，柜员态度冷淡。")
    letter = LETTER.replace("投诉内容：", "反映情况如下，").replace("联系电话：13800000001", f"联系电话：13800000001\n证件号码：{ID}")
    bank.door.mail(from_regulator(letter))
    await bank.quiet()
    assert len(bank.cases()) == 3
    assert bank.relay.to(OUTLET)
    for case in bank.cases():
        assert ID[:14] not in "".join((case.complaint.text + case.complaint.demand).split())
        assert ID[-4:-1] in case.complaint.text
    for letter in bank.relay.sent:
        assert ID[:14] not in "".join(letter.text.split())


async def test_a_list_goes_on_where_a_pack_is_not_loaded_any_more(client: TestClient, bank: Bank) -> None:
    done = await entered(bank)
    await bank.quiet()
    shelf = bank.house.shelf
    packs = {name: pack for name, pack in shelf.rules.packs.items() if name != bank.case(done.number).pack}
    shelf.rules = replace(shelf.rules, packs=packs, default_pack=next(iter(packs)))
    assert done.number in await read(client, "cases", "desk")


@pytest.mark.parametrize("pack", ["datong-96588"])
async def test_law_18_a_date_too_far_off_by_hand_waits_for_the_desk(client: TestClient, bank: Bank, pack: str) -> None:
    said = {"channel": "监管转办", "authority": "甲局", "authority_number": "7", "narrative": "柜员态度冷淡", "complained_unit": "上地路营业所", "authority_due": "2036-12-31"}
    got = await client.post("/api/v1/cases", json=said, headers={"Authorization": "Bearer seat-token"})
    assert got.status == 201
    await bank.quiet()
    assert bank.case().complaint.authority_due is None
    assert "law:18" in next(entry.says for entry in bank.book() if entry.what == "来信待核对")
