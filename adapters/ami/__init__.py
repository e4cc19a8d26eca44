"""Asterisk's manager interface: the line to it, and the door that listens on one.

`line` is one connection with its whole life (whoever places calls opens one of its own), `gathering` collects events by
the call they belong to, `door` is the inlet.
"""

from adapters.ami.door import AmiDoor
from adapters.ami.gathering import AmiPaper, Listening
from adapters.ami.line import Ami, AmiSettings, Refused
from adapters.formats.ami import Packet

__all__ = ["Ami", "AmiDoor", "AmiPaper", "AmiSettings", "Listening", "Packet", "Refused"]
