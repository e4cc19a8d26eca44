"""Brings a database to the schema of this program, and tells where it stands."""

from pathlib import Path
from typing import TYPE_CHECKING

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from hotline_bridge.store.engine import cured
from hotline_bridge.store.schema_calls import metadata

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

PLACE = Path(__file__).parent / "migrations"
LOCK = 7_201_955_80      # any number, the same for every instance: one of them upgrades, the others wait


def newest() -> str:
    """The revision this program wants."""
    return ScriptDirectory(str(PLACE)).get_current_head() or ""


def current(engine: "Engine") -> str:
    """The revision the database has; "" where it is empty. StoreUnavailable where it cannot be asked."""
    with cured(), engine.execution_options(read_only=True).connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() or ""


def upgrade(engine: "Engine") -> None:
    """Bring the database up to date; safe from several instances at once. StoreUnavailable where that cannot be."""
    config = Config()
    config.set_main_option("script_location", str(PLACE).replace("%", "%%"))
    with cured(), engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def drift(connection: "Connection") -> list[object]:
    """What differs between the database and the schema of this program; empty when nothing does."""
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    return list(compare_metadata(context, metadata))
