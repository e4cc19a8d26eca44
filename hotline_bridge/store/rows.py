"""Small words of SQL that every drawer of the store uses."""

from sqlalchemy import Connection, Table, insert


def new_row(db: Connection, table: Table, **values: object) -> int:
    """Insert a row and return its id."""
    key = db.execute(insert(table).values(**values)).inserted_primary_key
    assert key is not None
    return int(key[0])
