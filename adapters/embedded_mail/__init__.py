"""A small mail server inside the daemon, for trying out without any other: SMTP and IMAP on loopback only.

pymap speaks IMAP and aiosmtpd SMTP, in the caller's event loop. Every mail also lies as a file a person can open,
`<folder>/<address>/00000101.eml`, and is there again after a restart under the same UID. No TLS, no queue, no
forwarding, no fsync: for a bank's real mail use the bank's real mail server.
"""

from adapters.embedded_mail.server import EmbeddedMail, embedded_mail

__all__ = ["EmbeddedMail", "embedded_mail"]
