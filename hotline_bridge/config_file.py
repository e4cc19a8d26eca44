"""The TOML file behind the configuration and the environment beside it: relative paths, and mistakes in words a person can act on."""

import json
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

SECRET_KEYS = frozenset({"password", "token", "secret", "key"})
NEAR = 0.75         # how much alike a variable and a key must look for the one to be taken for a slip of the other
OURS_TOO = frozenset({"config"})        # names the configuration file itself, on the command line


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
            text = path.read_text(encoding="utf-8-sig")       # Notepad's mark at the beginning is no mistake
            return cls(str(path), tomllib.loads(text), dict(_places(text)))
        except FileNotFoundError:
            cure = "an existing file; deploy/bridge.example.toml is a start, and without --config the embedded default runs"
            raise ConfigMistakes([Mistake(str(path), "(file)", "there is no such file", cure)]) from None
        except UnicodeDecodeError:
            cure = 'the file saved as UTF-8, e.g. by "Save as" of the editor, or iconv -f GB18030 -t UTF-8'
            raise ConfigMistakes([Mistake(str(path), "(file)", "is not in UTF-8 (GBK or UTF-16?)", cure)]) from None
        except OSError as error:
            cure = "the file itself, readable for this user"
            raise ConfigMistakes([Mistake(str(path), "(file)", f"cannot be read: {error.strerror or error}", cure)]) from None
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
    "int_parsing": "a whole number", "int_type": "a whole number", "int_from_float": "a whole number",
    "float_parsing": "a number", "float_type": "a number", "finite_number": "a number",
    "string_type": "text in quotes", "bool_parsing": "true or false", "bool_type": "true or false",
    "string_too_short": "a text that is not empty", "string_too_long": "at most {max_length} characters",
    "path_type": "a path in quotes", "tuple_type": "a list in [ ]", "model_type": "a table", "dict_type": "a table",
    "mapping_type": "a table", "too_short": "at least one", "model_attributes_type": "a table", "literal_error": "one of {expected}",
    "greater_than": "more than {gt}", "greater_than_equal": "at least {ge}", "less_than_equal": "at most {le}",
}
_PATTERNS = {
    "url": "sqlite:////path/file.db, or postgresql+psycopg://user@host/database with password_file beside it",
    "mailbox": "a bare mail address in ASCII, e.g. hotline@bank.example", "desk": "a bare mail address in ASCII, e.g. desk@bank.example",
}
_TABLES = frozenset({"sources", "people", "cdr"})       # those that are written [[name]]
_WRONG = {"extra_forbidden": "is unknown", "missing": "is missing"}


def mistakes_of(error: ValidationError, file: TomlFile, environ: Mapping[str, str], prefix: str) -> list[Mistake]:
    """Turn pydantic's errors into ours; values are shown except where they might be secret."""
    return [_mistake(row, file, environ, prefix) for row in error.errors(include_url=False)]


def _mistake(row: Mapping[str, Any], file: TomlFile, environ: Mapping[str, str], prefix: str) -> Mistake:
    key = ".".join(str(part) for part in row["loc"])
    variable = _variable(prefix + "__".join(str(part) for part in row["loc"]).upper(), environ)
    where = f"environment {variable}" if variable else file.where(key) or "configuration"
    kind = row["type"]
    message, _, cure = str(row["msg"]).removeprefix("Value error, ").partition("; expected ")       # how our own validators speak
    hidden = kind in _WRONG or (isinstance(row["input"], (Mapping, Sequence)) and not isinstance(row["input"], str))
    secret = bool((SECRET_KEYS | {"url"}) & set(key.rpartition(".")[2].split("_")))
    shown = "" if hidden or secret else f"{row['input']!r} cannot be used"
    expected = _expected(kind, key, row.get("ctx", {}), by_environment=bool(variable)) or cure or message
    return Mistake(where, key or "(whole)", _WRONG.get(kind) or (message if cure else shown) or ("cannot be used" if expected != message else message), expected)


def _variable(name: str, environ: Mapping[str, str]) -> str:
    """The variable a value came by: its own, that of the list or table around it, or one inside of it; "" for none."""
    found = [one for one in environ if environ[one] and (one.upper() == name or name.startswith(f"{one.upper()}__") or one.upper().startswith(f"{name}__"))]
    return max(found, key=len, default="")


def _expected(kind: str, key: str, context: Mapping[str, Any], *, by_environment: bool) -> str:
    """What would be right; "" where only pydantic knows."""
    name = key.rpartition(".")[2]
    if kind == "tuple_type":
        table = key if key in _TABLES else ""
        if by_environment:
            return 'a list, as JSON in one variable, e.g. [{"name": "…"}]' if table else 'a list, as JSON in one variable, e.g. ["…"]'
        return f"[[{table}]] in double brackets, once for each" if table else "a list in [ ]"
    if kind == "string_pattern_mismatch":
        return _PATTERNS.get(name, "")
    return _EXPECTED.get(kind, "").format_map({name: _plain(value) for name, value in context.items()})


def _plain(value: object) -> str:
    return str(value).replace("'", '"').replace(" or ", ", ")


