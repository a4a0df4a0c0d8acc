"""Bounded answers."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from gateway.exchange.views import Page

R = TypeVar("R")
V = TypeVar("V")


def page(rows: Sequence[R], first: int, make: Callable[[R], V]) -> Page[V]:
    """The first ``first`` rows as views, of the ``first + 1`` that were asked for to see whether more follow."""
    return Page(items=tuple(make(row) for row in rows[:first]), has_next=len(rows) > first)
