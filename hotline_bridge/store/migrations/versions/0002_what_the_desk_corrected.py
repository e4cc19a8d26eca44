"""What the desk corrected: the examples triage learns from. Append-only like the book (P-6)."""

from alembic import op
import sqlalchemy as sa

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


APPEND_ONLY = {
    "sqlite": [
        f"CREATE TRIGGER correction_no_{verb.lower()} BEFORE {verb} ON correction "
        f"BEGIN SELECT RAISE(ABORT, 'the book is append-only'); END"
        for verb in ("UPDATE", "DELETE")
    ],
    "postgresql": [
        "CREATE TRIGGER correction_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON correction "
        "FOR EACH STATEMENT EXECUTE FUNCTION append_only()",
    ],
}


def upgrade() -> None:
    op.create_table('correction',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('case', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('who', sa.String(length=80), nullable=False),
    sa.Column('about', sa.String(length=12), nullable=False),
    sa.Column('said', sa.String(length=40), nullable=False),
    sa.Column('corrected', sa.String(length=40), nullable=False),
    sa.ForeignKeyConstraint(['case'], ['case_file.id'], name=op.f('fk_correction_case')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_correction')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_correction_case'), 'correction', ['case'], unique=False)
    for statement in APPEND_ONLY[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    raise NotImplementedError("what people corrected is not taken away: restore a backup instead")
