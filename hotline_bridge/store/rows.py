"""Small words of SQL that every drawer of the store uses."""

from sqlalchemy import Connection, Table, insert
from sqlalchemy.exc import IntegrityError


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
