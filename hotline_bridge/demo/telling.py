"""How the story is told: a heading for each scene, a line for each thing that happens; plain text where nobody looks on."""

from datetime import datetime

from rich.console import Console
from rich.markup import escape

from hotline_bridge.demo.clock import DemoClock

_WIDTH = 150                            # columns where the output is no terminal: nothing is cut in a log
_WEEKDAYS = "一二三四五六日"


class Teller:
    """Prints the story with the hotline's own time."""

    def __init__(self, console: Console, clock: DemoClock) -> None:
        self.console = console
        self._clock = clock

    def scene(self, number: int, chinese: str, english: str) -> None:
        """Begin a scene."""
        self.console.print(f"\n[bold]{number:>2}  {escape(chinese)}[/]  [dim]{escape(english)}[/]")

    def says(self, chinese: str, english: str = "") -> None:
        """One thing that happened."""
        tail = f"  [dim]{escape(english)}[/]" if english else ""
        self.console.print(f"    [cyan]{spoken(self._clock())}[/]  {escape(chinese)}{tail}", soft_wrap=True)

    def failed(self, expected: str) -> None:
        """The scene did not come out."""
        self.console.print(f"    [bold red]不符合预期 / not as told[/]  expected: {escape(expected)}", soft_wrap=True)

    def line(self, words: str = "") -> None:
        """A line of its own."""
        self.console.print(escape(words), soft_wrap=True)


def spoken(moment: datetime) -> str:
    """A moment as the story shows it: 07-24 周五 09:00."""
    return f"{moment:%m-%d} 周{_WEEKDAYS[moment.weekday()]} {moment:%H:%M}"


def console() -> Console:
    """Standard output; without colours and of one width where it is no terminal."""
    found = Console(highlight=False)
    return found if found.is_terminal else Console(highlight=False, width=_WIDTH, no_color=True)
