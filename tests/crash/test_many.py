"""Several daemons on one PostgreSQL, reading one folder: nothing is done twice, nothing is left."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy import text

from hotline_bridge.store.engine import open_engine
from hotline_bridge.store.upgrade import upgrade
from tests.crash.acts import PLAYS, Place
from tests.crash.child import Orders
from tests.crash.state import loose_ends
from tests.crash.world import Boxes, Child, Relay, Stage, memory_folder
from tests.servers.postgres import Postgres

DAEMONS, CROWD = 4, len(PLAYS) - 1
WALK = "('受理登记', '分类', '转办')"

pytestmark = [pytest.mark.slow, pytest.mark.real, pytest.mark.timeout(300)]


def test_four_daemons_and_two_hundred_papers_in_one_folder(postgres_server: Postgres) -> None:
    with ExitStack() as stack:
        folder: Path = stack.enter_context(memory_folder())
        children = [stack.enter_context(Child()) for _ in range(DAEMONS)]
        relay, boxes = stack.enter_context(Relay()), stack.enter_context(Boxes())
        stage = Stage(folder, postgres_server)
        stage.empty("crowd")
        stack.callback(stage.clear, "crowd")
        url, home = stage.url("crowd"), stage.folder("crowd")
        engine = open_engine(url)
        stack.callback(engine.dispose)
        upgrade(engine)
        PLAYS[CROWD].lay_out(Place(home, lambda _: None, {}))

        def run(child: Child, hours: float) -> str:
            return str(child.obey(Orders(url, str(home), CROWD, hours, relay.port, boxes.port, boxes.fresh()))["trouble"])

        with ThreadPoolExecutor(DAEMONS) as together:
            troubles = list(together.map(lambda child: run(child, 0), children))
        assert troubles == [""] * DAEMONS
        assert run(children[0], 1) == ""        # whatever one of them left to another's patience

        assert loose_ends(engine, PLAYS[CROWD].now.isoformat(" ")) == []
        with engine.connect() as db:
            counts = {table: db.execute(text(f"SELECT count(*) FROM {table}")).scalar() for table in ("paper", "case_file", "task")}
            letters, slips = (db.execute(text(f"SELECT count(*) FROM letter WHERE purpose LIKE '{like}'")).scalar() for like in ("%", "slip:%"))
            lines = db.execute(text(f'SELECT count(*) FROM entry WHERE what IN {WALK} GROUP BY "case"')).scalars().all()
        assert counts == {"paper": 200, "case_file": 200, "task": 200}      # the tasks: one chase each
        assert slips == 200                     # beside them what the desk is told of two hundred people with the same words
        assert set(lines) == {3}                # registered, judged, sent: each once; that the relay took each letter once is seen below
        got = relay.empty()
        assert len(got) == letters
        assert {len(hashes) for hashes in got.values()} == {1}
        assert len(list((home / "spool" / "done").iterdir())) == 200
        assert [one.name for one in (home / "spool").iterdir()] == ["done"]
