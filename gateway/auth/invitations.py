"""Invitations: a text that is told once and good once; the store keeps its digest only."""

import hashlib
import secrets


def new_invitation() -> str:
    """A text that nobody can guess, for the one who was invited; it is stored nowhere."""
    return "inv_" + secrets.token_urlsafe(32)


def invitation_digest(invitation: str) -> str:
    """What an ``InvitationStore`` keeps of an invitation: whoever reads the store cannot use it."""
    return hashlib.sha256(invitation.encode()).hexdigest()
