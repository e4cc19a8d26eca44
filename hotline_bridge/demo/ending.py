"""After the story: the register as a table, the documents beside each other, and where everything lies."""

import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich.table import Table

from hotline_bridge.demo.settings import DESK, PEOPLE, POSTING
from hotline_bridge.demo.stage import Stage

_FLAGS = {"over_50k": "超五万元", "public_figure": "公众人物", "reputation": "声誉"}
_HEADINGS = ("编号\nnumber", "渠道\nchannel", "类别\ncategory", "单位\nunit", "标记\nflags", "状态\nstate", "时限\ndue", "信件\nletters", "回复\nanswers")


async def register(stage: Stage) -> Table:
    """The register as a table, oldest case first."""
    table = Table(title="投诉登记簿 / register")
    for heading in _HEADINGS:
        table.add_column(heading, overflow="fold", no_wrap=heading is _HEADINGS[0])
    for row in reversed(await stage.cases()):
        table.add_row(*_cells(await stage.look_up(f"cases/{row['number']}")))
    return table


def _cells(case: Mapping[str, Any]) -> tuple[str, ...]:
    marks = [*(_FLAGS.get(flag, flag) for flag in case["flags"]), *(["退信"] if case["undelivered"] else [])]
    due = (case["due"] or "").replace("T", " ")[5:16]
    return (
        case["number"], case["channel"], case["category"] or "待定", case["unit_name"] or "待定", "、".join(marks) or "—",
        case["state_zh"], due, str(len(case["letters"])), str(sum(1 for one in case["answers"] if one["standing"] == "counted")),
    )


def documents(stage: Stage) -> Path:
    """Lay the Word form of every slip, and those that came back, into one folder; returns it."""
    folder = stage.folder / "documents"
    folder.mkdir(exist_ok=True)
    for letter in stage.mailboxes.everything():
        for name, content in letter.forms.items():
            (folder / f"{Path(name).stem} {letter.owner}.docx").write_bytes(content)
    return folder


def where(stage: Stage) -> None:
    """Say where mails, forms, database and tokens lie."""
    state = stage.config.state
    places = (
        ("邮件 mails", f"{state / 'mail'}/<mailbox>/*.eml"), ("转办单 forms", f"{documents(stage)}/*.docx"),
        ("数据库 database", str(state / "bridge.db")), ("话单、录音 call records", str(stage.folder / "exchange")),
        ("令牌 tokens", f"{state}/{{{','.join([POSTING, *(file for _, file in PEOPLE.values())])}}}"),
    )
    stage.tell.line()
    for what, place in places:
        stage.tell.line(f"{what}: {place}")


def how_to_look(stage: Stage) -> None:
    """Lines to copy while the daemon is up."""
    url, token = stage.built.url, shlex.quote(str(stage.config.state / PEOPLE[DESK][1]))
    number = stage.numbers.get("silent", "")
    stage.tell.line(f"\n服务仍在运行，按 Ctrl-C 结束 / the daemon is up until Ctrl-C: {url}")
    for path in ("status", "cases", f"cases/{number}"):
        stage.tell.line(f'  curl -s -H "Authorization: Bearer $(cat {token})" {url}/api/v1/{path}')
