"""The order of a delivery's states, what bounces mean, and the seal of an envelope."""

import pytest
from hypothesis import given, strategies as st

from routing.delivery import (
    ACCEPTED, ACKNOWLEDGED, BOUNCED, CALLED, DEFERRED, DELIVERED, LEADS, OPEN, READ, REFUSED, RELAYED, RESENT, WITHDRAWN, Reason, after, envelope_id, letter_of, setback,
)

KEY = b"a key of the tests, 32 bytes long"
GOOD = (ACCEPTED, DELIVERED, READ, ACKNOWLEDGED)
words = st.sampled_from([*LEADS, RESENT, RELAYED])


@given(st.lists(words, max_size=12))
def test_good_news_once_heard_is_never_lost_to_weaker_words(heard):
    state = OPEN
    for word in heard:
        before, state = state, after(state, word)
        if before in GOOD[1:]:
            assert state in GOOD[GOOD.index(before):]
        if before in {REFUSED, BOUNCED}:
            assert state != DEFERRED
        if before in {WITHDRAWN, ACKNOWLEDGED}:
            assert state == before


@given(st.sampled_from(sorted(LEADS)), words)
def test_the_same_word_twice_is_that_word_once(state, word):
    assert after(after(state, word), word) == after(state, word)


@pytest.mark.parametrize("word", [DELIVERED, READ, ACKNOWLEDGED, BOUNCED])
def test_of_a_letter_that_has_not_left_nothing_is_believed(word):
    assert after(OPEN, word) == OPEN


def test_every_state_and_word_has_a_name_for_people():
    assert set(CALLED) == {*LEADS, RESENT, RELAYED}


@pytest.mark.parametrize(("status", "said", "reason", "soft"), [
    ("4.2.2", "452 4.2.2 mailbox full", Reason.FULL, True),
    ("5.2.2", "552 5.2.2 over quota", Reason.FULL, True),
    ("5.0.0", "邮箱容量已满，请稍后再试", Reason.FULL, True),
    ("", "552 Requested mail action aborted: exceeded storage allocation", Reason.FULL, True),
    ("4.4.7", "delivery time expired", Reason.EXPIRED, True),
    ("4.4.1", "connect timed out", Reason.LATER, True),
    ("4.0.0", "", Reason.LATER, True),
    ("5.1.1", "550 5.1.1 user unknown", Reason.UNKNOWN, False),
    ("5.0.0", "550 User not found: zhi@branch.example", Reason.UNKNOWN, False),
    ("", "退信原因：收件人邮箱不存在", Reason.UNKNOWN, False),
    ("", "账号已停用", Reason.UNKNOWN, False),
    ("5.0.0", "554 DT:SPM mail rejected as spam", Reason.SPAM, False),
    ("", "被对方反垃圾系统拦截", Reason.SPAM, False),
    ("5.3.4", "552 5.3.4 message size exceeds fixed limit", Reason.SIZE, False),
    ("", "552 message size exceeds fixed maximum", Reason.SIZE, False),
    ("5.7.1", "550 5.7.1 not permitted", Reason.REFUSED, False),
    ("", "", Reason.REFUSED, False),
])
def test_P20_what_servers_write_is_told_apart(status, said, reason, soft):
    found = setback(status, said)
    assert (found.reason, found.soft) == (reason, soft)


@given(st.text(max_size=20), st.text(max_size=2000))
def test_any_words_have_a_meaning(status, said):
    assert setback(status, said).reason in Reason


@given(st.integers(1, 10**18 - 1))
def test_an_envelope_id_leads_back_to_its_letter_and_to_no_other_key(letter):
    envelope = envelope_id(letter, KEY)
    assert letter_of(envelope, KEY) == letter
    assert letter_of(envelope.upper(), KEY) == letter        # some relays shout
    assert letter_of(envelope, b"another key, as long as that one") is None
    assert letter_of(envelope.replace(f"hb-{letter}-", f"hb-{letter + 1}-"), KEY) is None


@given(st.text(max_size=60))
def test_no_other_text_is_an_envelope_id(text):
    assert letter_of(text, KEY) is None
    assert letter_of(text, b"") is None
