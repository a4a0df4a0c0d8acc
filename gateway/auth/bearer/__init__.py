"""The resource server's side: from an ``Authorization`` header to a principal, or to a counted refusal."""

from gateway.auth.bearer.challenge import challenge
from gateway.auth.bearer.verifier import REFUSED, Verifier

__all__ = ["REFUSED", "Verifier", "challenge"]
