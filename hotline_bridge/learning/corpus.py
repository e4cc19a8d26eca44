"""The labelled texts and phrases that come along, and which of them are kept aside to judge a model by."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from importlib import resources
from typing import Any, NamedTuple

from routing.errors import BadTable
from routing.labels import Labelled, labelled
from routing.verdict import FLAGS

CORPUS = resources.files("routing") / "corpus"
ASIDE = 10              # every tenth text is never learnt from


class Phrase(NamedTuple):
    """A clause or two, alone enough to say that a flag holds, or that it does not."""

    flag: str
    text: str
    holds: bool
    others: frozenset[str] = frozenset()        # flags that hold beside it; nothing is known of any further one


def corpus() -> list[Labelled]:
    """The labelled complaints that come along, and the questions that are none."""
    return [one for name, rows in _files("texts") for one in labelled(rows, name)]


def phrases() -> list[Phrase]:
    """The phrases that come along."""
    return [_phrase(row, f"{name}, line {number}") for name, rows in _files("phrases") for number, row in rows]


def kept_aside(one: Labelled) -> bool:
    """Whether a text is never learnt from, so that every model can be judged by it; its words alone decide."""
    return hashlib.sha256(one.complaint.text.encode("utf-8", "replace")).digest()[0] % ASIDE == 0


def name_of(text: str) -> str:
    """A short name of a text, by which a model's card remembers what it has learnt from without its words."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:12]


def parted(examples: Iterable[Labelled]) -> tuple[list[Labelled], list[Labelled]]:
    """The texts to learn from, and those kept aside; a text that stands there twice is taken once."""
    once = list({one.complaint.text: one for one in examples}.values())
    return [one for one in once if not kept_aside(one)], [one for one in once if kept_aside(one)]


def _files(folder: str) -> Iterator[tuple[str, Sequence[tuple[int, Any]]]]:
    for file in sorted((CORPUS / folder).iterdir(), key=lambda one: one.name):
        if file.name.endswith(".jsonl"):
            lines = file.read_text(encoding="utf-8").splitlines()
            yield file.name, [(number, json.loads(line)) for number, line in enumerate(lines, 1) if line.strip()]


def _phrase(row: Any, where: str) -> Phrase:  # noqa: ANN401 (whatever a line of JSON holds)
    others = frozenset(row.get("others", ()))
    if row.get("flag") not in FLAGS or not row.get("text") or not isinstance(row.get("holds"), bool) or others - set(FLAGS):
        raise BadTable(where, [f"expected flag (one of {', '.join(FLAGS)}), text, holds (true or false) and perhaps others"])
    return Phrase(row["flag"], row["text"], row["holds"], others)
