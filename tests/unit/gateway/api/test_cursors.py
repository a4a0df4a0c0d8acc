"""A cursor opens only for the list it was made for."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.api.cursors import CursorCodec, plan_digest
from gateway.api.errors import CursorInvalidError

CODEC = CursorCodec(key=b"k" * 32)
PLAN = plan_digest("party", "Rating", ["licence"], {"a": 1})
POSITIONS = st.dictionaries(st.text(max_size=20), st.text(max_size=20), max_size=4)


@given(POSITIONS)
def test_what_was_sealed_opens(position: dict[str, str]) -> None:
    assert CODEC.open(PLAN, CODEC.seal(PLAN, position)) == position


@given(POSITIONS, st.integers(min_value=0), st.integers(min_value=1, max_value=255))
def test_a_changed_byte_is_refused(position: dict[str, str], place: int, change: int) -> None:
    cursor = CODEC.seal(PLAN, position)
    sealed = bytearray(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    sealed[place % len(sealed)] ^= change

    with pytest.raises(CursorInvalidError):
        CODEC.open(PLAN, base64.urlsafe_b64encode(bytes(sealed)).decode().rstrip("="))


def test_another_list_another_key_and_another_version_are_refused_alike() -> None:
    cursor = CODEC.seal(PLAN, {"a": "1"})
    others = [
        (CODEC, plan_digest("party", "Rating", ["licence"], {"a": 2})),
        (CursorCodec(key=b"l" * 32), PLAN),
    ]

    messages = set()
    for codec, plan in others:
        with pytest.raises(CursorInvalidError) as refused:
            codec.open(plan, cursor)
        messages.add(refused.value.message)

    assert len(messages) == 1


@given(st.text(max_size=200))
def test_any_text_is_refused_with_one_error(text: str) -> None:
    with pytest.raises(CursorInvalidError):
        CODEC.open(PLAN, text)


def test_the_digest_of_a_list_does_not_depend_on_the_order_of_names() -> None:
    assert plan_digest({"a": 1, "b": 2}) == plan_digest({"b": 2, "a": 1})
    assert plan_digest(["a", "b"]) != plan_digest(["b", "a"])


def test_the_key_is_not_printed() -> None:
    assert "kkk" not in repr(CODEC)
