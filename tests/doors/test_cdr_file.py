import asyncio
import gzip
from pathlib import Path
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, given, settings, strategies as st
import pytest

from adapters import cdr_file
from adapters.cdr_file import CUT_MARK, LONGEST_LINE, CdrFile, CdrPaper
from adapters.formats.cdr import leg_of
from hotline_bridge.ports import Inlet
from routing.papers import Unreadable


@pytest.fixture
def master(tmp_path: Path) -> Path:
    return tmp_path / "Master.csv"


def door(master: Path, **more: object) -> CdrFile:
    inlet: Inlet = CdrFile("pbx", master, 1.0, **more)      # fits by shape
    assert inlet.name == "pbx"
    return inlet


def append(path: Path, content: bytes) -> None:
    with path.open("ab") as file:
        file.write(content)


async def lines(inlet: CdrFile, cursor: str = "") -> tuple[list[bytes], str]:
    found = [paper async for paper in inlet.waiting(cursor)]
    return [paper.body for paper in found], found[-1].cursor if found else cursor


def rotate(master: Path) -> None:
    """As logrotate does: the oldest first."""
    rotated = sorted((int(path.suffix[1:]), path) for path in master.parent.glob("Master.csv.*"))
    for number, path in reversed(rotated):
        path.rename(master.with_name(f"Master.csv.{number + 1}"))
    if master.exists():
        master.rename(master.with_name("Master.csv.1"))


def copytruncate(master: Path) -> None:
    content = master.read_bytes()
    rotate_aside = master.with_name("aside")
    master.rename(rotate_aside)
    rotate(master)
    rotate_aside.rename(master)
    master.with_name("Master.csv.1").write_bytes(content)
    with master.open("r+b") as file:
        file.truncate(0)


async def test_complete_lines_only_and_nothing_twice(master: Path):
    append(master, b"one\r\ntwo\n\nthr")
    found, cursor = await lines(door(master))
    assert found == [b"one", b"two"]
    append(master, b"ee\n")
    assert (await lines(door(master), cursor))[0] == [b"three"]


async def test_a_file_not_there_yet_is_waited_for(master: Path):
    looks = 0

    async def sleep(seconds: float) -> None:
        nonlocal looks
        looks += 1
        assert seconds == 1.0
        if looks == 3:
            append(master, b"one\n")

    inlet = door(master, sleep=sleep)
    assert (await lines(inlet))[0] == []
    await inlet.more()
    assert looks == 3
    assert (await lines(inlet))[0] == [b"one"]


async def test_more_returns_at_once_for_what_came_during_the_reading(master: Path):
    async def sleep(seconds: float) -> None:
        raise AssertionError("there was something new")

    append(master, b"one\n")
    inlet = door(master, sleep=sleep)
    async for paper in inlet.waiting(""):
        if paper.body == b"one":
            append(master, b"two\n")
        await inlet.accepted(paper)
    await inlet.more()


