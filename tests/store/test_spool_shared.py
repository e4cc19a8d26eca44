"""Two daemons, one drop folder: whoever is second finds the file gone, and that is all."""

import asyncio
from pathlib import Path

from adapters.spool import Spool
from tests.make import a_mail


async def test_two_that_put_the_same_file_away_at_once(tmp_path: Path) -> None:
    for number in range(150):
        (tmp_path / f"{number}.eml").write_bytes(a_mail("存款少了", message_id=f"<{number}@x.example>"))
    doors = [Spool("spool", tmp_path) for _ in range(4)]
    sheets = [sheet async for sheet in doors[0].waiting("")]
    for sheet in sheets:
        await asyncio.gather(*(door.accepted(sheet) for door in doors))
    assert len(list((tmp_path / "done").iterdir())) == 150
    assert [one.name for one in tmp_path.iterdir()] == ["done"]
