"""Where a caller's number is at home, as a hint for the unit where the words of a complaint leave it open (ruling 17).

It lifts what the words found already, or offers the branch of the caller's city where they found nothing; it never
decides. People call from elsewhere, and keep a mobile when they move: so a mobile's place only lifts, and offers nothing.
"""

from dataclasses import dataclass

from routing.gazetteer import Codes, Gazetteer
from routing.numberplaces import NumberPlace, NumberPlaces
from routing.parties import UnitCode
from routing.place import Place
from routing.text import fold_text

#: Branches offered of a city whose area code several cities share.
_MOST_OFFERED = 5
_CITY, _PROVINCE = 2, 1


@dataclass(frozen=True, slots=True)
class CallerPlaces:
    """What is known of numbers' homes; `home_area` is that of landlines which come without an area code."""

    numbers: NumberPlaces
    home_area: str = ""


def with_caller(place: Place, phone: str, callers: CallerPlaces, gazetteer: Gazetteer) -> Place:
    """Return the place with the candidates around the caller's home first, and the sentence that tells the desk of it.

    Unchanged where the words decide the unit, where nobody knows the number's home, and where it says nothing new.
    """
    home = callers.numbers.of(phone, callers.home_area) if place.unit is None and phone else None
    if home is None:
        return place
    cities, provinces = _areas(home, gazetteer)
    worth = {code: _worth(code, cities, provinces, gazetteer) for code in place.candidates}
    if any(worth.values()):
        lifted = tuple(sorted(place.candidates, key=lambda code: -worth[code]))
        return place._replace(candidates=lifted, caller=f"{_told(home)}，可能的单位中该地的列在前面，请核对")
    if place.evidence or not home.area or not cities:
        return place
    offered = tuple(code for code in cities if code not in place.candidates)[:_MOST_OFFERED]
    return place._replace(candidates=(*place.candidates, *offered), caller=f"{_told(home)}，列出该地的机构供参考，请向客户核对")


def _areas(home: NumberPlace, gazetteer: Gazetteer) -> tuple[Codes, Codes]:
    """Return the branches of the city, the highest of each, and those of the province; 大连市分行 may lie under no province's."""
    provinces = _named(home.province, gazetteer)
    if not home.city:
        return provinces, ()
    named = _named(home.city, gazetteer)
    cities = [code for code in named if not set(gazetteer.above(code)).isdisjoint(provinces)] or [code for code in named if not gazetteer.above(code)]
    return tuple(code for code in cities if set(gazetteer.above(code)).isdisjoint(cities)), provinces


def _named(words: str, gazetteer: Gazetteer) -> Codes:
    return tuple(dict.fromkeys(code for mention in gazetteer.mentions(fold_text(words)) for code in mention.areas))


def _worth(code: UnitCode, cities: Codes, provinces: Codes, gazetteer: Gazetteer) -> int:
    at = {code, *gazetteer.above(code)}
    return _CITY if not at.isdisjoint(cities) else _PROVINCE if not at.isdisjoint(provinces) else 0


def _told(home: NumberPlace) -> str:
    return f"来电号码属{home.words}（区号 {home.area}）" if home.area else f"来电号码属{home.words}（手机号段，客户可能已不在当地）"
