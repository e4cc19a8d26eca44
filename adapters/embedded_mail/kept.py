"""pymap's mailboxes in memory, with a file beside each mail that outlives the process."""

import asyncio
import re
import shutil
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast
from urllib.parse import unquote

from pymap.backend.dict.mailbox import MailboxData, MailboxSet, Message
from pymap.concurrent import Event
from pymap.exceptions import NotAllowedError
from pymap.parsing.message import AppendMessage
from pymap.parsing.specials import ObjectId
from pymap.selected import SelectedMailbox

_MAIL_FILE = re.compile(r"(\d{8})\.eml", re.ASCII)
#: Holds "uidvalidity highest-uid": a UID must not come again when the mail that had it was moved away.
_NUMBERS = "numbers.txt"


def file_name(name: str) -> str:
    """A name for the file system that a person still recognises: only what would change the folder is escaped."""
    plain = name.replace("%", "%25").replace("/", "%2F").replace("\\", "%5C")
    return f"%2E{plain[1:]}" if plain.startswith(".") else plain


class Mailbox(MailboxData):
    """One mailbox; with a folder each mail is written there, under its UID, before anybody can see it."""

    def __init__(self, contents: Any, threads: Any, folder: Path | None) -> None:  # noqa: ANN401 - pymap's own privates
        super().__init__(contents, threads)
        self._folder = folder
        self.order = asyncio.Lock()

    async def load(self) -> None:
        """Take in the mails that lie in the folder, under the UIDs they had."""
        if self._folder is None:
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        highest = self._read_numbers()
        for path in sorted(self._folder.iterdir()):
            found = _MAIL_FILE.fullmatch(path.name)
            if found is not None:
                self._max_uid = int(found[1]) - 1
                arrived = datetime.fromtimestamp(path.stat().st_mtime, UTC)
                await super().append(AppendMessage(path.read_bytes(), arrived))
                await asyncio.sleep(0)  # reading thousands takes seconds; the daemon shares this loop
        self._max_uid = max(self._max_uid, highest)
        self._write_numbers()

    async def update_selected(self, selected: SelectedMailbox, *, wait_on: Event | None = None) -> SelectedMailbox:
        """Bring a client's view up to date, waiting for a change only where it is: pymap forgets what came before IDLE."""
        known = selected.mod_sequence
        behind = known is None or known < self._mod_sequences.highest
        return await super().update_selected(selected, wait_on=None if behind else wait_on)

    async def append(self, append_msg: AppendMessage, *, recent: bool = False) -> Message:
        """Add a mail: first the file, then memory."""
        async with self.order:
            path = self.next_path()
            if path is not None:
                unfinished = path.with_suffix(".tmp")
                unfinished.write_bytes(append_msg.literal)
                unfinished.replace(path)
                arrived = append_msg.when or datetime.fromtimestamp(path.stat().st_mtime, UTC)
                append_msg = replace(append_msg, when=arrived)
            return await super().append(append_msg, recent=recent)

    async def copy(self, uid: int, destination: MailboxData, *, recent: bool = False) -> int | None:
        """Copy a mail to another mailbox of the same person."""
        other = cast("Mailbox", destination)
        async with other.order:
            source, target = self._path(uid), other.next_path()
            if source is not None and target is not None and source.exists():
                shutil.copy2(source, target)
            return await super().copy(uid, destination, recent=recent)

    async def move(self, uid: int, destination: MailboxData, *, recent: bool = False) -> int | None:
        """Move a mail to another mailbox of the same person."""
        other = cast("Mailbox", destination)
        async with other.order:
            source, target = self._path(uid), other.next_path()
            if source is not None and target is not None and source.exists():
                self._write_numbers()
                source.replace(target)
            return await super().move(uid, destination, recent=recent)

    async def delete(self, uids: Iterable[int]) -> None:
        """Expunge mails, as their owner asked; their files go too."""
        gone = tuple(uids)
        self._write_numbers()
        for path in map(self._path, gone):
            if path is not None:
                path.unlink(missing_ok=True)
        await super().delete(gone)

    def next_path(self) -> Path | None:
        """Where the next mail will lie; to be called with `order` held."""
        return self._path(self._max_uid + 1)

    def _path(self, uid: int) -> Path | None:
        return None if self._folder is None else self._folder / f"{uid:08}.eml"

    def _read_numbers(self) -> int:
        numbers = cast("Path", self._folder) / _NUMBERS
        if not numbers.exists():
            return self._max_uid
        validity, highest = numbers.read_text("ascii").split()
        self._uid_validity = int(validity)
        return int(highest)

    def _write_numbers(self) -> None:
        if self._folder is not None:
            unfinished = self._folder / f"{_NUMBERS}.tmp"
            unfinished.write_text(f"{self._uid_validity} {self._max_uid}\n", "ascii")
            unfinished.replace(self._folder / _NUMBERS)


class Mailboxes(MailboxSet):
    """The mailboxes of one person: INBOX is the person's folder, every other mailbox a folder within."""

    def __init__(self, folder: Path | None) -> None:
        super().__init__()
        self._folder = folder
        self._inbox: MailboxData = Mailbox(self._content_cache, self._thread_cache, folder)

    async def load(self) -> None:
        """Take in what lies in the folder."""
        await cast("Mailbox", self._inbox).load()
        if self._folder is not None:
            for path in sorted(self._folder.iterdir()):
                if path.is_dir():
                    await self._add(unquote(path.name))

    async def add_mailbox(self, name: str) -> ObjectId:
        """Create a mailbox; ValueError when there is one of this name."""
        if name in self._set:
            raise ValueError(name)
        return (await self._add(name)).mailbox_id

    async def _add(self, name: str) -> Mailbox:
        folder = None if self._folder is None else self._folder / file_name(name)
        mailbox = Mailbox(self._content_cache, self._thread_cache, folder)
        await mailbox.load()
        self._set[name] = mailbox
        return mailbox

    async def delete_mailbox(self, name: str) -> None:
        """Refuse: this server keeps what it was given."""
        raise NotAllowedError(f"{name}: this mail server deletes no folders")

    async def rename_mailbox(self, before: str, after: str) -> None:
        """Refuse: a folder keeps its name."""
        raise NotAllowedError(f"{before}: this mail server renames no folders to {after}")
