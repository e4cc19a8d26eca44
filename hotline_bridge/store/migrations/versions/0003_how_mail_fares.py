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
    op.create_index(op.f('ix_delivery_recipient'), 'delivery', ['recipient'], unique=False)


def downgrade() -> None:
    raise NotImplementedError("which mails were read is not forgotten: restore a backup instead")
