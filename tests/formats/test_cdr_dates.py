from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, strategies as st
import pytest

from adapters.formats.cdr.dates import moment_of

SHANGHAI = ZoneInfo("Asia/Shanghai")
NINE = datetime(2026, 3, 2, 9, 0, tzinfo=SHANGHAI)


@pytest.mark.parametrize("written", [
    "2026-03-02 09:00:00", "2026-03-02 09:00:00 +0800", "2026-03-02T01:00:00Z", "2026/3/2 9:00", "2026/03/02 09:00:00",
    "20260302090000", "1772413200", "1772413200000", "1772413200000000", "2026-03-02T02:00:00.000+0100", "1772413200.000",
    "2026-03-02T09:00:00+08:00", ' "2026-03-02 09:00:00" ', "2026-03-01 20:00:00 -0500", "2026.3.2 9:00",
])
def test_every_spelling_of_nine_in_the_morning(written: str):
    found = moment_of(written, SHANGHAI)
    assert found == NINE
    assert found.utcoffset() == timedelta(hours=8)


@pytest.mark.parametrize("written", ["", " ", "0", '""', "0000-00-00 00:00:00", "0000-00-00", "0000/00/00 00:00", "null", "None",
    "1900-01-01 00:00:00", "0001-01-01T00:00:00", "0001-01-01 00:00:00", "0001-01-01 00:00:00 +1400", "1970-01-01 08:00:00", "1899-12-30 00:00:00.000"])
def test_every_spelling_of_no_moment(written: str):
    assert moment_of(written, SHANGHAI) is None


@pytest.mark.parametrize("written", [
    "2026-13-01 00:00:00", "2026-02-30 09:00:00", "20261332256199", "yesterday", "12345", "9" * 400, "2026-03-02 25:00:00",
    "2026-03/02 09:00:00", "２０２６-03-02 09:00:00", "2026-03-02 09:00:00 +9900", "-5", "9999-12-31 23:59:59",
])
def test_nonsense_is_named_with_the_cure(written: str):
    with pytest.raises(ValueError, match="write it as 2026-11-23"):
        moment_of(written, SHANGHAI)


def test_naive_times_are_in_the_zone_given():
    assert moment_of("2026-03-02 09:00:00", UTC) == NINE + timedelta(hours=8)


@given(st.integers(315_532_800, 7_258_118_400))         # 1980 to 2200
def test_epochs_and_iso_agree(seconds: int):
    at = datetime.fromtimestamp(seconds, UTC)
    for written in (str(seconds), str(seconds * 1000), str(seconds * 1_000_000), at.isoformat()):
        assert moment_of(written, SHANGHAI) == at
