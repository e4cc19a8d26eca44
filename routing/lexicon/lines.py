"""Where in a file a mistake is: TOML gives no line numbers, so the headings, keys and words are looked for."""

import re
from dataclasses import dataclass

_HEADING = re.compile(r"^\s*\[\[?\s*([A-Za-z_.-]+)\s*\]\]?")


@dataclass(frozen=True, slots=True)
class Source:
    """The text of one file of the lists, "" where only its content is known."""

    name: str
    text: str = ""

    def at(self, table: str, number: int = 1, key: str = "", words: str = "") -> str:
        """Return the file's name and, where it is found, the line: of the words, else the key, else the heading."""
        lines = self.text.splitlines()
        headings = [at for at, line in enumerate(lines) if (found := _HEADING.match(line)) and found[1] == table]
        if number > len(headings):
            return self.name
        first = headings[number - 1]
        last = next((at for at in range(first + 1, len(lines)) if _HEADING.match(lines[at])), len(lines))
        line = first
        if key:
            line = next((at for at in range(first, last) if re.match(rf"\s*[\"']?{re.escape(key)}[\"']?\s*=", lines[at])), first)
        if words:
            line = next((at for at in range(line, last) if f'"{words}"' in lines[at] or f"'{words}'" in lines[at]), line)
        return f"{self.name}, line {line + 1}"
