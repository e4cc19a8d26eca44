"""Where numbers are at home, by the library phonenumbers. `python -m tests.number_places` writes routing/prefixes/cn.prefixes.

The library comes with the places of the whole world, 100 MB of memory for a question about one number; what it says of
China is taken out once, and a test compares the table with the library that is installed.
"""

import re
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from phonenumbers.geodata import GEOCODE_DATA

from routing.numberplaces import FILE, MOBILE, packed

TABLE = Path(__file__).parents[1] / "routing" / "prefixes" / FILE
#: As the library begins its names; the longest first.
PROVINCES = (
    "新疆维吾尔自治区", "广西壮族自治区", "黑龙江省", "内蒙古", "北京市", "天津市", "上海市", "重庆市", "河北省", "山西省", "辽宁省", "吉林省", "江苏省", "浙江省",
    "安徽省", "福建省", "江西省", "山东省", "河南省", "湖北省", "湖南省", "广东省", "海南省", "四川省", "贵州省", "云南省", "陕西省", "甘肃省", "青海省",
    "天津", "广西", "西藏", "宁夏", "新疆", "云南", "四川", "贵州", "甘肃",
)
_CODE = re.compile("10|2[0-9]|[3-9][0-9]{2}")              # an area code without its 0


def split(name: str) -> tuple[str, str]:
    """Province and city or cities of a name: 江苏省, 常州市; of 北京市 the city is ""."""
    province = next(one for one in PROVINCES if name.startswith(one))
    return province, "、".join(dict.fromkeys(name.removeprefix(province).split("、")))


def known() -> dict[str, str]:
    """National prefix -> name in Chinese, of all the library says about China."""
    return {prefix[2:]: said["zh"] for prefix, said in GEOCODE_DATA.items() if prefix.startswith("86") and said.get("zh")}


def _runs(mobiles: dict[str, int]) -> Iterator[tuple[int, int]]:
    each: dict[int, int] = {}
    for prefix in sorted(mobiles, key=len):
        first = int(prefix.ljust(MOBILE, "0"))
        each.update(dict.fromkeys(range(first, first + 10 ** (MOBILE - len(prefix))), mobiles[prefix]))
    low, high = 10 ** (MOBILE - 1), 2 * 10 ** (MOBILE - 1)
    yield 0, 0
    for index, group in groupby(range(low, high), key=lambda at: each.get(at, 0)):
        yield next(group), index
    yield high, 0


def table() -> bytes:
    """The table as it must stand in the file."""
    names = known()
    places = [("", ""), *sorted({split(name) for name in names.values()})]
    index = {prefix: places.index(split(name)) for prefix, name in names.items()}
    mobile = {prefix: one for prefix, one in index.items() if prefix[0] == "1" and prefix[:2] != "10"}
    areas = {f"0{prefix}": one for prefix, one in sorted(index.items()) if _CODE.fullmatch(prefix)}
    return packed(places, areas, list(_runs(mobile)))


if __name__ == "__main__":
    TABLE.write_bytes(table())
    print(f"{TABLE}: {TABLE.stat().st_size:,} bytes")
