"""Reports about letters, as mail servers and readers' programs write them (RFC 3464, RFC 8098)."""

DELIVERED, FULL, GONE, LATE = ("delivered", "2.0.0", "250 2.1.5 ok"), ("failed", "4.2.2", "452 4.2.2 mailbox full"), ("failed", "5.1.1", "550 5.1.1 user unknown"), ("delayed", "4.4.1", "connect timed out")


def dsn(about: str, recipient: str, what: tuple[str, str, str], *, envelope: str = "", n: int = 1, original: str = "", date: str = "Wed, 22 Jul 2026 09:29:00 +0800") -> bytes:
    """A delivery report about a letter."""
    action, status, said = what
    lines = [f"Reporting-MTA: dns; mx.branch.example\r\n{f'Original-Envelope-Id: {envelope}' if envelope else 'Arrival-Date: ' + date}\r\n"]
    lines += [f"{f'Original-Recipient: rfc822;{original}{chr(13)}{chr(10)}' if original else ''}Final-Recipient: rfc822; {recipient}\r\nAction: {action}\r\nStatus: {status}\r\nDiagnostic-Code: smtp; {said}\r\n"]
    return _report("delivery-status", "\r\n".join(lines), about, n, date)


def mdn(about: str, recipient: str, *, to: str, n: int = 1, what: str = "displayed") -> bytes:
    """A reading receipt of a letter."""
    said = f"Final-Recipient: rfc822;{recipient}\r\nOriginal-Message-ID: <{about}>\r\nDisposition: manual-action/MDN-sent-manually; {what}\r\n"
    return _report("disposition-notification", said, about, n, "Wed, 22 Jul 2026 09:40:00 +0800", (recipient, to, "Read: slip"))


def _report(kind: str, said: str, about: str, n: int, date: str, people: tuple[str, str, str] = ("MAILER-DAEMON@mx.branch.example", "hotline@bank.example", "Mail Delivery Report")) -> bytes:
    sender, to, subject = people
    return (
        f"Return-Path: <>\r\nFrom: {sender}\r\nTo: {to}\r\nSubject: {subject}\r\nDate: {date}\r\nMessage-ID: <report{n}.{kind}@mx.branch.example>\r\nAuto-Submitted: auto-replied\r\n"
        f"MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type={kind}; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nThis is the mail system.\r\n"
        f"--b\r\nContent-Type: message/{kind}\r\n\r\n{said}\r\n--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: <{about}>\r\nSubject: slip\r\n\r\n--b--\r\n"
    ).encode()
