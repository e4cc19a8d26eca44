"""The telephone side - calls, recordings and who listened, calls out, gaps in an exchange's events (P-9.1, P-21)."""

from alembic import op
import sqlalchemy as sa

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('door_trouble',
    sa.Column('source', sa.String(length=80), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('words', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('source', name=op.f('pk_door_trouble'))
    )
    op.create_table('event_gap',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('exchange', sa.String(length=80), nullable=False),
    sa.Column('since', sa.DateTime(timezone=True), nullable=False),
    sa.Column('until', sa.DateTime(timezone=True), nullable=False),
    sa.Column('why', sa.Text(), nullable=False),
    sa.Column('healed', sa.Integer(), nullable=False),
    sa.Column('restarted', sa.Boolean(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_event_gap')),
    sa.UniqueConstraint('exchange', 'since', name=op.f('uq_event_gap_exchange_since')),
    sqlite_autoincrement=True
    )
    op.create_table('call',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('exchange', sa.String(length=80), nullable=False),
    sa.Column('global_id', sa.String(length=200), nullable=False),
    sa.Column('call_id', sa.String(length=200), nullable=False),
    sa.Column('direction', sa.String(length=8), nullable=False),
    sa.Column('ani', sa.String(length=40), nullable=False),
    sa.Column('hotline', sa.String(length=40), nullable=False),
    sa.Column('seat', sa.String(length=80), nullable=False),
    sa.Column('queue', sa.String(length=80), nullable=False),
    sa.Column('started', sa.DateTime(timezone=True), nullable=True),
    sa.Column('answered', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended', sa.DateTime(timezone=True), nullable=True),
    sa.Column('talk_s', sa.Integer(), nullable=False),
    sa.Column('result', sa.String(length=12), nullable=False),
    sa.Column('noted', sa.DateTime(timezone=True), nullable=False),
    sa.Column('case', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('joined', sa.String(length=80), nullable=False),
    sa.ForeignKeyConstraint(['case'], ['case_file.id'], name=op.f('fk_call_case')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_call')),
    sa.UniqueConstraint('exchange', 'global_id', name=op.f('uq_call_exchange_global_id')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_call_ani'), 'call', ['ani'], unique=False)
    op.create_index(op.f('ix_call_case'), 'call', ['case'], unique=False)
    op.create_index(op.f('ix_call_started'), 'call', ['started'], unique=False)
    op.create_index(op.f('ix_call_exchange_ended'), 'call', ['exchange', 'ended'], unique=False)
    op.create_table('call_errand',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('kind', sa.String(length=12), nullable=False),
    sa.Column('call', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('case', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('tries', sa.Integer(), nullable=False),
    sa.Column('done', sa.DateTime(timezone=True), nullable=True),
    sa.Column('who', sa.String(length=80), nullable=False),
    sa.Column('says', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['call'], ['call.id'], name=op.f('fk_call_errand_call')),
    sa.ForeignKeyConstraint(['case'], ['case_file.id'], name=op.f('fk_call_errand_case')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_call_errand')),
    sa.UniqueConstraint('kind', 'call', name=op.f('uq_call_errand_kind_call')),
    sa.UniqueConstraint('kind', 'case', name=op.f('uq_call_errand_kind_case')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_call_errand_done'), 'call_errand', ['done'], unique=False)
    op.create_table('recording',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('exchange', sa.String(length=80), nullable=False),
    sa.Column('reference', sa.Text(), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('call', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('case', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('size', sa.BigInteger(), nullable=False),
    sa.Column('seconds', sa.Float(), nullable=True),
    sa.Column('media', sa.String(length=40), nullable=False),
    sa.Column('blob', sa.String(length=64), nullable=True),
    sa.Column('noted', sa.DateTime(timezone=True), nullable=False),
    sa.Column('seen', sa.DateTime(timezone=True), nullable=True),
    sa.Column('looked', sa.DateTime(timezone=True), nullable=True),
    sa.Column('trouble', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['call'], ['call.id'], name=op.f('fk_recording_call')),
    sa.ForeignKeyConstraint(['case'], ['case_file.id'], name=op.f('fk_recording_case')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_recording')),
    sa.UniqueConstraint('digest', name=op.f('uq_recording_digest')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_recording_call'), 'recording', ['call'], unique=False)
    op.create_index(op.f('ix_recording_case'), 'recording', ['case'], unique=False)
    op.create_index(op.f('ix_recording_state'), 'recording', ['state'], unique=False)
    op.create_table('call_out',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('reminder', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('case', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('attempt', sa.Integer(), nullable=False),
    sa.Column('token', sa.String(length=40), nullable=False),
    sa.Column('unit', sa.String(length=40), nullable=False),
    sa.Column('person', sa.String(length=80), nullable=False),
    sa.Column('number', sa.String(length=40), nullable=False),
    sa.Column('way', sa.String(length=12), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('settled', sa.DateTime(timezone=True), nullable=True),
    sa.Column('result', sa.String(length=12), nullable=False),
    sa.Column('pressed', sa.String(length=8), nullable=False),
    sa.Column('said', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['case'], ['case_file.id'], name=op.f('fk_call_out_case')),
    sa.ForeignKeyConstraint(['reminder'], ['reminder.id'], name=op.f('fk_call_out_reminder')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_call_out')),
    sa.UniqueConstraint('reminder', 'attempt', name=op.f('uq_call_out_reminder_attempt')),
    sa.UniqueConstraint('token', name=op.f('uq_call_out_token')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_call_out_case'), 'call_out', ['case'], unique=False)
    op.create_index(op.f('ix_call_out_result'), 'call_out', ['result'], unique=False)
    op.create_table('listening',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('case', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('recording', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('who', sa.String(length=80), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('until', sa.DateTime(timezone=True), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('sent', sa.BigInteger(), nullable=False),
    sa.Column('given', sa.JSON(), nullable=False),
    sa.Column('played', sa.JSON(), nullable=False),
    sa.Column('seconds', sa.Float(), nullable=False),
    sa.Column('ended', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['case'], ['case_file.id'], name=op.f('fk_listening_case')),
    sa.ForeignKeyConstraint(['recording'], ['recording.id'], name=op.f('fk_listening_recording')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_listening')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_listening_case'), 'listening', ['case'], unique=False)
    op.create_index(op.f('ix_listening_recording'), 'listening', ['recording'], unique=False)


def downgrade() -> None:
    raise NotImplementedError("what was said on the telephone is not thrown away: restore a backup instead")
