"""The demo's folder: fresh every time, and never one that holds anybody else's files."""

import shutil
from pathlib import Path

MARKER = "made-by-hotline-bridge-demo.txt"
_SAYS = "本文件夹由 hotline-bridge demo 生成，下次演示时清空。\nMade by `hotline-bridge demo`, which empties it each time it runs.\n"


class NotOurs(OSError):
    """The folder holds something and no demo made it."""


def fresh(folder: Path) -> Path:
    """Empty the folder of what a former demo left and return it, absolute; NotOurs where it is somebody else's."""
    folder = folder.absolute()
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        raise NotOurs(f"{folder} is no folder of its own; name another one with --folder")
    if folder.exists() and any(folder.iterdir()):
        if not (folder / MARKER).is_file():
            raise NotOurs(f"{folder} is not empty and was not made by a demo; name another one with --folder, nothing was touched")
        _emptied(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MARKER).write_text(_SAYS, encoding="utf-8")
    return folder


def _emptied(folder: Path) -> None:
    """Take away everything but the marker, so that a run that is stopped here leaves the folder known as ours."""
    for one in folder.iterdir():
        if one.name == MARKER:
            continue
        if one.is_dir() and not one.is_symlink():
            shutil.rmtree(one)
        else:
            one.unlink()
