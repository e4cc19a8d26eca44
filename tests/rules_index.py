"""Where each rule stands: its pack entry, the code and the tests that cite it. `python -m tests.rules_index` writes it down."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[1]
RULES = Path("routing/packs/rules.toml")
PAGE = Path("docs/rules.md")
_CODE = ("routing", "adapters", "hotline_bridge")
_NOT_HERE = {"tests/rules_index.py", "tests/test_rules.py", str(RULES)}
_CITED = re.compile(r"(?<![A-Za-z0-9])([PDTC])-(\d+)(?:\.(\d+))?|law:(\d+)|\barticles? (\d+)|(?<=_)law_(\d+)|(?<=_)([PDTC])(\d+)(?:_(\d+))?(?=_)")


@dataclass
class Places:
    """The files a rule is cited in, by kind."""

    packs: list[str] = field(default_factory=list)
    code: list[str] = field(default_factory=list)
    tests: list[str] = field(default_factory=list)


def rules(root: Path = ROOT) -> dict[str, tuple[str, str]]:
    """Return what each rule says, English and Chinese, by its id."""
    table = tomllib.loads((root / RULES).read_text(encoding="utf-8"))
    return {rule["id"]: (rule["says"], rule["zh"]) for rule in table["rules"]}


def index(root: Path = ROOT) -> dict[str, Places]:
    """Return where each known rule is cited."""
    known = rules(root)
    found = {rule: Places() for rule in known}
    for path in _files(root):
        name = path.relative_to(root).as_posix()
        for rule in sorted(cited(path.read_text(encoding="utf-8"), known)):
            _shelf(found[rule], name).append(name)
    return found


def cited(text: str, known: dict[str, tuple[str, str]]) -> set[str]:
    """Return the known rules a text cites, as `P-9.1`, `law:18`, `article 18` or in a test's name `test_P9_1_...`."""
    found = set()
    for hit in _CITED.finditer(text):
        law = hit[4] or hit[5] or hit[6]
        whole = f"law:{law}" if law else f"{hit[1] or hit[7]}-{hit[2] or hit[8]}"
        part = f"{whole}.{hit[3] or hit[9]}"
        found.add(part if part in known else whole)
    return found & known.keys()


def in_packs(root: Path = ROOT) -> dict[str, str]:
    """Return every rule id that is the `rule` of a pack's entry, with the name of a pack it stands in."""
    found: dict[str, str] = {}
    for path in sorted((root / "routing/packs").glob("*.toml")):
        if path.name != RULES.name:
            for rule in re.findall(r'^rule = "(.+)"', path.read_text(encoding="utf-8"), re.MULTILINE):
                found.setdefault(rule, path.stem)
    return found


def page(root: Path = ROOT) -> str:
    """Return docs/rules.md: a row for each rule."""
    places, says = index(root), rules(root)
    rows = [
        f"| {rule} | {says[rule][0]}<br>{says[rule][1]} | {_list(at.packs)} | {_list(at.code)} | {_list(at.tests)} |"
        for rule, at in places.items()
    ]
    return "\n".join([
        "# The rules and where they stand", "",
        "Written by `python -m tests.rules_index`; do not edit. A rule of a pack that no test cites fails `tests/test_rules.py`.", "",
        "| id | what it asks | pack | code | tests |", "| --- | --- | --- | --- | --- |", *rows, "",
    ])


def _files(root: Path) -> Iterator[Path]:
    for folder, suffix in (*((folder, ".py") for folder in _CODE), ("routing/packs", ".toml"), ("tests", ".py")):
        yield from sorted(path for path in (root / folder).rglob(f"*{suffix}") if path.relative_to(root).as_posix() not in _NOT_HERE)


def _shelf(places: Places, name: str) -> list[str]:
    if name.startswith("tests/"):
        return places.tests
    return places.packs if name.endswith(".toml") else places.code


def _list(names: list[str]) -> str:
    return ", ".join(f"`{name.removeprefix('routing/packs/').removeprefix('tests/').removesuffix('.toml')}`" for name in names) or "–"


if __name__ == "__main__":
    (ROOT / PAGE).parent.mkdir(exist_ok=True)
    (ROOT / PAGE).write_text(page(), encoding="utf-8")
