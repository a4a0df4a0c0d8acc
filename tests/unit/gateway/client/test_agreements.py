"""Nothing is signed that was not read: the hash is computed from the policy, whatever the gateway states."""

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest

from gateway.client import (
    MunimentClient,
    sign_agreement,
    sign_delegation,
    verify_agreement,
    verify_agreement_signature,
)
from gateway.client.errors import AgreementAlteredError
from graph.errors import SignatureInvalidError
from graph.signing import AGREEMENT_TYP, DELEGATION_TYP, SigningKey, sign, verify
from policies.canonical import policy_hash
from policies.errors import PolicyError
from policies.jsonld import to_document
from policies.model import Policy
from policies.terms import Terms, agreement
from policies.vocabulary import DPV, FINE_TUNE, Iri

AGREEMENT = "urn:muniment:agreement:1"
OWNER, DEVELOPER = "urn:muniment:party:owner", "urn:muniment:party:developer"
DATASET = "urn:muniment:dataset:1"


def an_offer() -> Policy:
    terms = Terms(
        action=FINE_TUNE,
        purposes=frozenset({Iri(DPV + "ResearchAndDevelopment")}),
        columns=frozenset({"value"}),
        max_records=1000,
    )
    return terms.offer(uid="urn:muniment:offer:1", assigner=OWNER, target=DATASET)


def an_agreement() -> tuple[dict[str, Any], str]:
    policy = agreement(an_offer(), uid=Iri(AGREEMENT), assignee=Iri(DEVELOPER))
    return dict(to_document(policy)), policy_hash(policy)


def test_a_policy_that_is_what_its_hash_says_is_read() -> None:
    document, stated = an_agreement()

    assert verify_agreement(document, stated) == verify_agreement(json.dumps(document).encode(), stated)
    assert verify_agreement(document, stated).assignee == DEVELOPER


def altered(document: dict[str, Any], old: str, new: str) -> dict[str, Any]:
    text = json.dumps(document)
    assert old in text
    return dict(json.loads(text.replace(old, new)))


@pytest.mark.parametrize(("old", "new"), [("1000", "100000"), (DEVELOPER, DEVELOPER + "-x"), (DATASET, DATASET + "2")])
def test_an_altered_agreement_is_neither_believed_nor_signed(key: SigningKey, old: str, new: str) -> None:
    document, stated = an_agreement()
    changed = altered(document, old, new)

    with pytest.raises(AgreementAlteredError) as refused:
        verify_agreement(changed, stated)
    with pytest.raises(AgreementAlteredError):
        sign_agreement(key, AGREEMENT, changed, stated)

    assert refused.value.code == "AGREEMENT_ALTERED"
    assert refused.value.stated == stated
    assert refused.value.actual != stated


def test_a_document_that_is_no_policy_says_where(key: SigningKey) -> None:
    with pytest.raises(PolicyError):
        sign_agreement(key, AGREEMENT, b"{}", "sha-256:" + "0" * 64)


def test_a_signature_is_over_the_agreement_and_its_hash(key: SigningKey) -> None:
    document, stated = an_agreement()

    signature = sign_agreement(key, AGREEMENT, document, stated)

    assert verify(signature, key.public_jwk, typ=AGREEMENT_TYP) == {"agreement": AGREEMENT, "policy": stated}
    verify_agreement_signature(signature, key.public_jwk, agreement=AGREEMENT, policy=stated)


def test_an_agreement_is_not_signed_under_the_name_of_another(key: SigningKey) -> None:
    document, stated = an_agreement()

    with pytest.raises(AgreementAlteredError):
        sign_agreement(key, "urn:muniment:agreement:2", document, stated)


def test_a_signature_of_the_other_side_must_be_of_this_agreement_and_of_its_key(key: SigningKey) -> None:
    document, stated = an_agreement()
    signature = sign_agreement(key, AGREEMENT, document, stated)
    other = SigningKey.generate()
    forged: list[tuple[str, SigningKey, type[Exception]]] = [
        (signature, other, SignatureInvalidError),
        (sign(key, {"agreement": AGREEMENT, "policy": stated}, typ=DELEGATION_TYP), key, SignatureInvalidError),
        (sign(key, {"agreement": AGREEMENT, "policy": "sha-256:0"}, typ=AGREEMENT_TYP), key, AgreementAlteredError),
        (sign(key, {"agreement": "urn:2", "policy": stated}, typ=AGREEMENT_TYP), key, AgreementAlteredError),
        (sign(key, {"policy": stated}, typ=AGREEMENT_TYP), key, AgreementAlteredError),
    ]

    for each, by, error in forged:
        with pytest.raises(error):
            verify_agreement_signature(each, by.public_jwk, agreement=AGREEMENT, policy=stated)


def test_a_delegation_is_over_bounds_dataset_and_held_key(key: SigningKey) -> None:
    offer = an_offer()
    document, stated = to_document(offer), policy_hash(offer)

    signature = sign_delegation(key, DATASET, document, stated, "held-key")

    assert verify(signature, key.public_jwk, typ=DELEGATION_TYP) == {
        "bounds": stated,
        "dataset": DATASET,
        "key": "held-key",
    }
    with pytest.raises(AgreementAlteredError):
        sign_delegation(key, DATASET, altered(copy.deepcopy(dict(document)), "1000", "9000"), stated, "held-key")


async def test_the_client_signs_with_its_own_key(client: MunimentClient, key: SigningKey) -> None:
    document, stated = an_agreement()
    signing: list[tuple[Callable[[], str], str]] = [
        (lambda: client.sign_agreement(AGREEMENT, document, stated), AGREEMENT_TYP),
        (lambda: client.sign_delegation(DATASET, document, stated, "held-key"), DELEGATION_TYP),
    ]

    assert client.verify_agreement(document, stated).uid == AGREEMENT
    for sign_it, typ in signing:
        assert verify(sign_it(), key.public_jwk, typ=typ)
