"""Other vendors' call records by configuration: a body, whatever its form, becomes rows of calls and moments of calls that go on."""

from adapters.formats.vendor.body import kept_body, parts_of, tree_of
from adapters.formats.vendor.proof import Post, doubt_at_once, doubt_of
from adapters.formats.vendor.reading import Seen, Told, record_bytes, seen_in, seen_in_record, unused_in

__all__ = ["Post", "Seen", "Told", "doubt_at_once", "doubt_of", "kept_body", "parts_of", "record_bytes", "seen_in", "seen_in_record", "tree_of", "unused_in"]
