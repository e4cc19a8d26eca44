"""The door to the synthetic voice: texts become sound files that telephones play (P-21)."""

from adapters.speech.speaker import Dumb, Speaker

__all__ = ["Dumb", "Speaker"]
