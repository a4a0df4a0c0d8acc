"""JSON that two readers could understand differently is no JSON here."""

import pytest

from gateway.auth import strict


def test_plain_json_is_read() -> None:
    assert strict.loads(b'{"a": [1, "\xc3\xa9", null, true, "\\ud83d\\ude00"]}') == {"a": [1, "é", None, True, "😀"]}


@pytest.mark.parametrize(
    "text",
    [
        '{"a": 1, "a": 1}',
        '{"outer": {"a": 1, "a": 2}}',
        "NaN",
        "[Infinity]",
        "[-Infinity]",
        '"\\ud800"',
        '{"\\udfff": 1}',
        "[" * 100_000,
        "{} {}",
        "",
        "{'a': 1}",
        b"\xff\xfe",
        "1" * 5000,
    ],
    ids=lambda text: repr(text)[:30],
)
def test_what_is_not_strict_is_refused(text: str | bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - every way of not being strict, in whatever words
        strict.loads(text)
