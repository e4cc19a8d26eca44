"""Small words of SQL that every drawer of the store uses."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Table, insert
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError

NEW = object()      # in put_rows: the value that the new row brings


def new_row(db: Connection, table: Table, **values: object) -> int:
    """Insert a row and return its id."""
    key = db.execute(insert(table).values(**values)).inserted_primary_key
    assert key is not None
    return int(key[0])


def added(db: Connection, table: Table, **values: object) -> bool:
    """Insert a row unless another transaction has done so in the same instant; False then, and nothing is lost."""
    try:
        with db.begin_nested():
            db.execute(insert(table).values(**values))
    except IntegrityError:
        return False
    return True


def new_rows(db: Connection, table: Table, rows: Sequence[Mapping[str, object]]) -> None:
    """Insert many rows at once; each names the same columns."""
    if rows:
        db.execute(insert(table), [dict(row) for row in rows])


def put_rows(db: Connection, table: Table, keys: Sequence[str], rows: Sequence[Mapping[str, object]], again: Mapping[str, object] | None = None) -> None:
    """Insert many rows at once; where one of these `keys` is there already it is left alone, or gets the values of `again`.

    A value of `again` that is NEW is the one the new row brings.
    """
    if not rows:
        return
    dialect: Any = {"sqlite": sqlite, "postgresql": postgresql}[db.dialect.name]
    query = dialect.insert(table)
    if again is None:
        query = query.on_conflict_do_nothing(index_elements=list(keys))
    else:
        query = query.on_conflict_do_update(
            index_elements=list(keys), set_={name: query.excluded[name] if value is NEW else value for name, value in again.items()},
        )
    db.execute(query, [dict(row) for row in rows])
