"""Each mail once by what it says; letters found by who gets them; every word about a delivery, append-only like the book (P-6)."""

from alembic import op
import sqlalchemy as sa

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


APPEND_ONLY = {
    "sqlite": [
        f"CREATE TRIGGER delivery_word_no_{verb.lower()} BEFORE {verb} ON delivery_word "
        f"BEGIN SELECT RAISE(ABORT, 'the book is append-only'); END"
        for verb in ("UPDATE", "DELETE")
    ],
    "postgresql": [
        "CREATE TRIGGER delivery_word_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON delivery_word "
        "FOR EACH STATEMENT EXECUTE FUNCTION append_only()",
    ],
}
# What is known of letters sent before: the last word about each, and when.
LETTERS_BEFORE = (
    "UPDATE delivery SET owed = (answer = 'open')",
    "UPDATE delivery SET accepted = at WHERE answer IN ('accepted', 'bounced')",
    "INSERT INTO delivery_word (letter, recipient, at, word, state, said) SELECT letter, recipient, at, answer, answer, said FROM delivery WHERE at IS NOT NULL",
)


def upgrade() -> None:
    op.create_table('mail_seen',
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('paper', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('message_id', sa.String(length=64), nullable=False),
    sa.ForeignKeyConstraint(['paper'], ['paper.id'], name=op.f('fk_mail_seen_paper')),
    sa.PrimaryKeyConstraint('digest', name=op.f('pk_mail_seen')),
    sa.UniqueConstraint('paper', name=op.f('uq_mail_seen_paper'))
    )
    op.create_index(op.f('ix_mail_seen_message_id'), 'mail_seen', ['message_id'], unique=False)
    op.create_table('outage',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('source', sa.String(length=80), nullable=False),
    sa.Column('since', sa.DateTime(timezone=True), nullable=False),
    sa.Column('noticed', sa.DateTime(timezone=True), nullable=False),
    sa.Column('told', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_told', sa.DateTime(timezone=True), nullable=True),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('next', sa.DateTime(timezone=True), nullable=False),
    sa.Column('trouble', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_outage')),
    sa.UniqueConstraint('source', 'since', name=op.f('uq_outage_source_since')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_outage_ended'), 'outage', ['ended'], unique=False)
    op.create_table('opened_file',
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('blob', sa.String(length=64), nullable=True),
    sa.Column('trouble', sa.Text(), nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('digest', name=op.f('pk_opened_file'))
    )
    op.create_index(op.f('ix_delivery_recipient'), 'delivery', ['recipient'], unique=False)
    op.add_column('delivery', sa.Column('owed', sa.Boolean(), server_default=sa.true(), nullable=False))
    for name in ('accepted', 'delivered', 'waiting'):
        op.add_column('delivery', sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    op.create_table('delivery_word',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('letter', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('recipient', sa.String(length=320), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('word', sa.String(length=12), nullable=False),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('said', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['letter'], ['letter.id'], name=op.f('fk_delivery_word_letter')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_delivery_word')),
    sqlite_autoincrement=True
    )
    op.create_index('ix_delivery_word_letter_recipient', 'delivery_word', ['letter', 'recipient'], unique=False)
    for statement in (*LETTERS_BEFORE, *APPEND_ONLY[op.get_bind().dialect.name]):
        op.execute(statement)


def downgrade() -> None:
    raise NotImplementedError("which mails were read is not forgotten: restore a backup instead")
