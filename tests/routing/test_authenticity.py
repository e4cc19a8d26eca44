"""Whether a mail is believed to come from whom it names, by what the bank's own servers noted (RFC 8601)."""

from dataclasses import replace

import pytest
from hypothesis import given, strategies as st

from routing.authenticity import doubt
from routing.papers import Check, Mail, MailKind

OURS = "mx.bank.example"
MAIL = Mail("m@x", "ts@branch.example", "", ("hotline@bank.example",), "答复", None, MailKind.MESSAGE, "", "", "")


def noted(*results: tuple[str, str, str], server: str = OURS, depth: int = 0) -> Mail:
    return replace(MAIL, checks=tuple(Check(server, method, result, about, depth) for method, result, about in results))


def test_without_a_server_of_the_banks_own_nothing_is_said() -> None:
    assert doubt(noted(("dmarc", "fail", "branch.example")), (), accept_unverified=False) == ""


@pytest.mark.parametrize("results", [
    (("dmarc", "pass", "branch.example"),), (("dmarc", "pass", "branch.example"), ("spf", "softfail", "branch.example")),
    (("dkim", "pass", "branch.example"),), (("dkim", "pass", "mail.branch.example"),), (("spf", "pass", "branch.example"), ("dkim", "none", "")),
    (("auth", "pass", "branch.example"),), (("dmarc", "none", ""), ("spf", "pass", "branch.example")),
    (("dkim", "fail", "branch.example"), ("dkim", "pass", "branch.example")),
])
def test_a_sender_confirmed_is_beyond_doubt(results: tuple[tuple[str, str, str], ...]) -> None:
    assert doubt(noted(*results), (OURS.upper(),), accept_unverified=False) == ""


@pytest.mark.parametrize("results", [
    (("dmarc", "fail", "branch.example"), ("spf", "pass", "branch.example")), (("spf", "pass", "evil.example"),), (("dkim", "pass", "evil.example"),),
    (("spf", "fail", "branch.example"),), (("spf", "softfail", "branch.example"),), (("dmarc", "pass", "evil.example"),),
    (("dmarc", "pass", "branch.example"), ("dmarc", "fail", "branch.example")), (("spf", "pass", "example"),), (("spf", "pass", ""),), (("iprev", "pass", "branch.example"),),
])
@pytest.mark.parametrize("lenient", [True, False])
def test_a_sender_not_confirmed_is_in_doubt_whatever_is_allowed(results: tuple[tuple[str, str, str], ...], *, lenient: bool) -> None:
    told = doubt(noted(*results), (OURS,), accept_unverified=lenient)
    assert told.endswith("须人工核实")
    assert all(f"{method}={result}" in told for method, result, _ in results)


@pytest.mark.parametrize("results", [(), (("spf", "none", "branch.example"),), (("dkim", "temperror", ""), ("dmarc", "none", ""))])
def test_what_nobody_verified_is_in_doubt_unless_the_operator_takes_it(results: tuple[tuple[str, str, str], ...]) -> None:
    assert doubt(noted(*results), (OURS,), accept_unverified=False)
    assert doubt(noted(*results), (OURS,), accept_unverified=True) == ""


@pytest.mark.parametrize(("server", "depth"), [("mx.evil.example", 0), (OURS, 3), ("", 0)])
def test_what_a_sender_wrote_into_the_mail_confirms_nothing(server: str, depth: int) -> None:
    forged = Check(server, "dmarc", "pass", "branch.example", depth)
    mail = replace(MAIL, checks=(Check(OURS, "spf", "fail", "branch.example", 1), forged))
    assert doubt(mail, (OURS,), accept_unverified=True)


METHODS, RESULTS = st.sampled_from(["dmarc", "dkim", "spf", "auth", "arc"]), st.sampled_from(["pass", "fail", "none", "softfail", "temperror"])


@given(st.lists(st.tuples(METHODS, RESULTS, st.sampled_from(["branch.example", "evil.example", ""])), max_size=5))
def test_nothing_but_a_pass_for_the_senders_own_domain_makes_a_mail_certain(results: list[tuple[str, str, str]]) -> None:
    certain = doubt(noted(*results), (OURS,), accept_unverified=False) == ""
    if certain:
        assert any(result == "pass" and about == "branch.example" for _, result, about in results)
        assert ("dmarc", "fail", "branch.example") not in results
