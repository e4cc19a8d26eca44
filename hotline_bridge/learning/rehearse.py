"""Replays the stored cases under changed rules, before these go live (P-9.1)."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from hotline_bridge.config import Config
from hotline_bridge.rulebook import load_pack, load_rules
from hotline_bridge.store.engine import Store
from routing.rehearsal import differences, outcome
from routing.rules import Rules

PAGE = 500              # cases held in memory at a time


def changed_rules(config: Config, now: Rules, pack: str, tables: Mapping[str, Path | None], *, use_model: bool = True) -> tuple[Rules, str]:
    """The rules as they would be, and the pack all cases are to be judged under ("" each under its own).

    `pack` is the name of a loaded pack or a TOML file; `tables` names the files that replace those of the configuration;
    without `use_model` the word lists alone judge.
    BadTables where any of it cannot be used.
    """
    files, under = list(config.bank.pack_files), pack
    if pack.endswith(".toml"):
        files.append(Path(pack))
        under = load_pack(Path(pack)).id
    replaced = {name: path for name, path in tables.items() if path is not None}
    bank = config.bank.model_copy(update={"pack_files": files} | ({"pack": under, "packs": {}} if under else {}))
    other = config.model_copy(update={"bank": bank, "tables": config.tables.model_copy(update=replaced | {"use_model": use_model})})
    return load_rules(other, now.identity.reply_key).rules, under


def rehearsal(store: Store, now: Rules, then: Rules, pack: str = "") -> Iterator[tuple[str, dict[str, str]]]:
    """Go through all cases: the number of each, and what would change about it; reads only, a page at a time."""
    last = 0
    while cases := store.read_now(lambda tx: tx.cases.after(last, PAGE)):  # noqa: B023 (read at once)
        for case in cases:
            yield case.number, differences(outcome(case, now), outcome(case, then, pack))
        last = cases[-1].id
