"""Reading a bank's table: strict frozen models, and every mistake at once with its path and what was expected."""

from collections.abc import Iterator, Mapping
from datetime import date, time
from hashlib import sha256
import json
from typing import Annotated, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, Strict, StringConstraints, ValidationError
from pydantic_core import ErrorDetails

from routing.errors import BadTable

#: A rule of domain.md (P-9.1), or an article of the law above the packs (law:18).
RuleId = Annotated[str, Strict(), StringConstraints(pattern=r"^([PDTC]-[0-9]+(\.[0-9]+)?|law:[0-9]+)$")]
Text = Annotated[str, Strict(), StringConstraints(min_length=1, strip_whitespace=True)]
Number = Annotated[int, Strict()]
Truth = Annotated[bool, Strict()]
Day = Annotated[date, Strict()]
TimeOfDay = Annotated[time, Strict()]


class Table(BaseModel):
    """A piece of a bank's table: frozen, and a key nobody knows is a mistake."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)


T = TypeVar("T", bound=Table)
#: What to say for a kind of mistake, in place of the library's own words.
_WORDS: Mapping[str, str] = {
    "missing": "missing; every table of this kind needs it",
    "string_pattern_mismatch": "{value!r} does not look right; expected the form {pattern}",
    "zoneinfo_str": "{value!r} is no time zone; expected a name like Asia/Shanghai",
    "too_short": "holds too little that is right; expected {min_length} or more",
}


def read_table(model: type[T], raw: Mapping[str, object], name: str) -> T:
    """Read `raw` (parsed TOML) as `model`; BadTable with all mistakes, each with its path and what was expected."""
    try:
        return model.model_validate(dict(raw))
    except ValidationError as error:
        raise BadTable(name, [_mistake(model, detail) for detail in error.errors()]) from None


def digest_of(raw: Mapping[str, object]) -> str:
    """Return a short name for exactly this content, the same however its keys are ordered."""
    text = json.dumps(raw, sort_keys=True, ensure_ascii=False, default=str)
    return sha256(text.encode()).hexdigest()[:12]


def _mistake(model: type[Table], detail: ErrorDetails) -> str:
    path = ".".join(str(part) for part in detail["loc"] if part != "[key]") or "(whole table)"
    if detail["type"] == "extra_forbidden":
        return f"{path}: unknown key; expected one of {', '.join(_keys_at(model, detail['loc']))}"
    if detail["type"] in ("value_error", "assertion_error"):
        return f"{path}: {detail['msg'].split(', ', 1)[-1]}"
    words = _WORDS.get(detail["type"], "{value!r} is wrong; expected {msg}")
    msg = detail["msg"].removeprefix("Input should be ")
    return f"{path}: " + words.format(**{**detail.get("ctx", {}), "value": detail["input"], "msg": msg})


def _keys_at(model: type[BaseModel], loc: tuple[int | str, ...]) -> list[str]:
    """The keys a table may have at this place: walk down the fields the path names."""
    for part in loc[:-1]:
        for key, known in model.model_fields.items():
            if part in (key, known.alias):
                model = next(_models_in(known.annotation), model)
                break
    return sorted(known.alias or key for key, known in model.model_fields.items())


def _models_in(annotation: object) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _models_in(inner)
