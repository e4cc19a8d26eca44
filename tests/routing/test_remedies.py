"""Whether an answer told the customer of the remedies (law:19)."""

import pytest

from routing.remedies import remedies_told


@pytest.mark.parametrize(("said", "told"), [
    ("已告知客户可向分行申请复核。", True), ("客户如不认可，可拨打12378反映。", True), ("已告知救济途径", True), ("告知其可申请金融纠纷调解或提起诉讼", True),
    ("已向客户致歉，客户表示满意。", False), ("未告知救济途径。", False), ("客户没有提起诉讼。", False), ("", False),
])
def test_law19_the_remedies_an_answer_names_stand_in_the_register(said: str, told: bool) -> None:
    assert bool(remedies_told({1: "经查属实。", 4: said})) is told
