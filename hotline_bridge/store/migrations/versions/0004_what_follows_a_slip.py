"""What follows a slip - clocks, hops, call-backs, matters - and the turns the books are written from (P-6, P-18, P-24)."""

from alembic import op
import sqlalchemy as sa

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


KEPT = ("turn", "clock_event", "bond")
APPEND_ONLY = {
    "sqlite": [
        f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
        f"BEGIN SELECT RAISE(ABORT, 'the book is append-only'); END"
        for table in KEPT for verb in ("UPDATE", "DELETE")
    ],
    "postgresql": [
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION append_only()"
        for table in KEPT
    ],
}
# What is known of the cases of before: when they were closed, as the book says it, and how they stand now.
CASES_BEFORE = (
    "UPDATE case_file SET closed = (SELECT max(at) FROM entry WHERE entry.\"case\" = case_file.id AND what = '办结') WHERE state = 'CLOSED'",
    "UPDATE case_file SET answered = (SELECT max(at) FROM answer WHERE answer.\"case\" = case_file.id AND standing = 'counted') "
    "WHERE state IN ('ANSWERED', 'CLOSED')",
    "INSERT INTO turn (\"case\", at, act, state, pack, channel, category, unit, lead, received, due, last_day, law_due, answered, closed, outcome, satisfaction, codes) "
    "SELECT id, (SELECT max(at) FROM entry WHERE entry.\"case\" = case_file.id), '系统升级', state, pack, channel, category, unit, lead, received, due, last_day, "
    "law_due, answered, closed, '', '', '' FROM case_file",
)


