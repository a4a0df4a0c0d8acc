"""Reading JSON and media types strictly."""

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.api.errors import JsonInvalidError
from gateway.api.wire import JSON_TYPE, RESPONSE_TYPE, decode_json, negotiate

JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=20,
)


@given(JSON_VALUES, st.booleans())
def test_all_json_is_read_as_it_was_written(value: object, ascii_only: bool) -> None:
    body = json.dumps(value, ensure_ascii=ascii_only).encode()

    assert decode_json(body, depth=64) == value


def test_depth_counts_brackets_but_not_those_in_texts() -> None:
    assert decode_json(b'[["[[[[", "\\"[[[{"]]', depth=2) == [["[[[[", '"[[[{']]
    with pytest.raises(JsonInvalidError):
        decode_json(b"[[[]]]", depth=2)


@pytest.mark.parametrize(
    "body",
    [
        b'"unterminated [[[',
        b"[1,]",
        b"{'a': 1}",
        b"Infinity",
        b"-Infinity",
        b'{"a":1}x',
        b"\xef\xbb\xbf{}",
        b'"\\udc00"',
    ],
)
def test_what_is_not_json_is_refused(body: bytes) -> None:
    with pytest.raises(JsonInvalidError):
        decode_json(body, depth=8)


MANY_KEYS = b",".join(b'"%d":0' % number for number in range(100_000))


@pytest.mark.parametrize(
    "body",
    [b'"' + b'\\"' * 400_000, b'"' * 800_001, b'"\\', b"{" + MANY_KEYS + b',"99999":1}'],
    ids=["escaped", "bare", "cut", "keys"],
)
def test_the_largest_body_is_refused_in_no_time(body: bytes) -> None:
    began = time.perf_counter()

    with pytest.raises(JsonInvalidError):
        decode_json(body, depth=8)

    assert time.perf_counter() - began < 5


def test_a_whole_surrogate_pair_is_a_character() -> None:
    assert decode_json(b'"\\ud83d\\ude00"', depth=1) == "\U0001f600"


@pytest.mark.parametrize(
    ("accept", "media"),
    [
        (None, JSON_TYPE),
        ("", JSON_TYPE),
        ("*/*", JSON_TYPE),
        ("application/*", JSON_TYPE),
        ("application/json", JSON_TYPE),
        ("application/json; charset=utf-8", JSON_TYPE),
        (RESPONSE_TYPE, RESPONSE_TYPE),
        (f"{RESPONSE_TYPE}, application/json;q=0.9", RESPONSE_TYPE),
        (f"application/json;q=0.9, {RESPONSE_TYPE};q=0.1", JSON_TYPE),
        (f"{RESPONSE_TYPE};charset=utf-8, */*;q=0.1", RESPONSE_TYPE),
        (f"{RESPONSE_TYPE};q=x", None),
        ("application/json;q=0", None),
        ("text/html", None),
        ("text/html, */*;q=0.8", JSON_TYPE),
    ],
)
def test_the_media_type_is_what_the_caller_prefers(accept: str | None, media: str | None) -> None:
    assert negotiate(accept) == media
