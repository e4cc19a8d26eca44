"""Runs the revisions over the connection that hotline_bridge.store.upgrade hands in."""

from alembic import context

from hotline_bridge.store.schema_calls import metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, render_as_batch=True, compare_type=True)
with context.begin_transaction():
    context.run_migrations()
