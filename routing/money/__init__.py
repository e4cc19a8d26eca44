"""Amounts of money in Chinese text (P-9.1)."""

from routing.money.amount import Amount, Reach
from routing.money.read import amounts

__all__ = ["Amount", "Reach", "amounts"]
