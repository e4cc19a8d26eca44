"""The daemon between a bank's complaint hotline and its branches."""

__version__ = "0.1.0"
