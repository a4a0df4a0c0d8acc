"""The ethics board at work."""

from collections.abc import Mapping
from typing import Any

from gateway.demo.cast import Role
from gateway.demo.errors import UnexpectedAnswerError
from gateway.demo.speak import ask, mutate
from gateway.demo.story import Story

_REASON = "Only visits are asked for, under a pseudonym and by the month; the owner can end the licence at any time."


async def decide_case(story: Story, negotiation: str) -> tuple[Mapping[str, Any], bool]:
    """Approve the case of a negotiation; gives the case, and whether it had been decided before.

    Raises:
        UnexpectedAnswerError: the board has no case about it.
    """
    board = story.cast.client(Role.ETHICS)
    case = await _case(story, negotiation)
    if not case["open"]:
        return case, True
    await mutate(
        board, "decide_ethics_case", f"demo:ethics:{case['id']}", case=case["id"], approved=True, reason=_REASON
    )
    return await _case(story, negotiation), False


async def _case(story: Story, negotiation: str) -> Mapping[str, Any]:
    content = await ask(story.cast.client(Role.ETHICS), "ethics_cases", {"first": 100})
    for case in content["ethicsCases"]["nodes"] or ():
        if case["licenceRequest"] and case["licenceRequest"]["id"] == negotiation:
            return dict(case)
    raise UnexpectedAnswerError(f"the ethics board has no case about licence request `{negotiation}`")
