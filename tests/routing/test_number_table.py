"""The table of prefixes stands in the tree as the installed library makes it."""

from tests.number_places import TABLE, known, split, table


def test_the_table_is_the_librarys() -> None:
    assert TABLE.read_bytes() == table(), "phonenumbers says something else now: python -m tests.number_places"


def test_every_name_has_a_province() -> None:
    assert {split(name)[0] for name in known().values()} >= {"北京市", "江苏省", "西藏", "新疆"}
    assert split("湖北省襄樊市、襄樊市") == ("湖北省", "襄樊市")
