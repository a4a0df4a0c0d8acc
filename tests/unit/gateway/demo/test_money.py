"""Amounts are exact: what people add up comes to what was charged."""

from gateway.demo.money import money, total


def micro(amount: int, currency: str = "EUR") -> dict[str, str]:
    return {"amountMicro": str(amount), "currency": currency}


def test_no_figure_is_rounded():
    assert [money(micro(each)) for each in (150, 74_850, 200_000, 1_234_567_890_001)] == [
        "0.00015 EUR",
        "0.07485 EUR",
        "0.20 EUR",
        "1,234,567.890001 EUR",
    ]


def test_total_is_told_in_each_currency():
    assert total([micro(150), None, micro(74_850), micro(1, "USD")]) == "0.075 EUR, 0.000001 USD"
    assert total([None]) == "nothing"
