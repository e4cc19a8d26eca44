"""Each mail once by what it says; letters found by who gets them."""

from alembic import op
import sqlalchemy as sa

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


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


def downgrade() -> None:
    raise NotImplementedError("which mails were read is not forgotten: restore a backup instead")
