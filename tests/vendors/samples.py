"""Bodies as vendors push them, written after the fields their documentation names; no word of theirs is copied."""

from pathlib import Path

from adapters.formats.cdr import call_of
from adapters.formats.vendor import Seen, seen_in
from hotline_bridge.vendors import shipped
from routing.papers import Call
from routing.vendor import Vendor, VendorMapping, parse_mapping

FOLDER = Path(__file__).parent / "samples"


def sample(name: str) -> bytes:
    return (FOLDER / name).read_bytes().rstrip(b"\n")


def vendor(mapping: str | VendorMapping, **beside: object) -> Vendor:
    """A vendor by a mapping that comes along, or by one given."""
    found = shipped(mapping) if isinstance(mapping, str) else mapping
    return Vendor(found, found.zone, **beside)


def own(**raw: object) -> Vendor:
    """A vendor by a mapping of the bank's own."""
    return vendor(parse_mapping({"name": "自建", "fields": {"call_id": "id"}, **raw}, "own.toml"))


def seen(mapping: str, *names: str) -> list[Seen]:
    return [seen_in(sample(name), vendor(mapping)) for name in names]


def call(mapping: str, *names: str) -> Call:
    """The Call that the kept parts of these pushes make."""
    one = vendor(mapping)
    rows = [told.row for name in names for told in seen_in(sample(name), one).kept(one.mapping.events)]
    return call_of(f"vendor:{mapping}", [row for row in rows if row])
