"""Negotiations as their sides see them, and the moves that are made in them."""

from collections.abc import Mapping
from typing import Any, Final

from gateway.demo.cast import Player, Role
from gateway.demo.errors import UnexpectedAnswerError
from gateway.demo.publications import publication
from gateway.demo.speak import ask, mutate
from gateway.demo.story import Story

OPEN: Final = "REQUESTED"
OFFERED: Final = "OFFERED"
ACCEPTED: Final = "ACCEPTED"
AGREED: Final = "AGREED"
FINAL: Final = "FINALIZED"
ENDED: Final = "TERMINATED"


async def seen_by(player: Player, negotiation: str) -> Mapping[str, Any]:
    """One negotiation as ``player`` sees it.

    Raises:
        UnexpectedAnswerError: the player does not see it.
    """
    found = (await ask(player.client, "licence_request", {"id": negotiation}))["licenceRequest"]
    if found is None:
        raise UnexpectedAnswerError(f"the {player.role} does not see licence request `{negotiation}`")
    return dict(found)


def owner_of(story: Story, name: str) -> Player:
    """Whoever offers the dataset of this name."""
    return story.cast[publication(name).role]


def answered_by(deal: Mapping[str, Any], kind: str) -> str | None:
    """Which reviewer sent the last message of this kind."""
    found = [each["answeredBy"] for each in deal["messages"] if each["kind"] == kind]
    return found[-1] if found else None


async def sign(player: Player, deal: Mapping[str, Any]) -> None:
    """Check that the document has the hash it claims, then sign that hash.

    Raises:
        AgreementAlteredError: the document is not what its IRI and hash state; nothing was signed.
    """
    agreement, policy = deal["agreement"], deal["agreement"]["policy"]
    signature = player.client.sign_agreement(agreement["id"], policy["odrl"], policy["hash"])
    await mutate(
        player.client,
        "sign_agreement",
        f"demo:sign:{deal['id']}",
        request=deal["id"],
        signature=signature,
    )


async def conclude(story: Story, name: str, negotiation: str) -> tuple[Mapping[str, Any], bool]:
    """Bring an accepted negotiation to its licence: the owner signs, then the developer.

    Returns:
        The finalised negotiation as the developer sees it, and whether it had been final before.
    """
    developer = story.cast[Role.DEVELOPER]
    deal = await seen_by(developer, negotiation)
    if deal["state"] == FINAL:
        return deal, True
    if deal["state"] == ACCEPTED:
        await sign(owner_of(story, name), await seen_by(owner_of(story, name), negotiation))
        deal = await seen_by(developer, negotiation)
    if deal["state"] == AGREED:
        await sign(developer, deal)
        deal = await seen_by(developer, negotiation)
    if deal["state"] != FINAL:
        raise UnexpectedAnswerError(f"the negotiation about {name} ended in state {deal['state']}")
    return deal, False
