"""The way of a case at the terminal: the tree, and what people decide about it (P-9.3, P-9.7, T-4, T-7, C-2)."""

import json
from pathlib import Path

import pytest

from adapters.formats.form_json import read_form
from hotline_bridge.config import Config
from hotline_bridge.daemon import run_until_quiet
from hotline_bridge.opening import take_form
from hotline_bridge.wiring import build
from tests.cli.test_cases import bridge
from tests.fakes import SetClock
from tests.make import a_form, form_bytes

pytestmark = pytest.mark.slow       # starts the program itself, several times
AWAY = "客户称7月20日在湖南路营业所办理存款，柜员态度冷淡，要求道歉。"


@pytest.fixture
async def sent(tmp_path: Path) -> str:
    """A case that is out at a branch; its number."""
    async with build(Config(state=tmp_path, http={"port": 0}), SetClock()) as built:
        body = form_bytes(a_form("cli-1", narrative=AWAY, unit="湖南路营业所"))
        form, digest = read_form(body)
        posted = await built.house.store.run(lambda tx: take_form(tx, "seat", body, form, digest, built.house.clock(), built.house.rules))
        await run_until_quiet(built.house)
    return posted.number


def test_P9_7_the_tree_grows_as_people_decide(tmp_path: Path, sent: str) -> None:
    code, out, _ = bridge(tmp_path, "cases", "hops", sent)
    assert code == 0
    assert out.splitlines()[1].startswith("├─ 主办 江东省分行〔已发出〕")
    for words, told in (
        (("pass-on",), "passed on to E1010101"), (("begun", "--says", "已电话确认"), "begun"), (("connect", "--unit", "E1010101", "--says", "魏经理"), "put through"),
        (("give-back", "--says", "称不属其办理"), "given back"), (("rule", "--unit", "E10101", "--says", "分行裁定"), "by the ruling"),
    ):
        code, _, said = bridge(tmp_path, "cases", words[0], sent, *words[1:], "--as", "8001")
        assert (code, told in said) == (0, True), said
    rows = [json.loads(line) for line in bridge(tmp_path, "cases", "hops", sent, "--json")[1].splitlines()]
    assert [(row["unit"], row["part"], row["state"]) for row in rows] == [
        ("E1", "主办", "passed"), ("HQ-UNION", "抄送", "sent"), ("E1010101", "主办", "returned"), ("E1010101", "转接", "begun"), ("E10101", "主办", "open"),
    ]
    assert "鼓楼台区支行" in bridge(tmp_path, "cases", "show", sent)[1]


@pytest.mark.parametrize(("words", "code", "told"), [
    (("hops", "95580-20990101-000010"), 1, "there is no case"),
    (("pass-on", "95580-20990101-000010"), 1, "there is no case"),
    (("promise", "95580-20990101-000010", "--until", "2026-07-29"), 1, "there is no case"),
])
def test_what_cannot_be_done_is_said(tmp_path: Path, words: tuple[str, ...], code: int, told: str) -> None:
    got, _, said = bridge(tmp_path, "cases", *words)
    assert (got, told in said) == (code, True)
