"""Whether an answer tells the customer what else they can do: review, mediation, the regulator, court (law:19, law:20)."""

import re
from collections.abc import Mapping

_WAYS = re.compile(
    r"[^。；;\n]{0,12}(?:申请(?:复核|复议|核查)|救济途径|(?:金融)?(?:消费)?纠纷调解|申请?调解|申请?仲裁|提起诉讼|向(?:人民)?法院起诉|12378|12363|监管(?:部门|机构)(?:投诉|反映))[^。；;\n]{0,16}",
)
_NOT = re.compile(r"(?:未|没有?|不|尚未|无须|无需)[^。；;，,\n]{0,6}(?:告知|申请|提起|说明)")


def remedies_told(elements: Mapping[int, str]) -> str:
    """Return the words of an answer that name a remedy, as the register shows them; "" where it names none.

    `elements` are those of P-12. That no remedy was told or asked for is no remedy told.
    """
    for text in elements.values():
        for found in _WAYS.finditer(text):
            if not _NOT.search(found.group()):
                return found.group().strip()
    return ""
