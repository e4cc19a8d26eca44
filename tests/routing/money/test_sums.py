"""What a text adds up without saying so (ruling 1)."""

from decimal import Decimal

import pytest

from routing.money import amounts

LIMIT = Decimal(50_000)


@pytest.mark.parametrize(("text", "values", "over"), [
    ("两笔各三万", {30_000, 60_000}, True), ("每张2万，3张", {20_000, 60_000}, True), ("打了三回钱，每回两万", {20_000, 60_000}, True),
    ("两个账户各扣了三万", {30_000, 60_000}, True), ("基金每月扣1000，扣了14个月", {1000, 14_000}, False), ("学费还了4300*2", {4300, 8600}, False),
    ("存了三万，昨天又存进去两万五，第二笔没有了", {30_000, 25_000, 55_000}, True), ("先转了四万八，后来又叫我转了四千", {48_000, 4000, 52_000}, True),
    ("头一年买了四万。转过年来又买了两万", {40_000, 20_000, 60_000}, True), ("前天少了三万，昨天又少了三万", {30_000, 60_000}, True),
    ("三个存单，存的是一个三千，一个八千，一个两万四", {3000, 8000, 24_000, 35_000}, False), ("转了三笔 380、1200、2600", {380, 1200, 2600, 4180}, False)])
def test_parts_of_one_matter_are_added(text, values, over):
    found = amounts(text, {})
    assert {amount.value for amount in found} == values
    assert any(amount.over(LIMIT) for amount in found) == over


@pytest.mark.parametrize(("text", "values"), [
    ("存了三万，又退了两万五", {30_000, 25_000}), ("存一万再取一万", {10_000}), ("转了三万，又扣了手续费两千", {30_000, 2000}), ("一户两万，一户一万五", {20_000, 15_000}),
    ("扣了2笔428", {428}), ("两笔，一笔两万，一笔三万，加起来五万", {20_000, 30_000, 50_000}), ("存了五本折子，总共2万", {20_000}),
    ("定投每月500，下月再扣500", {500}), ("存了三万。又去了三回，还是三万", {30_000})])
def test_unrelated_sums_are_not(text, values):
    assert {amount.value for amount in amounts(text, {})} == values


def test_a_total_is_quoted_from_its_first_part_to_its_last():
    total = amounts("存了三万，又存两万五", {})[-1]
    assert (total.value, total.evidence) == (Decimal(55_000), "三万，又存两万五")