# relative paths, and the environment ---------------------------------------------------------------------------------
def anchored(values: Mapping[str, Any], model: type[BaseModel], folder: Path, credentials: str | None = None) -> dict[str, Any]:
    """The file's values with every relative path made whole: below `folder`, or systemd's credentials for a secret that lies there.

    What is of the wrong kind stays as it is, for the model to complain about.
    """
    def whole(name: str, value: object) -> object:
        if not isinstance(value, str) or not value or Path(value).is_absolute():
            return value
        if name.endswith("_file") and credentials and (Path(credentials) / value).exists():
            return str(Path(credentials) / value)
        return str(folder / value)

    found = dict(values)
    for name, field in model.model_fields.items():
        kind, value = _inside(field.annotation), found.get(name)
        if kind is Path:
            found[name] = [whole(name, one) for one in value] if isinstance(value, list) else whole(name, value)
        elif name == "url" and isinstance(value, str):
            found[name] = _database(value, folder)
        else:
            found[name] = _tables_anchored(value, kind, folder, credentials)
    return {name: value for name, value in found.items() if name in values}


def _tables_anchored(value: object, kind: Any, folder: Path, credentials: str | None) -> object:  # noqa: ANN401 (whatever stands behind the colon)
    """The same of a table, of tables in a list, or of tables by name; any other value as it is."""
    def each(one: object, model: type[BaseModel]) -> object:
        return anchored(one, model, folder, credentials) if isinstance(one, Mapping) else one

    if (named := _named_tables(kind)) is not None and isinstance(value, Mapping):
        return {key: each(one, named) for key, one in value.items()}
    if not (isinstance(kind, type) and issubclass(kind, BaseModel)):
        return value
    return [each(one, kind) for one in value] if isinstance(value, list) else each(value, kind)


def unknown_variables(environ: Mapping[str, str], prefix: str, model: type[BaseModel]) -> Iterator[Mistake]:
    """Variables that mean a key there is none of: HOTLINE_SMPT__HOST. A name of another program's (HOTLINE_PYTHON) is let be."""
    known = set(model.model_fields)
    for variable in sorted(environ):
        if not variable.upper().startswith(prefix):
            continue
        first, nested, _ = variable[len(prefix):].lower().partition("__")
        near = get_close_matches(first, sorted(known), 1, NEAR)
        if first in known | OURS_TOO or not (nested or near):
            continue
        meant = f"{prefix}{near[0].upper()}…, if that was meant; else take it away" if near else f"one of {', '.join(sorted(known))} behind {prefix}"
        yield Mistake(f"environment {variable}", first, "is unknown", meant)


def unreadable_variables(environ: Mapping[str, str], prefix: str, model: type[BaseModel]) -> list[Mistake]:
    """Variables that must be JSON, being lists or tables, and are none. Their values are not shown: tokens stand in them."""
    found = []
    for variable in sorted(environ):
        path = variable[len(prefix):].lower().split("__")
        if variable.upper().startswith(prefix) and environ[variable] and _is_json(path, model) and not _reads(environ[variable]):
            cure = 'JSON, e.g. [{"name": "…", "token": "…"}] for a list of tables, ["…"] for a list, {"…": "…"} for a table'
            found.append(Mistake(f"environment {variable}", ".".join(path), "is no JSON", cure))
    return found or [Mistake("environment", prefix + "…", "a list or table there is no JSON", "JSON")]


def _is_json(path: list[str], model: type[BaseModel]) -> bool:
    """Whether a key is a list or a table, so that its variable must be JSON."""
    field = model.model_fields.get(path[0])
    if field is None:
        return False
    section = field.annotation
    if len(path) > 1:
        return isinstance(section, type) and issubclass(section, BaseModel) and _is_json(path[1:], section)
    return get_origin(section) in {tuple, Mapping} or (isinstance(section, type) and issubclass(section, BaseModel))


def _reads(value: str) -> bool:
    try:
        json.loads(value)
    except (ValueError, RecursionError):
        return False
    return True


def _database(url: str, folder: Path) -> str:
    """A SQLite file named relatively lies beside the configuration, like every other path there."""
    name = url.removeprefix("sqlite:///")
    return url if name == url or name.startswith(("/", ":")) or not name else f"sqlite:///{folder / name}"


def _named_tables(annotation: Any) -> type[BaseModel] | None:  # noqa: ANN401 (whatever stands behind the colon)
    """The section of each where a key holds tables by name: [intake.vendor.NAME]; None for anything else."""
    inner = get_args(annotation)[1:] if get_origin(annotation) is Mapping else ()
    return inner[0] if inner and isinstance(inner[0], type) and issubclass(inner[0], BaseModel) else None


def _inside(annotation: Any) -> Any:  # noqa: ANN401 (whatever stands behind the colon)
    """What is inside of optional, annotated and repeated: Path, a section, or something else."""
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _inside(inner[0])
    if origin in {Union, UnionType}:
        return _inside(next(one for one in inner if one is not type(None)))
    return _inside(inner[0]) if origin is tuple else annotation
