"""Scopes are cut down to what a kind of party may hold; duties that must lie in separate hands do."""

from datetime import UTC, datetime

import pytest

from gateway.auth.errors import ScopeMissingError
from gateway.auth.principal import Principal
from gateway.auth.scopes import ALL_SCOPES, SCOPES_OF, Scope, narrowed, spelled
from graph.journal.events import PartyKind


def test_every_kind_of_party_has_scopes_and_every_scope_a_party() -> None:
    assert SCOPES_OF.keys() == set(PartyKind)
    assert frozenset().union(*SCOPES_OF.values()) == ALL_SCOPES


@pytest.mark.requirement("R17")
def test_the_operator_can_neither_decide_for_owners_nor_read_the_whole_record() -> None:
    assert not SCOPES_OF[PartyKind.OPERATOR] & {Scope.LICENCE_DECIDE, Scope.AUDIT_READ, Scope.ETHICS_REVIEW}


@pytest.mark.requirement("R17")
@pytest.mark.parametrize(
    "scope", [Scope.PLATFORM_OPERATE, Scope.AUDIT_READ, Scope.ETHICS_REVIEW, Scope.LICENCE_REQUEST]
)
def test_a_sensitive_scope_belongs_to_one_kind_of_party(scope: Scope) -> None:
    assert len([kind for kind, scopes in SCOPES_OF.items() if scope in scopes]) == 1


@pytest.mark.parametrize("asked", [None, "", "  "])
def test_asking_for_nothing_gives_all_the_kind_may_hold(asked: str | None) -> None:
    assert narrowed(asked, PartyKind.AUDITOR) == {Scope.GRAPH_QUERY, Scope.AUDIT_READ}


@pytest.mark.requirement("R17")
def test_what_the_kind_may_not_hold_and_what_nobody_knows_is_left_out() -> None:
    asked = "graph:query audit:read platform:operate made:up GRAPH:QUERY"

    assert narrowed(asked, PartyKind.LLM_DEVELOPER) == {Scope.GRAPH_QUERY}


def test_nothing_can_be_left() -> None:
    assert narrowed("platform:operate", PartyKind.DATA_SUBJECT) == frozenset()


def test_scopes_travel_in_alphabetical_order() -> None:
    assert spelled(frozenset({Scope.GRAPH_QUERY, Scope.AUDIT_READ})) == "audit:read graph:query"


def test_a_principal_without_the_scope_is_stopped() -> None:
    principal = Principal(
        party="urn:muniment:party:a",
        kind=PartyKind.AUDITOR,
        client="c",
        scopes=frozenset({"graph:query"}),
        expires_at=datetime(2026, 1, 1, tzinfo=UTC),
    )
    principal.require(Scope.GRAPH_QUERY)

    with pytest.raises(ScopeMissingError) as missing:
        principal.require(Scope.AUDIT_READ)

    assert missing.value.scope == "audit:read"
    assert missing.value.http_status == 403
