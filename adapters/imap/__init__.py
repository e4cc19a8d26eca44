"""A mailbox as an inlet: IDLE where the server has it, a search at least every two minutes, nothing deleted.

The package is one door in three pieces: `wire` makes aioimaplib safe, `line` is one connection with its whole life,
`door` is the inlet that opens a new line when the old one is in doubt.
"""

from adapters.imap.door import Imap, ImapSettings, Letter

__all__ = ["Imap", "ImapSettings", "Letter"]
