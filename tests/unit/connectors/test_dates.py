import pytest

from connectors.engine.dates import seconds_until

DATE = "Sat, 21 Nov 2026 12:00:00 GMT"


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, 0),
        ({"Retry-After": "17"}, 17),
        ({"Retry-After": " 17 "}, 17),
        ({"Retry-After": "soon"}, 0),
        ({"Retry-After": "-3"}, 0),
        ({"Retry-After": "٣"}, 0),
        ({"Retry-After": "Sat, 21 Nov 2026 12:00:30 GMT", "Date": DATE}, 30),
        ({"Retry-After": "Sat, 21 Nov 2026 11:00:00 GMT", "Date": DATE}, 0),
        ({"Retry-After": "Sat, 21 Nov 2026 12:00:30 GMT"}, 0),
        ({"Retry-After": "Sat, 21 Nov 2026 12:00:30 -0000", "Date": DATE}, 30),
    ],
)
def test_wait_is_read_from_the_header(headers: dict[str, str], expected: float) -> None:
    assert seconds_until(headers) == expected
