"""Policies are loaded by hash, checked, and kept, the last used ones."""

from dataclasses import dataclass, field
from typing import cast

import pytest

from gateway.exchange import agreements
from gateway.exchange.agreements import AgreementPolicies
from gateway.exchange.policy_documents import policy_document
from graph.errors import JournalCorruptError
from graph.journal.view import View
from policies.canonical import policy_hash
from policies.errors import PolicyHashMismatchError
from policies.model import Policy
from policies.terms import Terms
from policies.vocabulary import DPV, FINE_TUNE, Iri

TERMS = Terms(action=FINE_TUNE, purposes=frozenset({Iri(DPV + "ResearchAndDevelopment")}))


@dataclass
class Documents:
    """Gives documents, and counts how often it was asked."""

    stored: dict[str, bytes] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def add(self, number: int) -> str:
        policy = a_policy(number)
        digest = policy_hash(policy)
        self.stored[digest] = policy_document(policy).content
        return digest

    def document(self, digest: str) -> bytes | None:
        self.asked.append(digest)
        return self.stored.get(digest)

    @property
    def view(self) -> View:
        return cast("View", self)


def a_policy(number: int = 1) -> Policy:
    return TERMS.offer(uid=f"urn:p{number}", assigner="urn:o", target="urn:d")


def test_a_policy_is_read_once() -> None:
    documents, policies = Documents(), AgreementPolicies()
    digest = documents.add(1)

    first, second = policies.load(digest, documents.view), policies.load(digest, documents.view)

    assert first is second
    assert policy_hash(first) == digest
    assert documents.asked == [digest]


@pytest.mark.requirement("R2")
def test_what_is_not_stored_is_a_damaged_record() -> None:
    with pytest.raises(JournalCorruptError):
        AgreementPolicies().load("sha-256:none", Documents().view)


@pytest.mark.requirement("R34")
def test_another_policy_under_the_hash_is_refused() -> None:
    documents = Documents()
    digest = documents.add(1)
    documents.stored[digest] = policy_document(a_policy(2)).content

    with pytest.raises(PolicyHashMismatchError):
        AgreementPolicies().load(digest, documents.view)


def test_the_least_used_policy_goes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(agreements, "_KEPT", 2)
    documents, policies = Documents(), AgreementPolicies()
    one, two, three = (documents.add(number) for number in (1, 2, 3))

    for digest in (one, two, one, three, one, two):
        policies.load(digest, documents.view)

    assert documents.asked == [one, two, three, two]
