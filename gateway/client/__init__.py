"""The Python client: keys, tokens, GraphQL, agreements and proofs. It knows the gateway only over HTTP.

Example:
    >>> import asyncio
    >>> from gateway.client import MunimentClient
    >>> async def ratings(key, licence):
    ...     async with MunimentClient("http://127.0.0.1:8040", client_id="urn:muniment:client:…", key=key) as client:
    ...         answer = await client.execute("{ viewer { id } }", licences=[licence])
    ...         return answer.require()
"""

from gateway.client.agreements import (
    sign_agreement,
    sign_delegation,
    verify_agreement,
    verify_agreement_signature,
)
from gateway.client.answers import Answer
from gateway.client.audits import VerifiedAudit, verify_audit
from gateway.client.client import MunimentClient
from gateway.client.duties import sign_duty
from gateway.client.errors import ClientError
from gateway.client.packages import VerifiedPackage, verify_package
from gateway.client.proofs import Checkpoint, ProvenEvent, verify_checkpoint, verify_consistency, verify_proof
from gateway.client.pulling import Pulled
from gateway.client.registration import Registration
from gateway.client.tokens import Token

__all__ = [
    "Answer",
    "Checkpoint",
    "ClientError",
    "MunimentClient",
    "ProvenEvent",
    "Pulled",
    "Registration",
    "Token",
    "VerifiedAudit",
    "VerifiedPackage",
    "sign_agreement",
    "sign_delegation",
    "sign_duty",
    "verify_agreement",
    "verify_agreement_signature",
    "verify_audit",
    "verify_checkpoint",
    "verify_consistency",
    "verify_package",
    "verify_proof",
]
