"""The mailboxes of branches and desk as their owners see them: the files that the embedded mail server keeps."""

from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from email.utils import parseaddr, parsedate_to_datetime
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Received:
    """One mail in a mailbox, and the file it lies in."""

    path: Path
    owner: str
    mail: EmailMessage

    @property
    def subject(self) -> str:
        """Its subject, decoded."""
        return str(self.mail["Subject"])

    @property
    def message_id(self) -> str:
        """Its Message-ID, with the angles."""
        return str(self.mail["Message-ID"]).strip()

    @property
    def reply_to(self) -> str:
        """The bare address an answer goes to."""
        return parseaddr(str(self.mail["Reply-To"] or self.mail["From"]))[1]

    @property
    def dated(self) -> datetime:
        """When it was written, by its own word; aware."""
        return parsedate_to_datetime(str(self.mail["Date"]))

    @property
    def text(self) -> str:
        """Its plain words."""
        body = self.mail.get_body(("plain",))
        return str(body.get_content()) if body is not None else ""

    @property
    def forms(self) -> dict[str, bytes]:
        """The Word forms that came with it, by file name."""
        parts = ((part.get_filename() or "", part.get_content()) for part in self.mail.iter_attachments())
        return {name: content for name, content in parts if name.endswith(".docx")}


@dataclass(frozen=True, slots=True)
class Mailboxes:
    """Every mailbox below the mail server's folder."""

    folder: Path

    def of(self, address: str) -> list[Received]:
        """The mails of a mailbox in the order they came; empty where none ever came."""
        return [_read(path, address) for path in sorted((self.folder / address).glob("*.eml"))]

    def everything(self) -> list[Received]:
        """The mails of all mailboxes."""
        return [one for box in sorted(self.folder.iterdir()) if box.is_dir() for one in self.of(box.name)]


def _read(path: Path, owner: str) -> Received:
    mail = message_from_bytes(path.read_bytes(), policy=default)
    assert isinstance(mail, EmailMessage)
    return Received(path, owner, mail)