async def test_a_folder_that_may_not_be_read_is_out_of_reach(tmp_path: Path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(OSError, match="Not a directory"):
        await lines(door(tmp_path / "file" / "Master.csv"))


async def test_the_rest_of_a_renamed_file_comes_first(master: Path):
    append(master, b"1\n2\n")
    _, cursor = await lines(door(master))
    append(master, b"3\n")
    rotate(master)
    append(master, b"4\n")
    rotate(master)
    append(master, b"5\n")
    assert (await lines(door(master), cursor))[0] == [b"3", b"4", b"5"]


async def test_renamed_in_the_middle_of_reading(master: Path):
    for number in range(50):
        append(master, b"%d %s\n" % (number, b"x" * 100_000))
    inlet, found, cursor = door(master), [], ""
    async for paper in inlet.waiting(""):
        found.append(paper.body.split()[0])
        cursor = paper.cursor
        if len(found) == 3:
            rotate(master)
            append(master, b"50 new\n")
    while len(found) < 51:
        async for paper in inlet.waiting(cursor):
            found.append(paper.body.split()[0])
            cursor = paper.cursor
    assert found == [b"%d" % number for number in range(51)]


async def test_renamed_while_an_older_file_is_read(master: Path):
    append(master, b"1\n2\n")
    _, cursor = await lines(door(master))
    append(master, b"3\n")
    for content in (b"4\n5\n", b"6\n7\n"):
        rotate(master)
        append(master, content)
    inlet, found = door(master), []
    for _ in range(3):
        async for paper in inlet.waiting(cursor):
            found.append(paper.body)
            cursor = paper.cursor
            if paper.body == b"3":
                rotate(master)
                append(master, b"8\n")
    assert found == [b"3", b"4", b"5", b"6", b"7", b"8"]


async def test_a_name_that_went_over_to_another_file_is_not_read_under_the_old_ones_place(master: Path):
    append(master, b"1\n")
    (listed,) = cdr_file._listed(master)
    rotate(master)
    append(master, b"2\n")
    with pytest.raises(cdr_file._Moved):
        cdr_file._read(listed, None, finished=False)


async def test_lines_read_while_the_file_was_emptied_are_not_trusted(master: Path):
    master.write_bytes(b"new\n1\n")
    with master.open("rb") as stream:
        old, new = cdr_file._digest(b"old"), cdr_file._digest(b"new")
        assert cdr_file._was_cut(stream, old, 0, b"old\n1\n")
        assert cdr_file._was_cut(stream, new, 0, b"new\n1\n2\n")
        assert not cdr_file._was_cut(stream, new, 0, b"new\n1\n")


async def test_the_same_last_line_in_another_file_is_not_the_place(master: Path):
    append(master, b"1\nsame\n")
    _, cursor = await lines(door(master))
    master.write_bytes(b"2\nsame\n")
    assert (await lines(door(master), cursor))[0] == [b"2", b"same"]


async def test_copied_and_cut_to_nothing(master: Path):
    append(master, b"1\n2\n")
    _, cursor = await lines(door(master))
    append(master, b"3\n")
    copytruncate(master)
    append(master, b"4 a longer line than all those before\n")
    assert (await lines(door(master), cursor))[0] == [b"3", b"4 a longer line than all those before"]


async def test_cut_to_nothing_without_a_copy_begins_anew(master: Path):
    append(master, b"1\n2\n")
    _, cursor = await lines(door(master))
    master.write_bytes(b"3\n4\n5\n")
    assert (await lines(door(master), cursor))[0] == [b"3", b"4", b"5"]


async def test_a_compressed_rotated_file_and_a_broken_one(master: Path):
    append(master, b"1\n2\n")
    _, cursor = await lines(door(master))
    master.with_name("Master.csv-20260301.gz").write_bytes(gzip.compress(b"0\n")[:-12])
    master.with_name("Master.csv-20260302.gz").write_bytes(gzip.compress(b"1\n2\n3\n"))
    master.with_name("Master.csv-20260303.gz").write_bytes(b"no gzip")
    master.with_name("Master.csv.bak").write_bytes(b"7\n")
    master.write_bytes(b"4\n")
    assert (await lines(door(master), cursor))[0] == [b"3", b"4"]


async def test_without_history_only_the_file_itself(master: Path):
    append(master, b"1\n")
    rotate(master)
    append(master, b"2\n")
    assert (await lines(door(master)))[0] == [b"1", b"2"]
    assert (await lines(door(master, history=False)))[0] == [b"2"]


async def test_a_torn_line_at_the_end_of_a_rotated_file_is_handed_in_when_the_new_one_has_begun(master: Path):
    append(master, b"1\n2 to")
    rotate(master)
    found, cursor = await lines(door(master))
    assert found == [b"1"]
    append(master, b"3\n")
    assert (await lines(door(master), cursor))[0] == [b"2 to", b"3"]


async def test_a_line_without_end_is_cut_and_marked_and_blocks_nobody(master: Path):
    append(master, b"1\n" + b"x" * (3 * LONGEST_LINE + 5))
    found, cursor = await lines(door(master))
    assert found == [b"1", b"x" * LONGEST_LINE + CUT_MARK]
    with pytest.raises(Unreadable):
        leg_of(found[1], "pbx", ZoneInfo("Asia/Shanghai"))
    append(master, b"xxx\n2\n")
    assert (await lines(door(master), cursor))[0] == [b"2"]


async def test_a_line_of_exactly_the_limit_is_whole(master: Path):
    append(master, b"x" * LONGEST_LINE + b"\n2\n")
    assert (await lines(door(master)))[0] == [b"x" * LONGEST_LINE, b"2"]


async def test_keys_survive_rotation_and_tell_true_repetitions_apart(master: Path):
    append(master, b"1\n2\n2\n")
    before = [paper async for paper in door(master).waiting("")]
    assert len({paper.key for paper in before}) == 3
    rotate(master)
    assert [paper async for paper in door(master).waiting("")] == before
    gz = master.with_name("Master.csv.1.gz")
    gz.write_bytes(gzip.compress(b"1\n2\n2\n"))
    master.with_name("Master.csv.1").unlink()
    assert [paper async for paper in door(master).waiting("")] == before


@pytest.mark.parametrize("cursor", ["nonsense", "[1]", "{}", '["a", "b", 1, "c", false]', "null"])
async def test_a_cursor_of_another_age_reads_everything_again(master: Path, cursor: str):
    append(master, b"1\n2\n")
    assert (await lines(door(master), cursor))[0] == [b"1", b"2"]


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("append"), st.integers(1, 4)), st.tuples(st.just("twice"), st.just(1)), st.tuples(st.just("half"), st.just(1)),
        st.tuples(st.just("rotate"), st.just(1)), st.tuples(st.just("copytruncate"), st.just(1)),
        st.tuples(st.just("read"), st.just(100)), st.tuples(st.just("crash"), st.integers(0, 3)),
    ), max_size=25,
)


