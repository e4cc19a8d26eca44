"""Amounts of money in Chinese text (P-9.1)."""

from routing.money.read import Amount, Reach, amounts

__all__ = ["Amount", "Reach", "amounts"]
