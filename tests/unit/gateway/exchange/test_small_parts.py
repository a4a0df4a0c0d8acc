"""Ids, pages, held keys, roles."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest
from typing_extensions import override

from gateway.exchange.errors import RoleNotAllowedError
from gateway.exchange.held_keys import StoredHeldKeys
from gateway.exchange.paging import page
from gateway.exchange.ports import UuidIds
from gateway.exchange.roles import OWNERS, require_kind
from graph.journal.events import PartyKind
from graph.signing import sign, verify
from tests.testkit.api import a_principal


@dataclass
class MemoryKeys:
    """Keeps the first key of each name."""

    kept: dict[str, Mapping[str, str]] = field(default_factory=dict)

    def find(self, name: str) -> Mapping[str, str] | None:
        return self.kept.get(name)

    def keep(self, name: str, jwk: Mapping[str, str]) -> Mapping[str, str]:
        return self.kept.setdefault(name, jwk)


def test_ids_are_iris_in_order_of_time() -> None:
    ids = UuidIds()

    made = [ids.new("licence") for _ in range(100)]

    assert made == sorted(set(made))
    assert all(re.fullmatch(r"urn:muniment:licence:[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f-]{21}", each) for each in made)


def test_a_page_says_whether_more_follow() -> None:
    assert page([1, 2, 3], 2, str).items == ("1", "2")
    assert page([1, 2, 3], 2, str).has_next
    assert not page([1, 2], 2, str).has_next
    assert page([], 2, str).items == ()


def test_there_is_one_held_key_per_owner_and_dataset() -> None:
    keys = StoredHeldKeys(MemoryKeys())

    assert keys.find("urn:owner", "urn:d") is None
    held = keys.held("urn:owner", "urn:d")

    assert keys.held("urn:owner", "urn:d").thumbprint == held.thumbprint
    found = keys.find("urn:owner", "urn:d")
    assert found is not None
    assert verify(sign(found, {"a": 1}, typ="t"), held.public_jwk, typ="t") == {"a": 1}
    assert keys.held("urn:owner", "urn:e").thumbprint != held.thumbprint
    assert keys.held("urn:other", "urn:d").thumbprint != held.thumbprint


def test_of_two_who_make_a_key_both_get_the_one_that_was_kept() -> None:
    class Overtaken(MemoryKeys):
        @override
        def find(self, name: str) -> Mapping[str, str] | None:
            return None

    store = Overtaken()
    first, second = StoredHeldKeys(store).held("o", "d"), StoredHeldKeys(store).held("o", "d")

    assert first.thumbprint == second.thumbprint


@pytest.mark.parametrize("kind", PartyKind)
def test_six_kinds_of_party_can_be_licensors(kind: PartyKind) -> None:
    principal = a_principal(kind)

    if kind in OWNERS:
        require_kind(principal, OWNERS, "publish")
    else:
        with pytest.raises(RoleNotAllowedError) as refused:
            require_kind(principal, OWNERS, "publish")
        assert (refused.value.kind, refused.value.act) == (kind, "publish")
    assert len(OWNERS) == 6
