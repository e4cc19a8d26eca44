"""Posted forms by the batch: one commit for all, yet none pays for another; the same call by another way is the same case."""

import asyncio

import pytest

from adapters.formats.form_json import read_form
from hotline_bridge.intake import Counter
from hotline_bridge.opening import Posted
from hotline_bridge.store.engine import StoreUnavailable
from tests.conftest import Bank
from tests.make import a_form, form_bytes


async def _post(bank: Bank, *forms: dict) -> list[Posted | BaseException]:
    """All of them waiting at the counter before it opens: one batch."""
    counter = Counter(bank.house)
    async with asyncio.TaskGroup() as group:
        waiting = []
        for form in forms:
            body = form_bytes(form)
            waiting.append(group.create_task(_taken(counter, body)))
        await asyncio.sleep(0)
        serving = group.create_task(counter.serve())
        answers = [await one for one in waiting]
        serving.cancel()
    return answers


async def _taken(counter: Counter, body: bytes) -> Posted | BaseException:
    form, digest = read_form(body)
    try:
        return await counter.take(form.source, body, form, digest)
    except Exception as error:
        return error


async def test_a_batch_is_one_commit_with_an_answer_for_each(bank: Bank) -> None:
    answers = await _post(bank, *(a_form(f"1.{n}") for n in range(20)))
    assert len({one.number for one in answers}) == 20
    assert len(bank.cases()) == 20


async def test_the_same_form_twice_in_one_batch_is_one_case(bank: Bank) -> None:
    first, again, other = await _post(bank, a_form(), a_form(), a_form(narrative="另一件事，柜员态度冷淡。"))
    assert [first.standing, again.standing, other.standing] == ["opened", "repeat", "conflict"]
    assert {first.number, again.number, other.number} == {bank.case().number}


async def test_a_form_that_cannot_be_taken_takes_no_other_with_it(bank: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
    from hotline_bridge import opening
    whole = opening.open_form

    def open_form(tx, paper, form, now, rules):
        if form.call_id == "1.1":
            raise ZeroDivisionError("a defect that one form meets")
        return whole(tx, paper, form, now, rules)

    monkeypatch.setattr(opening, "open_form", open_form)
    answers = await _post(bank, *(a_form(f"1.{n}") for n in range(3)))
    assert isinstance(answers[1], ZeroDivisionError)
    assert len(bank.cases()) == 2
    monkeypatch.undo()
    (again,) = await _post(bank, a_form("1.1"))     # nothing was kept of it, so it may come again
    assert again.standing == "opened"


async def test_when_the_database_is_away_every_poster_hears_of_it(bank: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
    async def away(work):
        raise StoreUnavailable("the database says: gone")

    monkeypatch.setattr(type(bank.house.store), "run", lambda self, work: away(work))
    answers = await _post(bank, a_form("1.1"), a_form("1.2"))
    assert [type(one) for one in answers] == [StoreUnavailable, StoreUnavailable]


async def test_P3_a_call_that_came_as_a_file_and_is_posted_too_is_one_case(bank: Bank) -> None:
    bank.door.put("form", form_bytes(a_form()))
    await bank.quiet()
    (same,) = await _post(bank, a_form())
    assert (same.standing, same.number) == ("repeat", bank.case().number)
    (other,) = await _post(bank, a_form(narrative="另一件事，柜员态度冷淡。"))
    assert (other.standing, other.number) == ("conflict", bank.case().number)
    assert len(bank.house.store.read_now(lambda tx: tx.papers.quarantined())) == 1
    await bank.quiet()
    assert sum("转办单" in one.subject for one in bank.relay.sent) == 1


async def test_P3_a_call_that_was_posted_and_comes_as_a_file_too_is_one_case(bank: Bank) -> None:
    await _post(bank, a_form())
    bank.door.put("form", form_bytes(a_form()))
    await bank.quiet()
    assert len(bank.cases()) == 1
    assert bank.house.store.read_now(lambda tx: tx.tasks.parked()) == []
