"""Telephone numbers however people and exchanges write them (pain 19)."""

from routing.person import phone


def plain(text: str, home_area: str = "") -> str:
    """The number as digits alone, in its one form; "" for what is none (`home_area`: for landlines that come without one)."""
    del home_area
    return phone(text)
