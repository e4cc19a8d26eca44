"""Whether a mail comes from whom its From names, as far as the bank's own mail servers say (RFC 8601, RFC 7489; P-12)."""

from collections.abc import Collection, Iterable, Sequence

from routing.papers import Check, Mail

_PASSES = ("dmarc", "dkim", "spf", "auth")
_NOTHING = frozenset({"none", "neutral", "policy", "temperror", "permerror"})       # the server could not say


def doubt(mail: Mail, trusted: Collection[str], *, accept_unverified: bool) -> str:
    """Return why it is not certain that the sender named sent the mail, in Chinese for the desk; "" where nothing speaks against it.

    `trusted` are the names (authserv-id) of the bank's own servers; without any nothing was verified, and nothing is
    said. What other servers noted does not count, nor what stands below the topmost notes of a trusted one: a sender can
    write those headers too. `accept_unverified` takes a mail no trusted server has said anything about.
    """
    if not trusted:
        return ""
    names = {name.lower() for name in trusted}
    noted = [check for check in mail.checks if check.server in names]
    top = min((check.depth for check in noted), default=0)
    noted = [check for check in noted if check.depth == top]
    domain = mail.sender.rpartition("@")[2].lower()
    if spoken := [check for check in noted if check.method == "dmarc" and check.result not in _NOTHING]:
        return "" if all(check.result == "pass" and _same(check.about, domain) for check in spoken) else _told("发件人身份验证未通过", noted)
    if any(check.result == "pass" and check.method in _PASSES and _same(check.about, domain) for check in noted):
        return ""
    if accept_unverified and all(check.result in _NOTHING for check in noted):
        return ""
    return _told("接收邮件的服务器未能确认发件人身份", noted)


def _same(about: str, domain: str) -> bool:
    """Whether a result speaks of the sender's own domain, or of one above or below it (RFC 7489, 3.1: relaxed)."""
    return bool(about and domain) and (about == domain or about.endswith(f".{domain}") or (domain.endswith(f".{about}") and "." in about))


def _told(what: str, noted: Sequence[Check]) -> str:
    return f"{what}（{_spoken(noted)}），须人工核实"


def _spoken(noted: Iterable[Check]) -> str:
    return "、".join(f"{check.method}={check.result}" for check in noted) or "无验证结果"
