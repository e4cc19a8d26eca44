"""Where a real Asterisk comes from: Debian 12 has none, so Debian's newest is brought into a folder of its own, once.

`python -m tests.servers.asterisk_tree` brings it (a minute, 430 MB below ~/.cache/hotline-bridge) or says in one line why
the exchange cannot be tried on this machine. Nothing of the machine itself is changed, nothing is started.
"""

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SUITE = "sid"
PACKAGES = ("asterisk", "asterisk-core-sounds-en-wav")
ZONE = "/usr/share/zoneinfo/Asia/Shanghai"      # the exchange writes local times, as one in China does
RECIPE = 1                                      # counted up where what is done below changes
BUILT_WITHIN = 900.0
MARK = "Asterisk cannot be installed here: "


class CannotInstall(Exception):
    """There is no Asterisk for the tests; the text begins with MARK and says why."""

    def __init__(self, why: str) -> None:
        super().__init__(MARK + why)


def tree() -> Path:
    """The folder Asterisk lies in, brought now where it is not there yet; CannotInstall where it cannot be."""
    if os.geteuid() != 0:
        raise CannotInstall("debootstrap and chroot need root")
    place = _place()
    with _alone(place):
        if not place.exists():
            _bring(place)
    return place


def _place() -> Path:
    named = hashlib.sha256(repr((SUITE, PACKAGES, ZONE, RECIPE)).encode()).hexdigest()[:10]
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return cache / "hotline-bridge" / f"asterisk-{named}"


@contextmanager
def _alone(place: Path) -> Iterator[None]:
    """One process brings it, the others wait."""
    place.parent.mkdir(parents=True, exist_ok=True)
    with place.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _bring(place: Path) -> None:
    debootstrap = shutil.which("debootstrap", path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
    if debootstrap is None:
        raise CannotInstall("no debootstrap; `make test-pbx` installs it")
    part = place.with_suffix(".part")
    _remove(part)
    command = [debootstrap, "--variant=minbase", f"--include={','.join(PACKAGES)}", SUITE, str(part), mirror()]
    try:
        said = subprocess.run(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
            check=False, timeout=BUILT_WITHIN, env=os.environ | _proxies(),
        )
    except subprocess.TimeoutExpired:
        _remove(part)
        raise CannotInstall(f"debootstrap did not end within {BUILT_WITHIN:.0f} s") from None
    if said.returncode:
        last = " / ".join(said.stdout.strip().splitlines()[-3:])
        _remove(part)
        raise CannotInstall(f"debootstrap ended with {said.returncode}: {last}")
    _unmount(part)
    for left in ("var/cache/apt", "var/lib/apt/lists", "usr/share/doc", "usr/share/man", "usr/share/locale"):
        shutil.rmtree(part / left, ignore_errors=True)
    (part / "etc/localtime").unlink(missing_ok=True)
    (part / "etc/localtime").symlink_to(ZONE)
    part.rename(place)


def mirror() -> str:
    """The mirror this machine's own packages come from; CannotInstall where apt names none that debootstrap can use."""
    asked = _asked("apt-get", "indextargets", "--format", "$(RELEASE) $(SITE)", "Created-By: Packages")
    for line in asked.splitlines():
        release, _, site = line.partition(" ")
        if "-" not in release and re.match(r"(https?|file|copy):", site):       # no bookworm-security, whose site is another
            return site
    raise CannotInstall("apt's configuration names no mirror")


def _proxies() -> dict[str, str]:
    """apt's proxy, which debootstrap does not ask for by itself."""
    found = re.findall(r'^Acquire::(https?)::Proxy "([^"]+)";$', _asked("apt-config", "dump"), re.MULTILINE | re.IGNORECASE)
    return {f"{scheme.lower()}_proxy": proxy for scheme, proxy in found}


def _asked(*command: str) -> str:
    try:
        return subprocess.run(command, check=True, capture_output=True, text=True, stdin=subprocess.DEVNULL).stdout
    except (OSError, subprocess.CalledProcessError) as error:
        raise CannotInstall(f"{command[0]} does not answer ({type(error).__name__}); this is no Debian") from None


def _unmount(folder: Path) -> None:
    """Let go of what a debootstrap that was broken off left mounted; CannotInstall rather than deleting into a mount."""
    for _ in range(2):
        inside = [line.split()[1] for line in Path("/proc/mounts").read_text("utf-8").splitlines() if line.split()[1].startswith(f"{folder}/")]
        if not inside:
            return
        for point in reversed(inside):
            subprocess.run(["umount", "--lazy", point], check=False, capture_output=True)
    raise CannotInstall(f"something is mounted below {folder}")


def _remove(folder: Path) -> None:
    _unmount(folder)
    shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    try:
        print(f"Asterisk for the tests: {tree()}")
    except CannotInstall as error:
        print(f"THE REAL EXCHANGE IS NOT TRIED. {error}")
