"""The TOML file behind the configuration, and its mistakes in words a person can act on."""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

SECRET_KEYS = frozenset({"password", "token", "secret", "key"})


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing that is wrong: where, what, and what is expected instead."""

    where: str      # file:line, or "environment"
    key: str
    wrong: str
    expected: str

    def __str__(self) -> str:
        """One paragraph for a terminal."""
        return f"{self.where}: {self.key}: {self.wrong}\n    expected: {self.expected}"


class ConfigMistakes(Exception):
    """The configuration cannot be used; every mistake at once."""

    def __init__(self, mistakes: Iterable[Mistake]) -> None:
        self.mistakes = tuple(mistakes)
        super().__init__("\n".join(map(str, self.mistakes)))


@dataclass(frozen=True, slots=True)
class TomlFile:
    """A TOML file: its values, and where each key stands."""

    name: str
    values: Mapping[str, Any]
    lines: Mapping[str, int]

    @classmethod
    def empty(cls) -> "TomlFile":
        """No file at all."""
        return cls("", {}, {})

    @classmethod
    def read(cls, path: Path) -> "TomlFile":
        """Read the file; ConfigMistakes where it is missing or no TOML."""
        try:
            text = path.read_text(encoding="utf-8")
            return cls(str(path), tomllib.loads(text), dict(_places(text)))
        except FileNotFoundError:
            cure = "an existing file; deploy/bridge.example.toml is a start, and without --config the embedded default runs"
            raise ConfigMistakes([Mistake(str(path), "(file)", "there is no such file", cure)]) from None
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigMistakes([Mistake(str(path), "(file)", f"cannot be read: {error}", "a readable file in UTF-8")]) from None
        except tomllib.TOMLDecodeError as error:
            raise ConfigMistakes([Mistake(str(path), "(syntax)", f"no TOML: {error}", "TOML 1.0, see https://toml.io")]) from None

    def where(self, key: str) -> str:
        """file:line of a key, or of the nearest table around it."""
        while key:
            if key in self.lines:
                return f"{self.name}:{self.lines[key]}"
            key = key.rpartition(".")[0]
        return self.name

    def secrets(self, table: Mapping[str, Any] | None = None, prefix: str = "") -> Iterator[Mistake]:
        """Secrets that stand in the file itself."""
        for name, value in (self.values if table is None else table).items():
            key = f"{prefix}{name}"
            if isinstance(value, Mapping):
                yield from self.secrets(value, f"{key}.")
            elif isinstance(value, list):
                for number, row in enumerate(value):
                    if isinstance(row, Mapping):
                        yield from self.secrets(row, f"{key}.{number}.")
            elif name in SECRET_KEYS:
                cure = f"{name}_file = a file with mode 0600 (or a systemd credential's name), or the environment"
                yield Mistake(self.where(key), key, "a secret stands in the file", cure)
            elif name == "url" and re.search(r"://[^/@]*:[^/@]+@", str(value)):
                yield Mistake(self.where(key), key, "a password stands in the url", "the url without it, and password_file beside it")


def _places(text: str) -> Iterator[tuple[str, int]]:
    """Yield (dotted key, line number); arrays of tables are counted: sources.0.name."""
    table = ""
    seen: dict[str, int] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if array := re.match(r"\s*\[\[\s*([\w.-]+)\s*\]\]", line):
            seen[array[1]] = seen.get(array[1], -1) + 1
            table = f"{array[1]}.{seen[array[1]]}"
            yield table, number
        elif header := re.match(r"\s*\[\s*([\w.-]+)\s*\]", line):
            table = header[1]
            yield table, number
        elif pair := re.match(r"""\s*["']?([\w.-]+)["']?\s*=""", line):
            yield (f"{table}.{pair[1]}" if table else pair[1]), number


_EXPECTED = {
    "extra_forbidden": "no such key; look at the spelling in deploy/bridge.example.toml",
    "missing": "a value: this key is required here",
    "int_parsing": "a whole number", "int_type": "a whole number", "float_parsing": "a number", "float_type": "a number",
    "string_type": "text in quotes", "bool_parsing": "true or false", "bool_type": "true or false",
    "path_type": "a path in quotes", "tuple_type": "a list in [ ]", "model_type": "a table", "dict_type": "a table",
    "model_attributes_type": "a table",
}
_WRONG = {"extra_forbidden": "is unknown", "missing": "is missing"}


def mistakes_of(error: ValidationError, file: TomlFile, environ: Mapping[str, str], prefix: str) -> list[Mistake]:
    """Turn pydantic's errors into ours; values are shown except where they might be secret."""
    return [_mistake(row, file, environ, prefix) for row in error.errors(include_url=False)]


def _mistake(row: Mapping[str, Any], file: TomlFile, environ: Mapping[str, str], prefix: str) -> Mistake:
    key = ".".join(str(part) for part in row["loc"])
    variable = prefix + "__".join(str(part) for part in row["loc"]).upper()
    by_environment = any(name.upper().startswith(variable) for name in environ)
    where = f"environment {variable}" if by_environment or not file.name else file.where(key)
    kind, message = row["type"], str(row["msg"]).removeprefix("Value error, ")
    hidden = kind in _WRONG or (isinstance(row["input"], (Mapping, Sequence)) and not isinstance(row["input"], str))
    secret = bool(SECRET_KEYS & set(key.rpartition(".")[2].split("_")))
    shown = "" if hidden or secret else f"{row['input']!r} cannot be used"
    wrong = _WRONG.get(kind) or shown or message
    return Mistake(where or "configuration", key or "(whole)", wrong, _EXPECTED.get(kind, message))
