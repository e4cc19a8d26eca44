"""What goes wrong on the way: letters that come back, words without sense, packs that contradict themselves (P-12, P-18, C-5)."""

import pytest

from hotline_bridge.rulebook import load_packs
from routing.errors import BadTable
from routing.pack import parse_pack
from tests.conftest import Bank
from tests.fakes import Said
from tests.matters.test_callbacks import CUSTOMER, OUTLET, closed, forms, waiting
from tests.matters.test_many import DESK, PROVINCE, form


async def test_P12_a_form_that_comes_back_leaves_the_call_to_a_person_and_the_unit_alone(bank: Bank) -> None:
    number = await closed(bank, address=CUSTOMER)
    bank.relay.answers[CUSTOMER] = Said("refused", "550 no such user")
    slips = len(bank.relay.to(OUTLET))
    bank.clock.to("2026-07-23T08:30:00")
    await bank.quiet()
    assert not bank.case(number).undelivered
    assert len(bank.relay.to(OUTLET)) == slips
    bank.clock.to("2026-07-24T08:30:00")
    await bank.quiet()
    assert len(waiting(bank)) == 1
    assert forms(bank) == []


async def test_P14_3_a_unit_that_complains_by_mail_is_not_asked_like_a_customer(bank: Bank) -> None:
    await closed(bank, address=OUTLET)
    bank.clock.to("2026-07-23T08:30:00")
    await bank.quiet()
    assert [one for one in bank.relay.to(OUTLET) if "满意度" in one.subject] == []
    assert len(waiting(bank)) == 1


async def test_C5_nobody_to_report_to_and_the_desk_is_asked_to_telephone(bank: Bank) -> None:
    from dataclasses import replace

    rules = bank.house.rules
    pack = rules.pack("psbc-95580")
    nowhere = pack.model_copy(update={"mass": tuple(entry.model_copy(update={"level": "没有这一级"}) for entry in pack.mass)})
    bank.house.shelf.rules = replace(rules, packs={**rules.packs, "psbc-95580": nowhere})
    for number in (1, 2, 3):
        await bank.post(form(number))
    await bank.quiet()
    assert [one for one in bank.relay.to(PROVINCE) if "群体投诉" in one.subject] == []
    (told,) = [one for one in bank.relay.to(DESK) if "群体投诉" in one.subject]
    assert "立即电话报告" in "".join(told.text.split())


@pytest.mark.parametrize(("change", "wrong"), [
    ({"callback": {"rule": "P-12", "outcomes": ["没有这个结果"]}}, "callback.outcomes"),
    ({"callback": {"rule": "P-12", "outcomes": []}}, "callback.outcomes"),
    ({"radar": {"alike": 1.5}}, "radar.alike"), ({"radar": {"alike": 0.0}}, "radar.alike"), ({"radar": {"merge": "always"}}, "radar.merge"),
    ({"radar": {"days": 0}}, "radar.days"), ({"repeat": {"rule": "P-18", "departments": [], "after": 0}}, "repeat.after"),
    ({"radar": {"likeness": 0.3}}, "radar.likeness"),
])
def test_a_pack_that_cannot_be_is_refused_with_the_place(change: dict, wrong: str) -> None:
    import tomllib
    from importlib import resources

    raw = tomllib.loads((resources.files("routing") / "packs" / "psbc-95580.toml").read_text(encoding="utf-8"))
    with pytest.raises(BadTable) as told:
        parse_pack({**raw, **change}, "bank.toml")
    assert any(mistake.startswith(wrong) for mistake in told.value.mistakes)


def test_P18_C5_every_pack_says_what_follows() -> None:
    for pack in load_packs().values():
        assert {entry.people for entry in pack.mass} >= {3, 20}
        assert pack.callback is not None
        assert pack.radar.merge == "propose"
        assert pack.repeat.after == (1 if pack.id == "cutover" else 2)
