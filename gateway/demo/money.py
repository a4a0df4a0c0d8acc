"""Amounts as people write them: exact, in the spelling of the terms."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

_MICRO: Final = 6
_CENTS: Final = 2


def money(amount: Mapping[str, Any]) -> str:
    """An amount of micro-units with its currency.

    >>> money({"amountMicro": "74850", "currency": "EUR"})
    '0.07485 EUR'
    >>> money({"amountMicro": "1200000", "currency": "EUR"})
    '1.20 EUR'
    """
    whole, micro = divmod(int(amount["amountMicro"]), 10**_MICRO)
    return f"{whole:,}.{f'{micro:0{_MICRO}d}'.rstrip('0').ljust(_CENTS, '0')} {amount['currency']}"


def total(amounts: Iterable[Mapping[str, Any] | None]) -> str:
    """The sum in each currency; what is free has no amount."""
    sums: dict[str, int] = {}
    for each in amounts:
        if each is not None:
            sums[each["currency"]] = sums.get(each["currency"], 0) + int(each["amountMicro"])
    return ", ".join(money({"amountMicro": sums[each], "currency": each}) for each in sorted(sums)) or "nothing"
