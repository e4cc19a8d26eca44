"""mod_xml_cdr's XML as the object mod_json_cdr would have written of the same leg (switch_ivr_generate_xml_cdr)."""

import re

from lxml import etree

from adapters.formats.cdr.lines import LONGEST_OBJECT, Damaged
from adapters.formats.exchange_text import words

DEEPEST = 16            # a caller's profile inside a profile inside a callflow has seven
_DECLARED = re.compile(r"^\s*<\?xml[^>]*\?>")
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
#: Elements whose children are one list, by the names mod_json_cdr gives list and children.
_LISTS = {"application": "applications", "originatee_caller_profile": "originatee_caller_profiles", "originator_caller_profile": "originator_caller_profiles", "callflow": "callflow"}
#: Elements that hold others: an empty one says nothing, where an empty value says "".
_HOLDERS = frozenset({"app_log", "call-stats", "callflow", "caller_profile", "channel_data", "extension", "times", "variables"})
_NAMES = {"call-stats": "callStats"}


def object_of(raw: bytes) -> dict[str, object]:
    """The leg as an object with `variables`, `callflow`, `times` and so on; Damaged with reason and cure where it is none.

    Nothing outside the text is ever looked at: a document type, and with it every entity, is refused before parsing.
    """
    if len(raw) > LONGEST_OBJECT:
        raise Damaged(f"the record has {len(raw)} bytes, more than {LONGEST_OBJECT}; it was cut, read it from the exchange")
    text = _FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}", _DECLARED.sub("", words(raw)))     # its bytes are what they are, whatever it declares
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise Damaged("XML with a document type or entities, which FreeSWITCH never writes; somebody else posted it, see who has the password")
    # one for each: two threads must not share a parser
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True, encoding="utf-8")
    try:
        root = etree.fromstring(text.encode(), parser)
    except etree.XMLSyntaxError as error:
        raise Damaged(f"no XML: {_where(error)}; the record is cut off or mixed up, read it from the exchange") from None
    found = _value(root, 0)
    if root.tag != "cdr" or not isinstance(found, dict):
        raise Damaged("XML, but no <cdr>; a telephone record of mod_xml_cdr is one")
    return found


def _where(error: etree.XMLSyntaxError) -> str:
    """Where it breaks; libxml2's own words may hold a customer's (P-6)."""
    line, column = error.position
    return f"it breaks at line {line}, column {column}"


def _value(element: etree._Element, depth: int) -> object:
    """An element as its text, or as an object of its attributes and children."""
    if depth > DEEPEST:
        raise Damaged(f"XML nested deeper than {DEEPEST}; no record of FreeSWITCH is")
    found: dict[str, object] = dict(element.attrib.items())
    for child in element:
        name = str(child.tag)
        inner = _value(child, depth + 1)
        if name in _LISTS:
            listed = found.setdefault(_LISTS[name], [])
            if isinstance(listed, list):
                listed.append(inner)
        else:
            found.setdefault(_NAMES.get(name, name), inner)
    return found if len(element) or element.attrib or element.tag in _HOLDERS else (element.text or "").strip()
