"""Every key of the configuration on one page. `python -m tests.docs_index` writes docs/configuration.md.

Names, types and defaults come from the Config model, the words from the comments of deploy/bridge.example.toml: each
key there, in force or behind a `#`, has its comment on the line above.
"""

import re
import tomllib
import types
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from hotline_bridge.config import Config

ROOT = Path(__file__).parents[1]
PAGE = Path("docs/configuration.md")
EXAMPLE = Path("deploy/bridge.example.toml")
#: Secrets themselves: by environment only, so the file has no line for them.
BY_ENVIRONMENT = frozenset({"token", "password", "event_password"})
_KEY = re.compile(r"^#?([a-z_]+) = ")
_TABLE = re.compile(r"^#?\[\[?([a-z_]+(?:\.[a-z_]+\.NAME)?)\]\]?$")

HEAD = """\
# Configuration

Written by `python -m tests.docs_index` from the program's own model and `deploy/bridge.example.toml`; do not edit.

One TOML file, named by `--config` or `HOTLINE_CONFIG`; without one the embedded default runs. Any value may come from
the environment instead: `HOTLINE_` and the key in capitals, floors joined by two underscores
(`HOTLINE_SMTP__HOST=relay.bank.example`); lists as JSON. Unknown keys are mistakes. `hotline-bridge check-config` tells
all mistakes at once, each with its line, what is wrong and what is expected; `--connect` knocks at the servers too.

Secrets never stand in the file. A `*_file` key names a file that holds nothing but the secret; a bare name is looked
for among systemd's credentials first. `password` and `token` exist by environment only.
"""

TAIL = """\
## The bank's tables

All CSV tables have a header, may be gzipped, and may be UTF-8 or what a Chinese Excel saves (GB18030). Mistakes are told
all at once, by line.

| table | columns |
| --- | --- |
| `directory` | `code`, `name`, `full_name`, `level` (总行、一级分行、二级分行、支行、网点、部门), `parent`, `division`, `mailbox`, `contact1`, `contact1_phone`, `contact2`, `contact2_phone`, `aliases` (parted by `;` or `\\|`); optional `contact1_mailbox`, `contact2_mailbox`, `phone_chasing` (yes or no, 是、否: whether the bridge itself may call the unit's contacts, [telephony.md](telephony.md); no where empty). A unit without a mailbox is served by its superior's, with a warning |
| `watchlist` | `name`, `role`, `note`: public figures; a common name counts only together with its role |
| `rates` | `currency`, `cny`: CNY for one unit |
| `lexicons` | a folder with files of `routing/lexicons/`: copy those to be changed, each replaces the shipped one of its name; how to write them: [lexicons.md](lexicons.md) |
| `calendar` | a file like `routing/calendars/cn.toml`: holidays and moved working days by year; `calendar import` writes it ([chasing.md](chasing.md#holidays)) |

A policy pack of the bank's own is a file like those in `routing/packs/`; name it in `bank.pack_files`.
"""


@dataclass(frozen=True)
class Key:
    """One key: its table ("" at the top), its name, and what the model knows of it."""

    table: str
    name: str
    field: FieldInfo

    @property
    def dotted(self) -> str:
        return f"{self.table}.{self.name}" if self.table else self.name


def keys() -> Iterator[Key]:
    """Yield every key of the model, those of a table behind each other."""
    later: list[Key] = []
    for name, field in Config.model_fields.items():
        section = _section(field.annotation)
        if section is None:
            yield Key("", name, field)
        else:
            later += _keys_of(name, section)
    yield from later


def _keys_of(table: str, section: type[BaseModel]) -> Iterator[Key]:
    """Yield the keys of a table; of tables by name those of one called NAME."""
    for name, field in section.model_fields.items():
        if named := _named(field.annotation):
            yield from (Key(f"{table}.{name}.NAME", inner, each) for inner, each in named.model_fields.items())
        else:
            yield Key(table, name, field)


def words(root: Path = ROOT) -> Mapping[str, str]:
    """Return the comment of each key of the example file, by its dotted name."""
    found: dict[str, str] = {}
    table = comment = ""
    for line in (root / EXAMPLE).read_text(encoding="utf-8").splitlines():
        if head := _TABLE.match(line):
            table = head[1]
        elif key := _KEY.match(line):
            name = f"{table}.{key[1]}" if table else key[1]
            found.setdefault(name, comment)
        comment = line.removeprefix("# ") if line.startswith("# ") else ""
    return found


def uncommented(text: str) -> dict[str, Any]:
    """Return the example with every commented key in force."""
    live = re.sub(r"^#(?=[a-z_]+ = |\[)", "", text, flags=re.MULTILINE)
    return tomllib.loads(live)


def page(root: Path = ROOT) -> str:
    """Return docs/configuration.md."""
    said = words(root)
    lines = [HEAD]
    table = None
    for key in keys():
        if key.table != table:
            table = key.table
            many = table and get_origin(Config.model_fields[table.partition(".")[0]].annotation) is tuple
            lines += ["", f"## {f'`[[{table}]]`, any number' if many else f'`[{table}]`' if table else 'At the top'}", ""]
            lines += ["| key | kind | default | what |", "| --- | --- | --- | --- |"]
        lines.append(f"| `{key.name}` | {_kind(key.field.annotation)} | {_default(key.field)} | {_what(key, said)} |")
    return "\n".join([*lines, "", TAIL])


def _what(key: Key, said: Mapping[str, str]) -> str:
    if key.name in BY_ENVIRONMENT:
        return f"by environment only: {'`HOTLINE_' + key.table.upper() + '__' + key.name.upper() + '`' if get_origin(Config.model_fields[key.table.partition('.')[0]].annotation) is not tuple and '.' not in key.table else 'within the JSON of the whole list'}"
    return said[key.dotted].replace("|", "\\|")


def _section(annotation: Any) -> type[BaseModel] | None:
    if get_origin(annotation) is tuple:
        annotation = get_args(annotation)[0]
    return annotation if isinstance(annotation, type) and issubclass(annotation, BaseModel) else None


def _named(annotation: Any) -> type[BaseModel] | None:
    inner = get_args(annotation) if get_origin(annotation) is Mapping else ()
    return inner[1] if inner and isinstance(inner[1], type) and issubclass(inner[1], BaseModel) else None


def _kind(annotation: Any) -> str:
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin in {Union, types.UnionType}:
        return _kind(next(one for one in inner if one is not type(None)))
    if origin is Literal:
        return ", ".join(f"`{one}`" for one in inner)
    if origin is tuple:
        return f"list of {_kind(inner[0])}"
    if hasattr(annotation, "__metadata__"):      # Annotated: what it is comes first
        return _kind(inner[0])
    names = {"str": "text", "int": "whole number", "float": "number", "Path": "path", "Mapping": "table", "SecretStr": "text"}
    return names.get(getattr(origin or annotation, "__name__", ""), str(annotation))


def _default(field: FieldInfo) -> str:
    value = field.get_default(call_default_factory=True)
    if value is PydanticUndefined:
        return "(required)"
    if value in (None, "", (), {}):
        return "–"
    if isinstance(value, tuple):
        value = list(value)
    return f"`{value}`"


if __name__ == "__main__":
    (ROOT / PAGE).write_text(page(), encoding="utf-8")
