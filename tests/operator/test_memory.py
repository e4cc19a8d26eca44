"""What loading the tables does to the collector of cycles, and what triage has no need to load."""

import gc
import subprocess
import sys
from collections.abc import Iterator

import pytest

from hotline_bridge.tables import at_one_go, settle_memory


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    before, on = gc.get_threshold(), gc.isenabled()
    yield
    gc.unfreeze()
    gc.set_threshold(*before)
    (gc.enable if on else gc.disable)()


def test_the_collector_rests_while_tables_are_loaded_and_works_again_whatever_happens() -> None:
    gc.enable()
    with at_one_go():
        assert not gc.isenabled()
        with at_one_go():
            assert not gc.isenabled()
        assert not gc.isenabled()       # the inner one leaves it as it was
    assert gc.isenabled()
    with pytest.raises(ValueError, match="bad table"), at_one_go():
        raise ValueError("bad table")
    assert gc.isenabled()


def test_what_is_loaded_is_passed_over_from_then_on() -> None:
    tables = [[at] for at in range(10_000)]
    settle_memory()
    assert gc.get_freeze_count() > len(tables)
    settle_memory()
    assert gc.get_freeze_count() > len(tables)
    assert gc.get_threshold()[0] > 700


def test_who_only_judges_texts_does_not_load_what_tables_are_checked_with() -> None:
    asked = "import sys, hotline_bridge.tables, routing.triage; print(sorted({'pydantic', 'sqlalchemy', 'aiohttp'} & sys.modules.keys()))"
    assert subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True).stdout.strip() == "[]"
