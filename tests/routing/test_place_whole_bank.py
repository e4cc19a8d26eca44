"""Units of a whole bank as people name them, over its real directory where that is at hand."""

import csv
import gzip
import random
from pathlib import Path

import pytest

from hotline_bridge.tables import load_directory, load_words
from routing.directory import Directory
from routing.gazetteer import Gazetteer
from routing.parties import Unit
from routing.place import find_unit
from routing.syllables import SYLLABLES
from routing.verdict import Category

SHARED = Path(__file__).parents[3] / "shared"
GROUPS = {character: group for group in SYLLABLES.split() for character in group}


@pytest.fixture(scope="module", params=["sample", "whole"])
def places(request) -> Gazetteer:
    nicknames = load_words(None, None, None).lexicon.words["places"]["nicknames"]
    if request.param == "sample":
        return Gazetteer.of(load_directory()[0], nicknames)
    if not SHARED.exists():
        pytest.skip("no ../shared here")
    with gzip.open(SHARED / "data" / "directory.csv.gz", "rt", encoding="utf-8") as table:
        return Gazetteer.of(Directory.parse(csv.DictReader(table))[0], nicknames)


def share(places: Gazetteer, sentence, *, offered: bool = False) -> tuple[float, float]:
    """Of some outlets named by `sentence`: how many are found (or at least offered), and how many taken for another."""
    outlets = [unit for unit in places.directory.units.values() if unit.level == "网点"]
    some = random.Random(20260722).sample(outlets, min(len(outlets), 400))
    right, wrong, asked = 0, 0, 0
    for unit in some:
        text = sentence(unit)
        if not text:
            continue
        place = find_unit(text, "", places, Category.ATTITUDE)
        asked += 1
        right += place.unit == unit.code or (offered and unit.code in place.candidates)
        wrong += place.unit is not None and place.unit != unit.code
    return right / asked, wrong / asked


def stem(unit: Unit) -> str:
    return unit.name.removesuffix("营业所")


def short(name: str) -> str:
    return name[:-1] if len(name) > 2 and name[-1] in "省市县区旗" else name


def above(places: Gazetteer, unit: Unit, steps: int) -> str:
    return places.directory.chain(unit.code)[steps].name.removesuffix("支行").removesuffix("分行")


def one_wrong(word: str, unit: Unit) -> str:
    """Put another character of the same sound into a word; "" where it has none."""
    chance = random.Random(unit.code)
    may = [at for at, character in enumerate(word) if len(GROUPS.get(character, "")) > 3 and character not in "镇乡"]
    if not may:
        return ""
    at = chance.choice(may)
    return word[:at] + chance.choice([other for other in GROUPS[word[at]] if other != word[at]]) + word[at + 1:]


def test_a_full_name_finds_its_unit(places):
    right, wrong = share(places, lambda unit: f"我要投诉{unit.full_name}的柜员")
    assert right > 0.99
    assert wrong < 0.005


def test_city_county_and_name_as_a_seat_jots_them_down(places):
    right, wrong = share(places, lambda unit: f"柜员态度差 {short(above(places, unit, 2))}{short(above(places, unit, 1))}{stem(unit)}")
    assert right > 0.97
    assert wrong < 0.01


def test_the_county_said_later_in_a_conversation(places):
    right, wrong = share(places, lambda unit: f"坐席：哪个网点？\n客户：{stem(unit)}营业所。\n坐席：是哪里的？\n客户：{short(above(places, unit, 1))}的，{short(above(places, unit, 2))}。")
    assert right > 0.97
    assert wrong < 0.01


def test_one_wrong_character_of_the_same_sound_still_offers_the_unit(places):
    right, wrong = share(places, lambda unit: (name := one_wrong(stem(unit), unit)) and f"投诉{above(places, unit, 1)}{name}营业所", offered=True)
    assert right > 0.9
    assert wrong < 0.03


def test_a_bare_name_is_every_unit_of_that_name_and_no_other(places):
    def bare(unit: Unit) -> str:
        return f"{stem(unit)}营业所的柜员态度差"

    right, wrong = share(places, bare, offered=True)
    assert right > 0.97
    assert wrong < 0.02


def test_ruling_17_the_names_everybody_knows(places):
    place = find_unit("城关镇的所，天天关门", "", places, Category.ATTITUDE)
    named = {unit.code for unit in places.directory.units.values() if unit.name == "城关镇营业所"}
    assert place.unit is None
    assert set(place.candidates) >= named
