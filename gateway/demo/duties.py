"""What is owed after rows have left: noted, and fulfilled by a signature under its statement."""

import json
from collections.abc import Mapping
from typing import Any

from gateway.demo.cast import Player
from gateway.demo.speak import ask, mutate
from gateway.demo.story import require


async def acknowledge(player: Player, duty: str) -> None:
    """Take note of a duty."""
    await mutate(player.client, "acknowledge_duty", f"demo:note:{duty}", duty=duty)


async def fulfil(player: Player, duty: str) -> Mapping[str, Any]:
    """Sign the statement of a duty, after reading it; gives what was stated."""
    found = (await ask(player.client, "duty", {"id": duty}))["duty"]
    require(found, f"the {player.role} sees the duty")
    signature = player.client.sign_duty(duty, found["statement"])
    payload = await mutate(player.client, "fulfil_duty", f"demo:fulfil:{duty}", duty=duty, signature=signature)
    require(payload["duty"]["state"] == "FULFILLED", "the duty is fulfilled")
    stated: Mapping[str, Any] = json.loads(found["statement"])
    return stated
