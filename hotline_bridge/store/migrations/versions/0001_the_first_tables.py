"""The first tables, and the triggers that keep the book append-only (P-6)."""

from alembic import op
import sqlalchemy as sa

revision = '0001'
down_revision = None
branch_labels = None
depends_on = None


APPEND_ONLY = {
    "sqlite": [
        f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
        f"BEGIN SELECT RAISE(ABORT, 'the book is append-only'); END"
        for table in ("entry", "review") for verb in ("UPDATE", "DELETE")
    ],
    "postgresql": [
        "CREATE FUNCTION append_only() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the book is append-only'; END $$",
        *(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION append_only()"
            for table in ("entry", "review")
        ),
    ],
}


def upgrade() -> None:
    op.create_table('counter',
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('value', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_counter'))
    )
    op.create_table('mailbox',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('address', sa.String(length=320), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mailbox')),
    sa.UniqueConstraint('address', name=op.f('uq_mailbox_address')),
    sqlite_autoincrement=True
    )
    op.create_table('mark',
    sa.Column('source', sa.String(length=80), nullable=False),
    sa.Column('cursor', sa.Text(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('source', name=op.f('pk_mark'))
    )
    op.create_table('paper',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('source', sa.String(length=80), nullable=False),
    sa.Column('key', sa.String(length=400), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('body', sa.LargeBinary(), nullable=True),
    sa.Column('blob', sa.String(length=64), nullable=True),
    sa.Column('size', sa.BigInteger(), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('taken', sa.DateTime(timezone=True), nullable=False),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('trouble', sa.Text(), nullable=True),
    sa.Column('remedy', sa.Text(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_paper')),
    sa.UniqueConstraint('source', 'key', name=op.f('uq_paper_source_key')),
    sqlite_autoincrement=True
    )
    op.create_index('ix_paper_digest', 'paper', ['digest'])
    op.create_index('ix_paper_state', 'paper', ['state'])

    op.create_table('task',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('subject', sa.BigInteger(), nullable=False),
    sa.Column('due', sa.DateTime(timezone=True), nullable=False),
    sa.Column('attempt', sa.Integer(), nullable=False),
    sa.Column('parked', sa.Boolean(), nullable=False),
    sa.Column('claimed', sa.Boolean(), nullable=False),
    sa.Column('trouble', sa.Text(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_task')),
    sa.UniqueConstraint('kind', 'subject', name=op.f('uq_task_kind_subject')),
    sqlite_autoincrement=True
    )
    op.create_index('ix_task_parked_due', 'task', ['parked', 'due'])

    op.create_table('case_file',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('number', sa.String(length=40), nullable=False),
    sa.Column('pack', sa.String(length=40), nullable=False),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('channel', sa.String(length=20), nullable=False),
    sa.Column('category', sa.String(length=20), nullable=True),
    sa.Column('unit', sa.String(length=40), nullable=True),
    sa.Column('lead', sa.String(length=40), nullable=True),
    sa.Column('source', sa.String(length=80), nullable=False),
    sa.Column('call_id', sa.String(length=120), nullable=True),
    sa.Column('hotline', sa.String(length=40), nullable=False),
    sa.Column('seat', sa.String(length=80), nullable=False),
    sa.Column('received', sa.DateTime(timezone=True), nullable=False),
    sa.Column('due', sa.DateTime(timezone=True), nullable=True),
    sa.Column('last_day', sa.DateTime(timezone=True), nullable=True),
    sa.Column('law_due', sa.DateTime(timezone=True), nullable=True),
    sa.Column('provisional', sa.Boolean(), nullable=False),
    sa.Column('undelivered', sa.Boolean(), nullable=False),
    sa.Column('recording', sa.Text(), nullable=False),
    sa.Column('recording_sha256', sa.String(length=64), nullable=False),
    sa.Column('round', sa.Integer(), nullable=False),
    sa.Column('climbed', sa.Integer(), nullable=False),
    sa.Column('complaint', sa.JSON(), nullable=False),
    sa.Column('verdict', sa.JSON(), nullable=True),
    sa.Column('paper', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.ForeignKeyConstraint(['paper'], ['paper.id'], name=op.f('fk_case_file_paper')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_case_file')),
    sa.UniqueConstraint('number', name=op.f('uq_case_file_number')),
    sa.UniqueConstraint('paper', name=op.f('uq_case_file_paper')),
    sa.UniqueConstraint('source', 'call_id', name=op.f('uq_case_file_source_call_id')),
    sqlite_autoincrement=True
    )
    op.create_index('ix_case_file_call_id', 'case_file', ['call_id'])
    op.create_index('ix_case_file_received', 'case_file', ['received'])
    op.create_index('ix_case_file_state_due', 'case_file', ['state', 'due'])
    op.create_index('ix_case_file_unit', 'case_file', ['unit'])

    op.create_table('leg',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('paper', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('exchange', sa.String(length=80), nullable=False),
    sa.Column('record', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['paper'], ['paper.id'], name=op.f('fk_leg_paper')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_leg')),
    sa.UniqueConstraint('paper', name=op.f('uq_leg_paper')),
    sqlite_autoincrement=True
    )
    op.create_table('answer',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('case', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('paper', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('sender', sa.String(length=320), nullable=False),
    sa.Column('elements', sa.JSON(), nullable=False),
    sa.Column('standing', sa.String(length=12), nullable=False),
    sa.Column('reasons', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['case'], ['case_file.id'], name=op.f('fk_answer_case')),
    sa.ForeignKeyConstraint(['paper'], ['paper.id'], name=op.f('fk_answer_paper')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_answer')),
    sa.UniqueConstraint('paper', name=op.f('uq_answer_paper')),
    sqlite_autoincrement=True
    )
    op.create_index('ix_answer_case', 'answer', ['case'])

    op.create_table('entry',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('case', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('who', sa.String(length=320), nullable=False),
    sa.Column('what', sa.String(length=40), nullable=False),
    sa.Column('says', sa.Text(), nullable=False),
    sa.Column('rules', sa.String(length=16), nullable=False),
    sa.ForeignKeyConstraint(['case'], ['case_file.id'], name=op.f('fk_entry_case')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_entry')),
    sqlite_autoincrement=True
    )
    op.create_index('ix_entry_case', 'entry', ['case'])

    op.create_table('leg_call',
    sa.Column('call_id', sa.String(length=200), nullable=False),
    sa.Column('leg', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.ForeignKeyConstraint(['leg'], ['leg.id'], name=op.f('fk_leg_call_leg')),
    sa.PrimaryKeyConstraint('call_id', 'leg', name=op.f('pk_leg_call'))
    )
    op.create_index('ix_leg_call_leg', 'leg_call', ['leg'])

    op.create_table('letter',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('about', sa.String(length=340), nullable=False),
    sa.Column('case', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('purpose', sa.String(length=60), nullable=False),
    sa.Column('round', sa.BigInteger(), nullable=False),
    sa.Column('message_id', sa.String(length=200), nullable=False),
    sa.Column('sender', sa.String(length=320), nullable=False),
    sa.Column('draft', sa.JSON(), nullable=False),
    sa.Column('raw', sa.LargeBinary(), nullable=True),
    sa.Column('written', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['case'], ['case_file.id'], name=op.f('fk_letter_case')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_letter')),
    sa.UniqueConstraint('about', 'purpose', 'round', name=op.f('uq_letter_about_purpose_round')),
    sa.UniqueConstraint('message_id', name=op.f('uq_letter_message_id')),
    sqlite_autoincrement=True
    )
    op.create_index('ix_letter_case', 'letter', ['case'])

    op.create_table('review',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('case', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('who', sa.String(length=80), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('findings', sa.Text(), nullable=False),
    sa.Column('recording_sha256', sa.String(length=64), nullable=False),
    sa.Column('slip_sha256', sa.String(length=64), nullable=False),
    sa.Column('recipients', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['case'], ['case_file.id'], name=op.f('fk_review_case')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_review')),
    sqlite_autoincrement=True
    )
    op.create_index('ix_review_case', 'review', ['case'])

    op.create_table('delivery',
    sa.Column('letter', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('recipient', sa.String(length=320), nullable=False),
    sa.Column('answer', sa.String(length=12), nullable=False),
    sa.Column('said', sa.Text(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['letter'], ['letter.id'], name=op.f('fk_delivery_letter')),
    sa.PrimaryKeyConstraint('letter', 'recipient', name=op.f('pk_delivery'))
    )
    op.create_table('reminder',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('mailbox', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('case', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('rung', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=40), nullable=False),
    sa.Column('attention', sa.String(length=80), nullable=False),
    sa.Column('urgent', sa.Boolean(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('letter', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.ForeignKeyConstraint(['case'], ['case_file.id'], name=op.f('fk_reminder_case')),
    sa.ForeignKeyConstraint(['letter'], ['letter.id'], name=op.f('fk_reminder_letter')),
    sa.ForeignKeyConstraint(['mailbox'], ['mailbox.id'], name=op.f('fk_reminder_mailbox')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_reminder')),
    sa.UniqueConstraint('mailbox', 'case', 'rung', name=op.f('uq_reminder_mailbox_case_rung')),
    sqlite_autoincrement=True
    )
    op.create_index('ix_reminder_mailbox_letter', 'reminder', ['mailbox', 'letter'])

    for statement in APPEND_ONLY[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    raise NotImplementedError("the first tables are not taken away: restore a backup instead")
