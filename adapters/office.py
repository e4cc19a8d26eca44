"""The door to LibreOffice: old Word, WPS and Excel files become .docx and .xlsx (P-12).

Each file in a process of its own, with a profile and a folder of its own that vanish afterwards: no macros, no links, no
network where the system lets us take it away, limits of time, memory and size; it is killed with whatever it started.
"""

import asyncio
import contextlib
import os
import shutil
import signal
import tempfile
from collections.abc import Sequence
from pathlib import Path

from routing.papers import Unreadable

LARGEST = 20 * 2**20        # bytes, in and out
_MEMORY = 4 * 2**30         # bytes of address space; LibreOffice maps far more than it uses
_SECURITY = "/org.openoffice.Office.Common/Security/Scripting"
_SETTINGS = {"MacroSecurityLevel": "3", "DisableMacrosExecution": "true", "DisableActiveContent": "true", "BlockUntrustedRefererLinks": "true", "HyperlinksWithCtrlClick": "true"}
_ALONE = ("unshare", "--user", "--map-root-user", "--net", "--pid", "--fork", "--kill-child")
_CURE = "请另存为 .docx 或 .xlsx 后重新发送，或直接在邮件正文中逐项填写"


class LibreOffice:
    """One installed program; files are handed to it one at a time."""

    def __init__(self, program: Path, seconds: float = 60.0) -> None:
        self._program, self._seconds = program, seconds
        self._around: tuple[str, ...] | None = None

    async def convert(self, content: bytes, suffix: str, to: str) -> bytes:
        """Return the file in another format ("docx", "xlsx"). Unreadable, in words for who sent it, where that cannot be; OSError where the program does not start."""
        if len(content) > LARGEST:
            raise Unreadable(f"附件超过 {LARGEST >> 20} MB，未予打开；{_CURE}")
        if self._around is None:
            self._around = await self._guards()
        with tempfile.TemporaryDirectory(prefix="hotline-office-", ignore_cleanup_errors=True) as folder:
            place = Path(folder)
            await asyncio.to_thread(_prepare, place, content, suffix)
            await self._run(place, [
                *self._around, str(self._program), f"-env:UserInstallation={(place / 'profile').as_uri()}", "--headless", "--norestore", "--nologo", "--nodefault",
                "--nolockcheck", "--nofirststartwizard", "--convert-to", to, "--outdir", str(place / "out"), str(place / f"answer.{suffix}"),
            ])
            return await asyncio.to_thread(_result, place / "out" / f"answer.{to}")

    async def _run(self, place: Path, command: Sequence[str]) -> None:
        """Run to the end or to the time limit; nothing of it lives on."""
        nothing = asyncio.subprocess.DEVNULL
        process = await asyncio.create_subprocess_exec(
            *command, stdin=nothing, stdout=nothing, stderr=nothing, cwd=place, start_new_session=True,
            env={"HOME": str(place), "TMPDIR": str(place), "PATH": os.environ.get("PATH", os.defpath), "LANG": "C.UTF-8", "SAL_USE_VCLPLUGIN": "svp"},
        )
        try:
            async with asyncio.timeout(self._seconds):
                await process.wait()
        except TimeoutError:
            raise Unreadable(f"附件在 {self._seconds:g} 秒内未能打开；{_CURE}") from None
        finally:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()

    async def _guards(self) -> tuple[str, ...]:
        """What is put around the program as far as this system has it: limits, and a world without network and other processes."""
        limits = ("prlimit", f"--as={_MEMORY}", f"--fsize={LARGEST}", f"--cpu={int(self._seconds) + 1}", "--core=0") if shutil.which("prlimit") else ()
        alone = _ALONE if shutil.which(_ALONE[0]) and await _works([*_ALONE, "true"]) else ()
        return (*alone, *limits)


async def _works(command: Sequence[str]) -> bool:
    nothing = asyncio.subprocess.DEVNULL
    process = await asyncio.create_subprocess_exec(*command, stdin=nothing, stdout=nothing, stderr=nothing)
    return await process.wait() == 0


def _prepare(place: Path, content: bytes, suffix: str) -> None:
    (place / "out").mkdir()
    user = place / "profile" / "user"
    user.mkdir(parents=True)
    items = "".join(f'<item oor:path="{_SECURITY}"><prop oor:name="{name}" oor:op="fuse"><value>{value}</value></prop></item>' for name, value in _SETTINGS.items())
    head = '<?xml version="1.0" encoding="UTF-8"?><oor:items xmlns:oor="http://openoffice.org/2001/registry">'
    (user / "registrymodifications.xcu").write_text(f"{head}{items}</oor:items>", encoding="utf-8")
    (place / f"answer.{suffix}").write_bytes(content)


def _result(file: Path) -> bytes:
    if not file.is_file() or file.is_symlink():
        raise Unreadable(f"附件已损坏或不是文档，打不开；{_CURE}")
    if file.stat().st_size > LARGEST:
        raise Unreadable(f"附件展开后超过 {LARGEST >> 20} MB，未予打开；{_CURE}")
    return file.read_bytes()
