"""Every letter in every state, as the shipped templates say it. `python -m tests.routing.letters_index` writes them down anew."""

from collections.abc import Iterator
from pathlib import Path

from routing.specimens import specimens
from tests.letters import SHEETS

FOLDER = Path(__file__).parent / "letters"


def letters() -> Iterator[tuple[str, str]]:
    """Yield each letter by the name of its file."""
    for one in specimens():
        words = one.make(SHEETS)
        if words.text:
            yield f"{one.letter}-{one.state}.txt", f"{words.subject}\n\n{words.text.rstrip()}\n"
        if words.html:
            yield f"{one.letter}-{one.state}.html", words.html


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name, text in letters():
        (FOLDER / name).write_text(text, encoding="utf-8")
