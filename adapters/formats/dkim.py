"""A letter signed by DKIM (RFC 6376), relaxed/relaxed, with the library `dkimpy` (pip extra `dkim`)."""

from dataclasses import dataclass, field

import dkim
from dkim.crypto import UnparsableKeyError, parse_pem_private_key

#: What is signed of a letter's head where it is there; From twice, so that nobody can put another one above it (RFC 6376, 8.15).
SIGNED = (
    b"from", b"from", b"to", b"cc", b"reply-to", b"subject", b"date", b"message-id", b"in-reply-to", b"references", b"mime-version", b"content-type",
    b"content-transfer-encoding", b"auto-submitted", b"x-hotline-bridge", b"disposition-notification-to",
)


@dataclass(frozen=True, slots=True)
class Signer:
    """Whose signature: the domain, the selector below _domainkey, and the private key (RSA, PEM); ValueError where that is no key."""

    domain: str
    selector: str
    key: bytes = field(repr=False)

    def __post_init__(self) -> None:
        try:
            parse_pem_private_key(self.key)
        except (UnparsableKeyError, ValueError, IndexError) as error:
            msg = f"no RSA private key in PEM ({type(error).__name__})"
            raise ValueError(msg) from None

    def __call__(self, letter: bytes) -> bytes:
        """Return the letter with its signature on top; everything below it byte for byte as it was."""
        there = {line.partition(b":")[0].lower() for line in letter.partition(b"\r\n\r\n")[0].split(b"\r\n") if line[:1] not in b" \t"}
        head = [name for place, name in enumerate(SIGNED) if name in there or (place == 1)]
        signature: bytes = dkim.sign(
            letter, self.selector.encode(), self.domain.encode(), self.key, canonicalize=(b"relaxed", b"relaxed"), include_headers=head,
        )
        return signature + letter