class Exchange:
    """Writes numbered lines, rotates, and remembers all it wrote."""

    def __init__(self, master: Path) -> None:
        self.master, self.written, self.half = master, [], b""

    def append(self, repeated: int = 1) -> None:
        line = b"%06d" % len(self.written) if not self.half else self.half
        append(self.master, (line[len(self.half) // 2:] if self.half else line) + b"\n")
        for _ in range(repeated - 1):
            append(self.master, line + b"\n")
        self.written += [line] * repeated
        self.half = b""

    def begin(self) -> None:
        if not self.half:
            self.half = b"%06d" % len(self.written)
            append(self.master, self.half[:3])

    def rotated(self, how) -> None:
        if self.half:
            self.append()
        if self.master.exists() and self.master.stat().st_size:
            how(self.master)


async def run(steps: list[tuple[str, int]], master: Path) -> tuple[list[bytes], dict[str, CdrPaper]]:
    exchange, inlet, kept, cursor = Exchange(master), door(master), {}, ""
    for what, count in [*steps, ("append", 1), ("read", 100)]:
        if what in {"append", "twice"}:
            for _ in range(count):
                exchange.append(2 if what == "twice" else 1)
        elif what == "half":
            exchange.begin()
        elif what in {"rotate", "copytruncate"}:
            exchange.rotated(rotate if what == "rotate" else copytruncate)
        else:                                            # a crash after `count` kept papers; the next one was handed in, not kept
            left = count
            async for paper in inlet.waiting(cursor):
                if what == "crash" and left == 0:
                    inlet = door(master)
                    break
                left -= 1
                assert paper.key not in kept
                kept[paper.key], cursor = paper, paper.cursor
    return exchange.written, kept


@given(steps=STEPS)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=200)
def test_nothing_lost_nothing_double_whatever_happens_in_between(tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, int]]):
    written, kept = asyncio.run(run(steps, tmp_path_factory.mktemp("cdr") / "Master.csv"))
    assert [paper.body for paper in kept.values()] == written
