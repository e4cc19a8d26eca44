"""What is wrong with a list is told at once: file, line, entry, pattern, reason and cure."""

import tomllib

import pytest

from routing.errors import BadTable
from routing.lexicon import Lexicon, Source

ENTRY = '[[entry]]\nlabel = "x"\nany = ["飞单"]\n'


def mistakes(**files: str) -> list[str]:
    with pytest.raises(BadTable) as caught:
        Lexicon.parse({name: tomllib.loads(text) for name, text in files.items()}, {name: Source(f"{name}.toml", text) for name, text in files.items()})
    return list(caught.value.mistakes)


def entry(*lines: str) -> str:
    return '[[entry]]\nlabel = "x"\n' + "\n".join(lines) + "\n"


def test_all_mistakes_of_all_files_come_at_once_each_with_its_line():
    topics = ENTRY + entry("any = [", '  "好",', '  "{一|二",', "]", "wieght = 2") + entry("near = 0", 'any = ["坏"]') + '[[entry]]\nany = ["跳楼"]\n'
    told = mistakes(topics=topics, other='[words]\n"老人" = ["老<人>"]\n' + entry('any = "飞单"'))
    assert [each.split(": ")[0] for each in told] == [
        "other.toml, line 2, [words] 老人", "topics.toml, line 8, entry 2", "topics.toml, line 10, entry 2", "topics.toml, line 13, entry 3",
        "topics.toml, line 15, entry 4", "other.toml, line 5, entry 1"]


@pytest.mark.parametrize(("lines", "words"), [
    (('any = ["{a|b"]',), ("'{a|b'", "{ without its partner")),
    (('any = ["a|b"]',), ("| without its partner",)),
    (('any = ["a]"]',), ("] without its partner",)),
    (('any = ["~楼"]',), ("must begin with words",)),
    (('any = ["[a|b]"]',), ("must begin with words",)),
    (('any = ["#"]',), ("must begin with words",)),
    (('any = ["楼~"]',), ("ends in a gap", "leave it out")),
    (('any = ["一~二~三~四~五"]',), ("more than three gaps", "all")),
    (('any = ["{a|}b"]',), ("empty choice", "write [a]")),
    (('any = ["b{a}"]',), ("choice of one", "write a, or [a]")),
    (('any = ["{銀行|银行}"]',), ("银行 twice",)),
    (('any = ["<老人>骗"]',), ("class <老人>", "there are none")),
    (('any = [""]',), ("is empty",)),
    (('any = [" 飞单"]',), ("space",)),
    (("any = [3]",), ("3 is no text", "quotation marks")),
    (('any = "飞单"',), ("any must be a list",)),
    (("any = []",), ("any names no pattern",)),
    (('any = ["飞单"]', 'with = ["~a"]'), ("with: '~a'",)),
    (('any = ["飞单"]', 'all = [["a"], "b"]'), ("all must be a list in brackets",)),
    (('any = ["飞单"]', 'unless_scope = ["denied"]'), ("no scope 'denied'",)),
    (('any = ["飞单"]', "deniable = false"), ("deniable is gone", "unless_scope = []")),
    (('any = ["飞单"]', 'unles = ["a"]'), ("no key 'unles'", "did you mean unless?")),
    (('any = ["飞单"]', "foo = 1"), ("no key 'foo'", "there are label")),
    (('any = ["飞单"]', "weight = 1.5"), ("weight must be a whole number",)),
    (('any = ["飞单", "飞单"]',), ("'飞单' stands twice", "leave one out")),
    (('any = ["ATM", "atm"]',), ("'atm' stands twice",)),
    (('any = ["网上银行"]', 'unless = ["银行"]'), ("can never be found", "'银行'")),
])
def test_a_mistake_says_what_why_and_what_instead(lines, words):
    told = mistakes(topics=entry(*lines))
    assert all(any(word in each and each.startswith("topics.toml, line ") for each in told) for word in words), told


def test_the_same_pattern_in_two_entries_of_one_label_and_conditions():
    (told,) = mistakes(topics=ENTRY + ENTRY)
    assert told.startswith("topics.toml, line 6, entry 2: any: '飞单' stands in entry 1 too")
    assert Lexicon.parse({"topics": tomllib.loads(ENTRY + entry('any = ["飞单"]', 'with = ["a"]'))}).entries       # other conditions


def test_one_id_names_one_entry():
    (told,) = mistakes(topics=entry('any = ["a"]', 'id = "one"') + entry('any = ["b"]', 'id = "one"'))
    assert "topics/one stands twice" in told


@pytest.mark.parametrize(("text", "words"), [
    ('[denials]\nbefore = ["没"]\n' + ENTRY, ("line 1", "denials is gone", "scope.toml")),
    ('[[entires]]\nlabel = "x"\n', ("no key 'entires'", "did you mean entry?")),
    ('[entry]\nlabel = "x"\n', ("[[entry]]",)),
    ("[default]\nnear = 3\n", ("did you mean defaults?",)),
    ('[defaults]\nlabel = "x"\n', ("no key 'label'",)),
    ('entry = ["x"]\n', ("is no table",)),
])
def test_a_file_of_another_shape(text, words):
    told = mistakes(topics=text)
    assert all(any(word in each for each in told) for word in words), told


@pytest.mark.parametrize(("text", "words"), [
    ('[[scope]]\nopens = ["没"]\n', "has no name"),
    ('[[scope]]\nname = "a"\n', "opens names no pattern"),
    ('[[scope]]\nname = "a"\nopens = ["没"]\ncovers = "clause rset"\n', "did you mean clause rest?"),
    ('[[scope]]\nname = "a"\nopens = ["没"]\nuntil = ["b"]\n', "no key 'until'"),
    ('[[scope]]\nname = "a"\nopens = ["没"]\nwithin = 0\n', "within must be a whole number"),
    ('[[scope]]\nname = "a"\nopens = ["没"]\n[[scope]]\nname = "b"\nopens = ["<x>"]\n', "line 6, scope 2: opens: '<x>'"),
])
def test_a_scope_that_cannot_be_used(text, words):
    told = mistakes(scope=text)
    assert any(words in each for each in told), told


@pytest.mark.parametrize(("text", "words"), [
    ('[words]\n"a" = ["b~c"]\n', "words only"),
    ('[words]\n"a" = ["<a>b"]\n', "<a>"),
    ('[words]\n"a" = ["<b>"]\n"b" = ["<a>"]\n', "<a>"),
    ('[words]\n"a" = []\n', "list of words"),
    ('[words]\n"a" = ["b", "B"]\n', "b twice"),
])
def test_a_class_that_cannot_be_used(text, words):
    told = mistakes(words=text)
    assert any(words in each for each in told), told


def test_a_class_belongs_to_one_file():
    told = mistakes(one='[words]\n"a" = ["b"]\n', two='[words]\n"a" = ["c"]\n')
    assert told == ["two.toml, line 2, [words]: a is a class of one.toml already; choose another name"]


def test_without_its_text_a_file_is_named_without_a_line():
    with pytest.raises(BadTable) as caught:
        Lexicon.parse({"topics": {"entry": [{"label": "x", "any": ["{"]}]}})
    assert caught.value.mistakes[0].startswith("topics.toml, entry 1: any: '{'")
