"""The house keeps its shape: sizes of files and functions, and what no file may hold. `python -m tests.test_shape` measures."""

import ast
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median, quantiles

ROOT = Path(__file__).parents[1]
FLOORS = ("routing", "adapters", "hotline_bridge")
OURS = (*FLOORS, "tests", "bench", "docs", "deploy", "systemd", ".ci")
AT_THE_ROOT = ("Makefile", "pyproject.toml", "README.md", "README.zh-CN.md", "CONTRIBUTING.md", "CHANGELOG.md")
TEXT = {".py", ".toml", ".md", ".sh", ".txt", ".csv", ".service", ".timer", ".sysusers", ".tmpfiles", ".example", ".mako", ""}
#: Where somebody once worked is nobody else's place. Put together here, so that this file passes too.
WORKPLACES = tuple("/" + name for name in ("work/", "root/", "home/", "tmp/" + "brief", "opt/" + "pypi"))
LINES, FUNCTION_LINES = 400, 50
TAIL = 300          # where the p95 of our code's files may lie; the aim is 250
WRITTEN = {"docs/rules.md", "docs/configuration.md", "docs/templates.md", "deploy/constraints.txt", "LICENSE"}       # by programs, or by lawyers


def ours() -> Iterator[tuple[str, str]]:
    """Yield every file of ours with its text, by its path from the root."""
    paths = [path for folder in OURS for path in (ROOT / folder).rglob("*")]
    for path in sorted([*paths, *(ROOT / name for name in AT_THE_ROOT)]):
        name = path.relative_to(ROOT).as_posix()
        if path.is_file() and path.suffix in TEXT and "__pycache__" not in name and "/corpus/" not in name:
            yield name, path.read_text(encoding="utf-8", errors="replace")


def code() -> Iterator[tuple[str, str]]:
    """Yield the Python files of the three floors; a migration is written once, by alembic, and left as it is."""
    return ((name, text) for name, text in ours() if name.startswith(FLOORS) and name.endswith(".py") and "/versions/" not in name)


def functions(text: str) -> Iterator[tuple[str, int]]:
    """Yield each function of a module with its lines, decorators and docstring left out."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[1] if ast.get_docstring(node) and len(node.body) > 1 else node.body[0]
            yield node.name, (node.end_lineno or node.lineno) - first.lineno + 1


def measures() -> dict[str, tuple[float, float, int]]:
    """Return median, p95 and maximum of the lines of files and functions."""
    files = [len(text.splitlines()) for _, text in code()]
    bodies = [length for _, text in code() for _, length in functions(text)]
    return {"files": _spread(files), "functions": _spread(bodies)}


def _spread(values: Sequence[int]) -> tuple[float, float, int]:
    return median(values), quantiles(values, n=20)[-1], max(values)


def test_no_file_is_longer_than_one_sitting() -> None:
    long = {name: lines for name, text in ours() if not _list(name) and (lines := len(text.splitlines())) > LINES}
    assert not long, f"over {LINES} lines; part them: {long}"


def test_no_function_is_longer_than_a_page() -> None:
    long = {f"{name}:{who}": length for name, text in code() for who, length in functions(text) if length > FUNCTION_LINES}
    assert not long, f"over {FUNCTION_LINES} lines; part them: {long}"


def test_the_tail_of_file_sizes_stays_short() -> None:
    _, p95, _ = measures()["files"]
    assert p95 <= TAIL, f"one file in twenty has over {p95:.0f} lines; the limit is {TAIL}"


def test_no_file_knows_where_it_was_written() -> None:
    found = [f"{name}: {place}" for name, text in ours() for place in WORKPLACES if re.search(rf"(?<![\w.}}>)]){place}", text)]
    assert not found


def test_nothing_is_mocked() -> None:
    word = "unittest" + ".mock"
    found = [name for name, text in ours() if name.endswith(".py") and re.search(rf"^\s*(from|import) {word}", text, re.MULTILINE)]
    assert not found, f"use a fake (tests/fakes.py): {found}"


def test_addresses_are_of_nobody() -> None:
    """RFC 2606: .example belongs to no one."""
    address = re.compile(r"[A-Za-z0-9._-]+@[A-Za-z0-9-]+\.(?:com|cn|net|org|gov)\b", re.ASCII)
    found = [f"{name}: {hit[0]}" for name, text in ours() for hit in address.finditer(text) if not re.search(r"@(\w+\.)*example\.", hit[0])]
    assert not found


def test_every_package_says_what_it_is() -> None:
    silent = [
        folder.parent.relative_to(ROOT).as_posix() for floor in FLOORS for folder in (ROOT / floor).rglob("__init__.py")
        if not ast.get_docstring(ast.parse(folder.read_text(encoding="utf-8"))) and not (folder.parent / "README.md").exists()
    ]
    assert not silent, f"a docstring in __init__.py or a README.md: {silent}"


def test_every_floor_has_its_own_page() -> None:
    assert [floor for floor in FLOORS if not (ROOT / floor / "README.md").exists()] == []


def _list(name: str) -> bool:
    """Lists grow with what they list: words, units, versions, rules, the entries of a policy."""
    return name in WRITTEN or name.endswith(".csv") or name.startswith(("routing/lexicons/", "routing/packs/"))


def report() -> str:
    """Return the measures in words, tests beside code."""
    lines = [f"{what:9} median {m:.0f}, p95 {p95:.0f}, longest {longest} lines" for what, (m, p95, longest) in measures().items()]
    ours_, tests = (sum(len(text.splitlines()) for _, text in rows) for rows in (code(), _tests()))
    return "\n".join([*lines, f"code {ours_} lines, tests {tests} lines, {tests / ours_:.2f} of tests for each of code"])


def _tests() -> Iterator[tuple[str, str]]:
    return ((name, text) for name, text in ours() if name.startswith("tests/") and name.endswith(".py"))


if __name__ == "__main__":
    print(report())
