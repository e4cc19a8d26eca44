"""The command `hotline-bridge`. Exit codes: 0 done, 1 some input was bad, 2 the command or its configuration is wrong."""

import io
import sys

import typer

from hotline_bridge.cli import admin, books, callbacks, calls, cases, clocks, entering, files, hops, learning, letters, matters, packs, quarantine, recordings, reminders, service, templates, vendor, voice
from hotline_bridge.config_file import ConfigMistakes
from routing.errors import BadTable, RuleError

app = typer.Typer(
    name="hotline-bridge", no_args_is_help=True, add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False,
    help="""客服热线投诉转办：受理来电与来信，生成转办单，送达分支机构，复核、催办、登记。

The daemon between a bank's complaint hotline and its branches. Try `hotline-bridge demo` first: a day at the hotline,
played on this machine, with nothing to set up. Then `hotline-bridge run` for the service itself.""",
)
service.add_to(app)
learning.add_to(app)      # triage, with what measures and teaches it
files.add_to(app)
cases.add_to(app)
clocks.add_to(app)
entering.add_to(app)
hops.add_to(app)
matters.add_to(app)
callbacks.add_to(app)
calls.add_to(app)
recordings.add_to(app)
reminders.add_to(app)
packs.add_to(app)
letters.add_to(app)
quarantine.add_to(app)
books.add_to(app)
templates.add_to(app)
vendor.add_to(app)
voice.add_to(app)
admin.add_to(app)


def main() -> None:
    """Run the command; what a person can mend is told in words, never as a traceback."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")      # LANG=C, or a GBK terminal and a rare character: legible beats a traceback
    try:
        app(standalone_mode=True)
    except ConfigMistakes as error:
        _give_up(f"the configuration cannot be used:\n{error}")
    except BadTable as error:
        _give_up("a table of the bank cannot be used:\n" + "\n".join(f"{error.name}: {mistake}" for mistake in error.mistakes))
    except ExceptionGroup as group:                             # a room of the daemon ended, and took the others along
        _give_up("; ".join(_said(error) for error in group.exceptions))
    except (RuleError, OSError) as error:
        _give_up(_said(error))


def _said(error: BaseException) -> str:
    """An error in words; of one that is a defect only its kind, for its words may be a customer's (P-6)."""
    if isinstance(error, OSError):
        place = f"{error.filename}: " if error.filename else ""
        return f"{place}{error.strerror or error}"
    if isinstance(error, RuleError):
        return str(error)
    from hotline_bridge.logs import frames

    return f"a defect of the program, please report it: {type(error).__name__} in {' < '.join(reversed(frames(error)))}"


def _give_up(words: str) -> None:
    if sys.stderr is not None:      # closed by whoever started us
        sys.stderr.write(f"hotline-bridge: {words}\n")
    sys.exit(2)
