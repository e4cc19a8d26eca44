"""Who complains again where they were answered on the spot (C-5, D-2)."""

import pytest

from routing.case import State
from tests.conftest import Bank
from tests.entering.forms import ANSWER, entered


@pytest.fixture
def pack() -> str:
    return "datong-96588"


async def test_C5_the_same_person_again_on_the_spot_is_joined_and_merged_into_nothing(bank: Bank) -> None:
    for ref in ("1", "2"):
        await entered(bank, ref=ref, channel="上门", **ANSWER)
        await bank.quiet()
    assert {(case.state, case.matter, case.merged_into) for case in bank.cases()} == {(State.CLOSED, 1, None)}
    assert not any("建议并案" in bank.words(case.number) for case in bank.cases())
