"""Times are aware when they go in, UTC in the table, aware when they come out."""

from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given, strategies as st
import pytest
from sqlalchemy import Engine, select, text
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import StatementError

from hotline_bridge.store.engine import Store
from hotline_bridge.store.moment import Moment
from hotline_bridge.store.schema import task
from tests.fakes import ZONE


def test_a_time_without_a_zone_is_refused(store: Store) -> None:
    with pytest.raises(StatementError, match="has no zone"):
        store.run_now(lambda tx: tx.tasks.owe("triage", 1, datetime(2026, 7, 22, 9)))      # noqa: DTZ001 (this is what must be refused)
    assert store.read_now(lambda tx: tx.tasks.next_due()) is None


def test_nine_oclock_in_shanghai_comes_back_as_the_same_instant(store: Store, engine: Engine) -> None:
    nine = datetime(2026, 7, 22, 9, tzinfo=ZONE)
    store.run_now(lambda tx: tx.tasks.owe("triage", 1, nine))
    back = store.read_now(lambda tx: tx.tasks.next_due())
    assert back is not None
    assert back == nine
    assert back.utcoffset() == timedelta(0)
    with engine.connect() as db:
        assert db.execute(select(task.c.id).where(task.c.due <= nine)).scalar() == 1
        assert db.execute(select(task.c.id).where(task.c.due < nine)).scalar() is None


def test_times_of_different_zones_are_compared_as_instants(store: Store) -> None:
    later = datetime(2026, 7, 22, 2, tzinfo=UTC)             # 10:00 in Shanghai
    earlier = datetime(2026, 7, 22, 9, tzinfo=ZONE)
    store.run_now(lambda tx: [tx.tasks.owe("triage", 1, later), tx.tasks.owe("triage", 2, earlier)])
    claimed = store.run_now(lambda tx: tx.tasks.claim(["triage"], later, timedelta(minutes=2), 1))
    assert [one.subject for one in claimed] == [2]


PLAIN = st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1))      # noqa: DTZ001 (the zone is drawn beside it)


@given(PLAIN, st.integers(-14 * 60, 14 * 60))
def test_every_instant_survives_the_way_in_and_out(plain: datetime, minutes: int) -> None:
    moment, dialect = Moment(), sqlite.dialect()
    aware = plain.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    stored = moment.process_bind_param(aware, dialect)
    assert stored is not None
    assert moment.process_result_value(stored.replace(tzinfo=None), dialect) == aware


def test_no_column_keeps_a_time_in_any_other_way(engine: Engine) -> None:
    from sqlalchemy import DateTime

    from hotline_bridge.store.schema import metadata
    plain = [str(column) for table in metadata.tables.values() for column in table.c if isinstance(column.type, DateTime)]
    assert plain == []
    if engine.dialect.name == "postgresql":
        with engine.connect() as db:
            query = "SELECT count(*) FROM information_schema.columns WHERE table_schema = 'public' AND data_type = 'timestamp without time zone'"
            assert db.execute(text(query)).scalar() == 0
