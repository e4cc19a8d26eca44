"""The real program, in its own world; what it makes of our form is read as the form is."""

import io
import stat
import sys
import asyncio
from pathlib import Path

import openpyxl
import pytest

from adapters.formats.answer_table import read_rows
from adapters.formats.xlsx_words import rows_of
from adapters.office import LibreOffice
from routing.papers import Unreadable
from tests.elements.words import HOLLOW, read_slip
from tests.formats.test_slip_docx import filled
from tests.servers.running import program

SAID = {1: "经核实属实，柜员语气生硬", 6: "张小某", 7: "13800000000"}


@pytest.fixture
def office() -> LibreOffice:
    return LibreOffice(Path(program("soffice")))


def a_program(folder: Path, *lines: str) -> Path:
    path = folder / "soffice"
    path.write_text("\n".join([f"#!{sys.executable}", "import os, sys, time", "from pathlib import Path", *lines]) + "\n", encoding="utf-8")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


@pytest.mark.real
async def test_P12_an_old_word_file_becomes_one_that_can_be_read(office):
    old = await office.convert(filled(SAID), "docx", "doc")
    assert old.startswith(bytes.fromhex("d0cf11e0a1b11ae1"))
    assert dict(read_slip(await office.convert(old, "doc", "docx")).elements) == SAID


@pytest.mark.real
async def test_P12_an_old_workbook_becomes_one_that_can_be_read(office):
    book, raw = openpyxl.Workbook(), io.BytesIO()
    book.active.append(["经办人", "张小某"])
    book.save(raw)
    old = await office.convert(raw.getvalue(), "xlsx", "xls")
    assert dict(read_rows(rows_of(await office.convert(old, "xls", "xlsx")), HOLLOW).elements) == {6: "张小某"}


async def test_a_program_that_never_ends_is_killed_with_its_children(tmp_path):
    pids = tmp_path / "pids"
    slow = a_program(tmp_path, "child = os.fork()", f"Path({str(pids)!r} + str(child == 0)).write_text(str(os.getpid()))", "time.sleep(600)")
    office = LibreOffice(slow, 3.0)
    office._around = ()
    with pytest.raises(Unreadable, match=r"3 秒内未能打开.*请"):
        await office.convert(b"x", "doc", "docx")
    for name in ("True", "False"):
        pid = int(Path(f"{pids}{name}").read_text())
        while not _gone(pid):       # killed, but the kernel has yet to carry it out; the test's own limit ends a wait for nothing
            await asyncio.sleep(0.05)


def _gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"      # killed; its new parent has yet to look
    except FileNotFoundError:
        return True


async def test_a_program_that_makes_nothing_says_so_with_a_cure(tmp_path):
    with pytest.raises(Unreadable, match="请另存为"):
        await LibreOffice(a_program(tmp_path, "sys.exit(1)")).convert(b"x", "doc", "docx")


async def test_a_link_in_place_of_the_file_is_not_followed(tmp_path):
    linked = a_program(tmp_path, 'out = Path(sys.argv[sys.argv.index("--outdir") + 1])', '(out / "answer.docx").symlink_to("/etc/hostname")')
    with pytest.raises(Unreadable):
        await LibreOffice(linked).convert(b"x", "doc", "docx")


async def test_each_file_has_a_profile_of_its_own_without_macros_that_vanishes(tmp_path):
    spy = a_program(
        tmp_path, 'profile = next(one for one in sys.argv if one.startswith("-env:")).partition("file://")[2]',
        'out = Path(sys.argv[sys.argv.index("--outdir") + 1])',
        '(out / "answer.docx").write_text(profile + "\\n" + (Path(profile) / "user" / "registrymodifications.xcu").read_text() + os.environ["HOME"])',
    )
    first, second = [(await LibreOffice(spy).convert(b"x", "doc", "docx")).decode().partition("\n") for _ in range(2)]
    assert first[0] != second[0]
    assert 'DisableMacrosExecution" oor:op="fuse"><value>true' in first[2]
    assert first[2].endswith(str(Path(first[0]).parent))
    assert not Path(first[0]).exists()


async def test_a_program_that_is_gone_is_no_fault_of_the_file(tmp_path):
    office = LibreOffice(tmp_path / "nowhere")
    office._around = ()
    with pytest.raises(OSError, match="nowhere"):
        await office.convert(b"x", "doc", "docx")


async def test_a_file_that_is_too_large_is_not_opened(tmp_path):
    with pytest.raises(Unreadable, match="超过"):
        await LibreOffice(tmp_path / "nowhere").convert(b"x" * (20 * 2**20 + 1), "doc", "docx")
