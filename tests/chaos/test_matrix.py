"""A sample of the matrix (`make chaos` plays it whole), and the proxy itself: that it cuts where it says and harms nothing else."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.rules import Rules
from tests.chaos.cells import UNKNOWN, Cell, Outcome, Sent, Stage, cells_of, judged
from tests.chaos.matrix import imap_matrix, smtp_matrix, table
from tests.chaos.proxy import Cutter, How, ImapSpeech, SmtpSpeech
from tests.servers.dovecot import Dovecot
from tests.servers.postfix import Postfix

IMAP = (
    ("greeting", How.HALF), ("LOGIN", How.STALL), ("UID SEARCH", How.DROPPED), ("FETCH literal", How.CUT), ("FETCH literal", How.STALL),
    ("UID MOVE", How.DROPPED), ("IDLE", How.HALF), ("IDLE wait", How.STALL), ("IDLE wait", How.MID_LINE), ("DONE", How.CUT),
)
SMTP = (
    ("banner", How.STALL), ("STARTTLS", How.CUT), ("AUTH", How.DROPPED), ("RCPT", How.HALF), ("DATA", How.DROPPED), ("body", How.MID_LINE),
    ("final dot", How.DROPPED), ("final dot", How.STALL), ("QUIT", How.CUT),
)


@pytest.fixture
def stage(tmp_path: Path, sample_rules: Rules) -> Stage:
    return Stage(tmp_path, sample_rules)


async def test_no_mail_is_lost_or_doubled_whatever_breaks_on_the_way_in(stage: Stage, dovecot_server: Dovecot, _accounts_left: Iterator[str]) -> None:
    outcomes = await imap_matrix(stage, dovecot_server, [Cell(*one) for one in IMAP], _accounts_left)
    assert [f"{one.cell.state}, {one.cell.how}: {one}" for one in outcomes if one.wrong] == []
    assert all(one.connections >= 2 for one in outcomes)


async def test_no_letter_is_lost_and_only_an_unknown_outcome_sends_it_twice(stage: Stage, dovecot_server: Dovecot, postfix_server: Postfix) -> None:
    outcomes = await smtp_matrix(stage, postfix_server, dovecot_server, [Cell(*one) for one in SMTP])
    assert [f"{one.cell.state}, {one.cell.how}: {one}" for one in outcomes if one.wrong] == []
    twice = {(one.cell.state, one.cell.how) for one in outcomes if one.twice}
    assert ("final dot", How.DROPPED) in twice              # the relay had it and said so, and we never heard
    assert {state for state, _ in twice} <= UNKNOWN


def test_a_letter_lost_changed_or_doubled_without_need_is_told() -> None:
    def verdict(state: str, *copies: bytes) -> list[str]:
        sent = Sent(Outcome(Cell(state, How.CUT), 1), {"1@x": b"Subject: a\r\n\r\nb\r\n"})
        return judged(sent, {"1@x": list(copies)} if copies else {}).wrong

    whole = b"Received: by relay\nSubject: a\n\nb\n"
    assert verdict("MAIL", whole) == verdict("final dot", whole, whole) == []
    assert verdict("MAIL") == ["1@x lost"]
    assert verdict("MAIL", whole, whole) == ["1@x arrived 2 times"]
    assert verdict("final dot", whole, b"Subject: a\n\nc\n") == ["1@x arrived in other bytes"]


def test_the_table_has_a_line_for_every_state() -> None:
    lines = table("SMTP", SmtpSpeech.states, [Outcome(Cell("body", How.CUT), 3)]).splitlines()
    assert len(lines) == 2 + len(SmtpSpeech.states)
    assert "| body | all 3 once (0) | – |" in lines[2 + SmtpSpeech.states.index("body")]
    assert len(cells_of(SmtpSpeech)) == len(SmtpSpeech.states) * len(How) - 1


@given(st.lists(st.one_of(st.binary(max_size=40), st.just(b"\r\n")), max_size=20), st.integers(1, 7))
def test_what_the_cutter_gives_out_is_what_came_in(pieces: list[bytes], size: int) -> None:
    literals = [one for one in pieces if b"\n" not in one and b"{" not in one]
    stream = b"".join(b"* 1 FETCH (BODY[] {%d}\r\n%b)\r\n" % (len(one), one) for one in literals)
    cutter = Cutter(literals=True)
    out = [piece for at in range(0, len(stream), size) for piece in cutter.feed(stream[at:at + size])]
    assert b"".join(piece for _, piece in out) == stream
    assert b"".join(piece for literal, piece in out if literal) == b"".join(literals)


def test_states_are_told_apart_by_what_the_client_says() -> None:
    imap = ImapSpeech()
    said = [b"A1 CAPABILITY\r\n", b'A2 LOGIN "a" "b"\r\n', b"A3 UID SEARCH UID 1:*\r\n", b"A4 UID FETCH 1 (UID RFC822.SIZE)\r\n",
            b"A5 UID FETCH 1 (UID BODY.PEEK[])\r\n", b"A6 IDLE\r\n"]
    assert [imap.heard(line) for line in said] == ["CAPABILITY", "LOGIN", "UID SEARCH", "FETCH sizes", "FETCH literal", "IDLE"]
    assert imap.over(b"+ idling\r\n")
    assert imap.said(b"+ idling\r\n") == "IDLE wait"
    assert imap.heard(b"DONE\r\n") == "DONE"
    assert imap.over(b"A6 OK\r\n")
    smtp = SmtpSpeech()
    assert [smtp.heard(line) for line in (b"EHLO me\r\n", b"MAIL FROM:<a@b>\r\n", b"DATA\r\n")] == ["EHLO", "MAIL", "DATA"]
    smtp.said(b"354 go on\r\n")
    body = [smtp.heard(b"QUIT\r\n") for _ in range(10)]     # the words of a letter are no commands
    assert body == [""] * 9 + ["body"]
    assert smtp.heard(b".\r\n") == "final dot"
    assert smtp.heard(b"QUIT\r\n") == "QUIT"