def upgrade() -> None:
    op.create_table('matter',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('opened', sa.DateTime(timezone=True), nullable=False),
    sa.Column('unit', sa.String(length=40), nullable=True),
    sa.Column('category', sa.String(length=20), nullable=True),
    sa.Column('told', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_matter')),
    sqlite_autoincrement=True
    )
    op.create_table('bond',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('case', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('matter', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('who', sa.String(length=80), nullable=False),
    sa.Column('act', sa.String(length=8), nullable=False),
    sa.Column('why', sa.Text(), nullable=False),
    sa.Column('likeness', sa.Float(), nullable=True),
    sa.ForeignKeyConstraint(['case'], ['case_file.id'], name=op.f('fk_bond_case')),
    sa.ForeignKeyConstraint(['matter'], ['matter.id'], name=op.f('fk_bond_matter')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_bond')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_bond_case'), 'bond', ['case'], unique=False)
    op.create_index(op.f('ix_bond_matter'), 'bond', ['matter'], unique=False)
    op.create_table('callback',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('case', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('round', sa.Integer(), nullable=False),
    sa.Column('owed', sa.DateTime(timezone=True), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('last', sa.DateTime(timezone=True), nullable=True),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('says', sa.Text(), nullable=False),
    sa.Column('who', sa.String(length=80), nullable=False),
    sa.ForeignKeyConstraint(['case'], ['case_file.id'], name=op.f('fk_callback_case')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_callback')),
    sa.UniqueConstraint('case', 'round', name=op.f('uq_callback_case_round')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_callback_state_owed'), 'callback', ['state', 'owed'], unique=False)
    op.create_table('clock_event',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('case', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('noted', sa.DateTime(timezone=True), nullable=False),
    sa.Column('who', sa.String(length=320), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('approver', sa.String(length=80), nullable=False),
    sa.Column('told', sa.DateTime(timezone=True), nullable=True),
    sa.Column('told_how', sa.String(length=40), nullable=False),
    sa.ForeignKeyConstraint(['case'], ['case_file.id'], name=op.f('fk_clock_event_case')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_clock_event')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_clock_event_case'), 'clock_event', ['case'], unique=False)
    op.create_table('person_mark',
    sa.Column('case', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('mark', sa.String(length=64), nullable=False),
    sa.Column('kind', sa.String(length=12), nullable=False),
    sa.ForeignKeyConstraint(['case'], ['case_file.id'], name=op.f('fk_person_mark_case')),
    sa.PrimaryKeyConstraint('case', 'mark', name=op.f('pk_person_mark'))
    )
    op.create_index(op.f('ix_person_mark_mark_case'), 'person_mark', ['mark', 'case'], unique=False)
    op.create_table('sketch',
    sa.Column('case', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('words', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['case'], ['case_file.id'], name=op.f('fk_sketch_case')),
    sa.PrimaryKeyConstraint('case', name=op.f('pk_sketch'))
    )
    op.create_table('sketch_band',
    sa.Column('band', sa.BigInteger(), nullable=False),
    sa.Column('case', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.ForeignKeyConstraint(['case'], ['case_file.id'], name=op.f('fk_sketch_band_case')),
    sa.PrimaryKeyConstraint('band', 'case', name=op.f('pk_sketch_band')),
    sqlite_with_rowid=False
    )
    op.create_table('turn',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('case', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('act', sa.String(length=40), nullable=False),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('pack', sa.String(length=40), nullable=False),
    sa.Column('channel', sa.String(length=20), nullable=False),
    sa.Column('category', sa.String(length=20), nullable=True),
    sa.Column('unit', sa.String(length=40), nullable=True),
    sa.Column('lead', sa.String(length=40), nullable=True),
    sa.Column('received', sa.DateTime(timezone=True), nullable=False),
    sa.Column('due', sa.DateTime(timezone=True), nullable=True),
    sa.Column('last_day', sa.DateTime(timezone=True), nullable=True),
    sa.Column('law_due', sa.DateTime(timezone=True), nullable=True),
    sa.Column('answered', sa.DateTime(timezone=True), nullable=True),
    sa.Column('closed', sa.DateTime(timezone=True), nullable=True),
    sa.Column('outcome', sa.String(length=20), nullable=False),
    sa.Column('satisfaction', sa.String(length=12), nullable=False),
    sa.Column('matter', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('merged_into', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('codes', sa.String(length=120), nullable=False),
    sa.ForeignKeyConstraint(['case'], ['case_file.id'], name=op.f('fk_turn_case')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_turn')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_turn_received'), 'turn', ['received'], unique=False)
    op.create_index(op.f('ix_turn_closed'), 'turn', ['closed'], unique=False)
    op.create_index(op.f('ix_turn_case_at'), 'turn', ['case', 'at'], unique=False)
    op.create_table('hop',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('case', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('round', sa.Integer(), nullable=False),
    sa.Column('place', sa.Integer(), nullable=False),
    sa.Column('after', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('unit', sa.String(length=40), nullable=False),
    sa.Column('mailbox', sa.String(length=320), nullable=False),
    sa.Column('part', sa.String(length=12), nullable=False),
    sa.Column('rule', sa.String(length=20), nullable=False),
    sa.Column('letter', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('channel', sa.String(length=12), nullable=False),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('due', sa.DateTime(timezone=True), nullable=True),
    sa.Column('sent', sa.DateTime(timezone=True), nullable=True),
    sa.Column('delivered', sa.DateTime(timezone=True), nullable=True),
    sa.Column('begun', sa.DateTime(timezone=True), nullable=True),
    sa.Column('passed', sa.DateTime(timezone=True), nullable=True),
    sa.Column('answered', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['after'], ['hop.id'], name=op.f('fk_hop_after')),
    sa.ForeignKeyConstraint(['case'], ['case_file.id'], name=op.f('fk_hop_case')),
    sa.ForeignKeyConstraint(['letter'], ['letter.id'], name=op.f('fk_hop_letter')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_hop')),
    sa.UniqueConstraint('case', 'round', 'place', name=op.f('uq_hop_case_round_place')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_hop_letter'), 'hop', ['letter'], unique=False)
    op.create_table('handed_down',
    sa.Column('authority', sa.String(length=80), nullable=False),
    sa.Column('number', sa.String(length=120), nullable=False),
    sa.Column('case', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.ForeignKeyConstraint(['case'], ['case_file.id'], name=op.f('fk_handed_down_case')),
    sa.PrimaryKeyConstraint('authority', 'number', name=op.f('pk_handed_down'))
    )
    op.create_index(op.f('ix_handed_down_case'), 'handed_down', ['case'], unique=False)
    op.create_table('report',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('pack', sa.String(length=40), nullable=False),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('place', sa.String(length=40), nullable=False),
    sa.Column('first', sa.Date(), nullable=False),
    sa.Column('last', sa.Date(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('ordered', sa.Boolean(), nullable=False),
    sa.Column('as_of', sa.DateTime(timezone=True), nullable=False),
    sa.Column('made', sa.DateTime(timezone=True), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('files', sa.Text(), nullable=False),
    sa.Column('letter', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.ForeignKeyConstraint(['letter'], ['letter.id'], name=op.f('fk_report_letter')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_report')),
    sa.UniqueConstraint('pack', 'name', 'place', 'first', 'last', 'version', name=op.f('uq_report_pack_name_place_first_last_version')),
    sqlite_autoincrement=True
    )
    op.add_column('case_file', sa.Column('answered', sa.DateTime(timezone=True), nullable=True))
    op.add_column('case_file', sa.Column('closed', sa.DateTime(timezone=True), nullable=True))
    op.add_column('case_file', sa.Column('outcome', sa.String(length=20), server_default='', nullable=False))
    op.add_column('case_file', sa.Column('satisfaction', sa.String(length=12), server_default='', nullable=False))
    op.add_column('case_file', sa.Column('matter', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True))
    op.add_column('case_file', sa.Column('merged_into', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True))
    op.add_column('case_file', sa.Column('codes', sa.String(length=120), server_default='', nullable=False))
    op.create_index(op.f('ix_case_file_closed'), 'case_file', ['closed'], unique=False)
    op.create_index(op.f('ix_case_file_matter'), 'case_file', ['matter'], unique=False)
    op.create_index(op.f('ix_case_file_lead_state_due'), 'case_file', ['lead', 'state', 'due'], unique=False)
    with op.batch_alter_table('reminder', table_kwargs={'sqlite_autoincrement': True}) as reminder:
        reminder.add_column(sa.Column('channel', sa.String(length=12), server_default='digest', nullable=False))
        reminder.add_column(sa.Column('unit', sa.String(length=40), server_default='', nullable=False))
        reminder.add_column(sa.Column('done', sa.DateTime(timezone=True), nullable=True))
        reminder.add_column(sa.Column('who', sa.String(length=80), server_default='', nullable=False))
        reminder.drop_constraint(op.f('uq_reminder_mailbox_case_rung'), type_='unique')
        reminder.create_unique_constraint(op.f('uq_reminder_mailbox_case_rung_channel'), ['mailbox', 'case', 'rung', 'channel'])
    op.create_index(op.f('ix_reminder_mailbox_at'), 'reminder', ['mailbox', 'at'], unique=False)
    op.create_index(op.f('ix_reminder_case'), 'reminder', ['case'], unique=False)
    op.create_index(op.f('ix_reminder_channel_done'), 'reminder', ['channel', 'done'], unique=False)
    op.create_index(op.f('ix_reminder_letter'), 'reminder', ['letter'], unique=False)
    for statement in (*CASES_BEFORE, *APPEND_ONLY[op.get_bind().dialect.name]):
        op.execute(statement)


def downgrade() -> None:
    raise NotImplementedError("what the books are written from is not thrown away: restore a backup instead")
