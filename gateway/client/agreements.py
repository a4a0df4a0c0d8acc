"""Reading an agreement before signing it: the hash is computed from the policy, never taken on trust."""

from collections.abc import Mapping
from typing import Any

from gateway.client.errors import AgreementAlteredError
from graph.signing import AGREEMENT_TYP, DELEGATION_TYP, SigningKey, sign, verify
from policies.canonical import policy_hash
from policies.jsonld import intake
from policies.model import Policy


def verify_agreement(odrl: bytes | Mapping[str, object], stated: str) -> Policy:
    """Read a policy and compare it with its stated hash.

    Args:
        odrl: the ODRL document, as bytes or as parsed JSON.
        stated: ``sha-256:<hex>``, as the gateway or a signature states it.

    Returns:
        The policy, as the gateway enforces it.

    Raises:
        AgreementAlteredError: The policy has another hash.
        PolicyError: The document is no policy that can be read at all; it says where.

    Example:
        >>> policy = verify_agreement(document, "sha-256:…")  # doctest: +SKIP
        >>> policy.assignee  # doctest: +SKIP
        'urn:muniment:party:…'
    """
    policy = intake(odrl)
    actual = policy_hash(policy)
    if actual != stated:
        raise AgreementAlteredError(stated, actual)
    return policy


def sign_agreement(key: SigningKey, agreement: str, odrl: bytes | Mapping[str, object], stated: str) -> str:
    """Sign an agreement after reading it: a compact JWS over its IRI and hash.

    Args:
        key: of the party that signs.
        agreement: IRI of the agreement.
        odrl: its ODRL document.
        stated: the hash that the gateway states.

    Raises:
        AgreementAlteredError: The document is another agreement, or has another hash. Nothing was signed.
        PolicyError: The document is no policy.

    Example:
        >>> signature = sign_agreement(key, agreement["id"], agreement["odrl"], agreement["hash"])  # doctest: +SKIP
    """
    policy = verify_agreement(odrl, stated)
    if policy.uid != agreement:
        raise AgreementAlteredError(agreement, policy.uid)
    return sign(key, {"agreement": agreement, "policy": stated}, typ=AGREEMENT_TYP)


def sign_delegation(
    key: SigningKey, dataset: str, bounds: bytes | Mapping[str, object], stated: str, key_id: str
) -> str:
    """Let the key ``key_id`` that the gateway holds sign within ``bounds``, after reading them.

    Args:
        key: of the owner.
        dataset: IRI of the dataset that the delegation is about.
        bounds: ODRL document of the floor offer.
        stated: its hash, as the gateway states it.
        key_id: thumbprint of the gateway-held key.

    Raises:
        AgreementAlteredError: The bounds have another hash. Nothing was signed.
        PolicyError: The document is no policy.
    """
    verify_agreement(bounds, stated)
    return sign(key, {"bounds": stated, "dataset": dataset, "key": key_id}, typ=DELEGATION_TYP)


def verify_agreement_signature(signature: str, public_jwk: Mapping[str, Any], *, agreement: str, policy: str) -> None:
    """Check the signature of the other side.

    Args:
        signature: compact JWS, as ``Signature.jws`` of the GraphQL interface.
        public_jwk: the signer's public key.
        agreement: IRI that must have been signed.
        policy: hash that must have been signed.

    Raises:
        SignatureInvalidError: It is no signature of this key for this purpose.
        AgreementAlteredError: It is one, but of another agreement.
    """
    signed = verify(signature, public_jwk, typ=AGREEMENT_TYP)
    if signed != {"agreement": agreement, "policy": policy}:
        raise AgreementAlteredError(policy, str(signed.get("policy")))
