"""A day at the hotline, played through the real daemon on the embedded default, and what follows from it."""

from hotline_bridge.demo.playing import play

__all__ = ["play"]
