"""Tells systemd how the service is (sd_notify(3)); silent where no systemd listens."""

import os
import socket


def notify(state: str) -> None:
    """Send one state, such as READY=1, WATCHDOG=1 or STOPPING=1."""
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return
    if address.startswith("@"):
        address = "\0" + address[1:]
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as door:
        door.sendto(state.encode(), address)


def watchdog_seconds() -> float | None:
    """How often systemd wants to hear of us; None where it does not ask."""
    usec = os.environ.get("WATCHDOG_USEC")
    return int(usec) / 2_000_000 if usec and usec.isdigit() else None
