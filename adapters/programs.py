"""How a program of the bank's is run: words as a list, never through a shell, for a bounded time. No door of its own."""

import asyncio
import contextlib
from collections.abc import Sequence

LONGEST_COMPLAINT = 200     # characters of what the program says that are told


async def run_program(command: Sequence[str], timeout: float, words: bytes = b"") -> None:  # noqa: ASYNC109 (of the program, not of the caller)
    """Run it to its end, `words` on its standard input; OSError where it is missing, fails, or takes over `timeout` seconds."""
    running = await asyncio.create_subprocess_exec(
        *command, stdin=asyncio.subprocess.PIPE if words else asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE,
        start_new_session=True,
    )
    try:
        async with asyncio.timeout(timeout):
            _, complaint = await running.communicate(words or None)
    except TimeoutError:
        raise OSError(f"{command[0]} was still running after {timeout:g} s") from None
    finally:
        if running.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                running.kill()
            await running.wait()
    if running.returncode:
        said = complaint.decode("utf-8", "replace").strip()[:LONGEST_COMPLAINT]
        raise OSError(f"{command[0]} ended with {running.returncode}: {said}")
