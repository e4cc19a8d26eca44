"""The whole collection of real mails beside the repository: nothing raises, and every mail has what a mail has."""

import json
import tarfile
from pathlib import Path

import pytest

from adapters.formats.mime import mail_json, read_mail
from routing.papers import Mail, MailKind, Unreadable

SHARED = Path(__file__).parents[3] / "shared"
#: The one file that is no mail: the body of a mail whose head somebody cut off.
NO_MAIL = 1


@pytest.fixture(scope="module")
def archive() -> list[tuple[str, Mail | None]]:
    if not SHARED.exists():
        pytest.skip("no ../shared here")
    with tarfile.open(SHARED / "data" / "mail-dev.tar.xz") as tar:
        raw = {member.name: tar.extractfile(member).read() for member in tar if member.isfile() and not member.name.endswith(".tsv")}
    return [(name, _read(content)) for name, content in raw.items()]


def _read(content: bytes) -> Mail | None:
    try:
        return read_mail(content)
    except Unreadable:
        return None


@pytest.mark.slow
def test_every_mail_is_read(archive):
    assert len(archive) == 1084
    assert sum(found is None for _, found in archive) == NO_MAIL


@pytest.mark.slow
def test_every_mail_is_whole_and_can_be_stored(archive):
    for name, found in archive:
        if found is not None:
            assert found.new_text + found.history == found.text, name
            assert isinstance(found.kind, MailKind), name
            json.dumps(mail_json(found, name, None, {}), ensure_ascii=False).encode("utf-8")
            found.text.encode("utf-8")


@pytest.mark.slow
def test_the_collections_of_bounces_are_bounces(archive):
    bounces = [found for name, found in archive if found is not None and "/maildir/" in name and "/not/" not in name]
    machines = [found for found in bounces if found.kind in {MailKind.BOUNCE, MailKind.AUTO_REPLY, MailKind.READ_RECEIPT}]
    assert len(machines) >= 0.97 * len(bounces)
    returned = [found for found in bounces if found.kind is MailKind.BOUNCE]
    assert sum(bool(found.failed_recipients) for found in returned) >= 0.9 * len(returned)


@pytest.mark.slow
def test_discussions_are_messages(archive):
    kinds = [found.kind for name, found in archive if found is not None and "/lore-" in name]
    assert kinds.count(MailKind.RECALL) == 1
    assert kinds.count(MailKind.MESSAGE) >= 0.97 * len(kinds)
