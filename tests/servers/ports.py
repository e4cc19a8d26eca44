"""Ports for the tests' servers: from a block that no other process hands out, nor the kernel to who connects.

A port found free by binding and letting go of it may be found by another worker in the same moment; then two tests speak
with one server, and each finds the other's letters in its box.
"""

import socket
from functools import cache
from itertools import chain

HOST = "127.0.0.1"
BLOCKS, SIZE = range(20_000, 32_000, 200), 200     # below net.ipv4.ip_local_port_range as Linux has it


@cache
def _block() -> tuple[socket.socket, list[int]]:
    """A block of this process for as long as it lives, held by its first port, and what is to be handed out next."""
    for first in BLOCKS:
        holder = socket.socket()
        try:
            holder.bind((HOST, first))
        except OSError:
            holder.close()
        else:
            return holder, list(range(first + 1, first + SIZE))
    msg = f"every block of ports from {BLOCKS.start} to {BLOCKS.stop} is held; end other runs of the tests"
    raise RuntimeError(msg)


def free_ports(count: int) -> list[int]:
    """Ports nobody uses now, all different, the longest unused first."""
    _, ports = _block()
    found = [port for port in ports if _is_free(port)][:count]
    ports[:] = chain((port for port in ports if port not in found), found)
    return found


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)     # what a former server's clients left in TIME_WAIT harms nobody
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
        return True
