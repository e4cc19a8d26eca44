"""The book and the signatures are append-only, whoever asks (P-6)."""

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from tests.conftest import Bank
from tests.make import a_form

HELD = "客户称在上地路营业所办理六万元转账，柜员操作失误转错账户，要求尽快更正。"


async def _filled(bank: Bank) -> None:
    posted = await bank.post(a_form(narrative=HELD, recording="a.wav"))
    await bank.quiet()
    await bank.sign(posted.number)
    await bank.assign(posted.number, category="内部管理")


@pytest.mark.parametrize("statement", [
    "UPDATE entry SET says = 'nothing happened'", "DELETE FROM entry", "UPDATE review SET who = 'somebody else'", "DELETE FROM review",
    "UPDATE correction SET corrected = '服务渠道'", "DELETE FROM correction",
])
async def test_P6_no_line_of_the_book_can_be_changed_or_taken_out(bank: Bank, engine: Engine, statement: str) -> None:
    await _filled(bank)
    before = bank.book()
    with pytest.raises(DBAPIError, match="append-only"), engine.begin() as db:
        db.execute(text(statement))
    assert bank.book() == before
    assert len(before) > 2


async def test_P6_nor_can_the_whole_book_be_emptied_at_once(bank: Bank, engine: Engine) -> None:
    await _filled(bank)
    before = bank.book()
    empty = {"postgresql": "TRUNCATE entry CASCADE", "sqlite": "DELETE FROM entry WHERE 1"}[engine.dialect.name]
    with pytest.raises(DBAPIError, match="append-only"), engine.begin() as db:
        db.execute(text(empty))
    assert bank.book() == before


async def test_P6_a_case_does_not_change_without_a_line_in_its_book(bank: Bank) -> None:
    await bank.post(a_form())
    case = bank.case()
    with pytest.raises(ValueError, match="without a line in its book"):
        bank.house.store.run_now(lambda tx: tx.cases.save(case))
